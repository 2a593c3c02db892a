export function loss_and_gradients(x, y, W1, b1, W2, b2) {
  const z1 = np.add(np.matmul(W1, x), b1);
  const h = np.maximum(0, z1);
  const z2 = np.add(np.matmul(W2, h), b2);
  const y_pred = np.divide(1, np.add(1, np.exp(np.negative(z2))));
  // the cross-entropy in its stable form, finite for every logit
  const loss = np.add(
    np.multiply(y, np.logaddexp(0, np.negative(z2))),
    np.multiply(np.subtract(1, y), np.logaddexp(0, z2)),
  );
  // sigmoid and cross-entropy together: what is predicted minus what is true
  const dz2 = np.subtract(y_pred, y);
  // z2 was reached from W2 through h; the gradient comes back through h, turned around
  const dW2 = np.matmul(dz2, h.T);
  // b2 is added as it is, so the gradient passes unchanged
  const db2 = dz2;
  // z2 was reached from h through W2; the gradient comes back through W2, turned
  // around
  const dh = np.matmul(W2.T, dz2);
  // relu passes the gradient where z1 > 0 and stops it elsewhere
  const dz1 = np.multiply(dh, np.greater(z1, 0));
  // z1 was reached from W1 through x; the gradient comes back through x, turned around
  const dW1 = np.matmul(dz1, x.T);
  // b1 is added as it is, so the gradient passes unchanged
  const db1 = dz1;
  return [loss, [dW1, db1, dW2, db2]];
}

async function main() {
  const options = np.options({ steps: 1, learning_rate: 0.1 });

  const x = np.array([[1], [0.5], [-1.5]]);
  const y = np.array([[1]]);
  let W1 = np.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]]);
  let b1 = np.array([[0.1], [-0.2]]);
  let W2 = np.array([[0.5, -1]]);
  let b2 = np.array([[0.2]]);

  let loss;
  let gradients;
  for (let step = 1; step <= options.steps; step++) {
    [loss, gradients] = loss_and_gradients(x, y, W1, b1, W2, b2);
    const [dW1, db1, dW2, db2] = gradients;
    console.log("Loss:", loss.item());
    if (step === 1) {
      console.log("dL/dW1:\n", dW1.tolist());
      console.log("dL/db1:\n", db1.tolist());
      console.log("dL/dW2:\n", dW2.tolist());
      console.log("dL/db2:\n", db2.tolist());
    }
    // every parameter moves a little against its gradient
    W1 = np.subtract(W1, np.multiply(options.learning_rate, dW1));
    b1 = np.subtract(b1, np.multiply(options.learning_rate, db1));
    W2 = np.subtract(W2, np.multiply(options.learning_rate, dW2));
    b2 = np.subtract(b2, np.multiply(options.learning_rate, db2));
  }

  console.log("W1:\n", W1.tolist());
  console.log("b1:\n", b1.tolist());
  console.log("W2:\n", W2.tolist());
  console.log("b2:\n", b2.tolist());
  [loss, gradients] = loss_and_gradients(x, y, W1, b1, W2, b2);
  console.log("Loss after:", loss.item());
}

// NumPy's functions, as far as this module calls them. np.array([[1, 2], [3, 4]]) makes an array,
// a.tolist() and a.item() give its numbers back.
export const np = (() => {
  // An array as NumPy has it: its numbers row after row, a shape and an element type.
  class NDArray {
    constructor(data, shape, dtype) {
      Object.assign(this, { data, shape, dtype });
    }
    get size() {
      return this.data.length;
    }
    get ndim() {
      return this.shape.length;
    }
    get length() {
      return this.shape[0];
    }
    item() {
      return this.dtype === "bool" ? Boolean(this.data[0]) : this.data[0];
    }
    tolist() {
      const nested = (axis, first, step) => {
        if (axis === this.ndim) return this.dtype === "bool" ? Boolean(this.data[first]) : this.data[first];
        const inner = step / (this.shape[axis] || 1);
        return Array.from({ length: this.shape[axis] }, (_, i) => nested(axis + 1, first + i * inner, inner));
      };
      return nested(0, 0, this.size);
    }
  }

  // An integer of 64 bits is a number of JavaScript here, exact up to 2**53.
  const TYPES = {
    float64: Float64Array, float32: Float32Array, int64: Float64Array, uint64: Float64Array, bool: Uint8Array,
    int32: Int32Array, int16: Int16Array, int8: Int8Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array,
  };

  const product = (lengths) => lengths.reduce((a, b) => a * b, 1);

  const made = (shape, dtype) => new NDArray(new TYPES[dtype](product(shape)), shape, dtype);

  // An array of nested lists, of a number, or of an array, with numbers of its own.
  function array(values, { dtype } = {}) {
    if (values instanceof NDArray) return astype(values, dtype ?? values.dtype);
    const shape = [];
    for (let inner = values; Array.isArray(inner) || inner instanceof NDArray; inner = inner[0]) {
      shape.push(...(inner.shape ?? [inner.length]));
      if (inner instanceof NDArray) break;
    }
    const flat = Array.isArray(values) ? values.flat(Infinity).flatMap((one) => (one instanceof NDArray ? [...one.data] : one)) : [values];
    if (flat.length !== product(shape)) throw new RangeError("an array needs rows of equal length");
    const kind = dtype ?? (flat.length > 0 && flat.every((one) => typeof one === "boolean") ? "bool" : "float64");
    return new NDArray(TYPES[kind].from(flat), shape, kind);
  }

  // An array as it is; a number as an array without axes.
  const asArray = (x) => (x instanceof NDArray ? x : array(x));

  const bits = (dtype) => (dtype === "bool" ? 1 : Number(dtype.match(/\d+/)[0]));

  const isFloat = (dtype) => dtype.startsWith("float");

  // The element type of what two types make.
  function promote(a, b) {
    if (a === b || b === "bool") return a;
    if (a === "bool") return b;
    if (isFloat(a) && isFloat(b)) return "float64";
    if (isFloat(b)) return promote(b, a);
    if (isFloat(a)) return a === "float32" && bits(b) <= 16 ? a : "float64";
    if (a[0] === b[0]) return bits(a) > bits(b) ? a : b;
    const [signed, unsigned] = a[0] === "i" ? [a, b] : [b, a];
    if (bits(signed) > bits(unsigned)) return signed;
    return bits(unsigned) < 64 ? `int${2 * bits(unsigned)}` : "float64";
  }

  // The element type of a result; a plain number takes that of the arrays it meets, as in NumPy.
  function resultType(...args) {
    const types = args.filter((one) => one instanceof NDArray).map((one) => one.dtype);
    if (types.length === 0) return args.every((one) => typeof one === "boolean") ? "bool" : "float64";
    const type = types.reduce(promote);
    const numbers = args.filter((one) => typeof one === "number");
    if (isFloat(type) || numbers.length === 0) return type;
    if (!numbers.every(Number.isInteger)) return "float64";
    return type === "bool" ? "int64" : type;
  }

  // Functions of real numbers make floats of whole ones.
  const floatType = (...args) => {
    const type = resultType(...args);
    return isFloat(type) ? type : "float64";
  };

  // The shape that shapes stretch to, from the last axis on.
  function broadcastShapes(...shapes) {
    const n = Math.max(0, ...shapes.map((shape) => shape.length));
    return Array.from({ length: n }, (_, axis) => {
      const lengths = shapes.map((shape) => shape[axis - n + shape.length] ?? 1);
      const wide = lengths.find((length) => length !== 1) ?? 1;
      if (lengths.some((length) => length !== 1 && length !== wide)) {
        throw new RangeError(`shapes ${shapes.map((shape) => `(${shape})`).join(" and ")} do not broadcast`);
      }
      return wide;
    });
  }

  // How far apart the neighbours along each axis are.
  function stridesOf(shape) {
    const strides = new Array(shape.length);
    for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= shape[axis];
    }
    return strides;
  }

  // The place of every entry of a box whose neighbours are so far apart.
  function placesOf(shape, strides, start = 0) {
    const places = new Int32Array(product(shape));
    const counters = new Array(shape.length).fill(0);
    for (let i = 0, place = start; i < places.length; i++) {
      places[i] = place;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis];
        if (++counters[axis] < shape[axis]) break;
        place -= strides[axis] * shape[axis];
        counters[axis] = 0;
      }
    }
    return places;
  }

  // The entries at these places.
  function gathered(x, places, shape) {
    const result = made(shape, x.dtype);
    for (let i = 0; i < places.length; i++) result.data[i] = x.data[places[i]];
    return result;
  }

  function broadcast_to(x, shape) {
    const from = asArray(x);
    const wide = typeof shape === "number" ? [shape] : shape;
    const shift = wide.length - from.ndim;
    broadcastShapes(from.shape, wide);
    const own = stridesOf(from.shape);
    const strides = wide.map((_, axis) => (axis < shift || from.shape[axis - shift] === 1 ? 0 : own[axis - shift]));
    return gathered(from, placesOf(wide, strides), wide);
  }

  const sameShape = (a, b) => a.length === b.length && a.every((length, axis) => length === b[axis]);

  // A function of numbers, entry by entry over arrays stretched to one shape.
  function mapped(f, args, dtype) {
    const arrays = args.map(asArray);
    const [{ shape: own }] = arrays;
    const shape = arrays.every((one) => sameShape(one.shape, own)) ? own : broadcastShapes(...arrays.map((one) => one.shape));
    const [a, b, c] = arrays.map((one) => (sameShape(one.shape, shape) ? one : broadcast_to(one, shape)).data);
    const result = made(shape, dtype), { data } = result, n = data.length;
    const asks = dtype === "bool";
    if (c) for (let i = 0; i < n; i++) data[i] = asks ? Boolean(f(a[i], b[i], c[i])) : f(a[i], b[i], c[i]);
    else if (b) for (let i = 0; i < n; i++) data[i] = asks ? Boolean(f(a[i], b[i])) : f(a[i], b[i]);
    else for (let i = 0; i < n; i++) data[i] = asks ? Boolean(f(a[i])) : f(a[i]);
    return result;
  }

  function astype(x, dtype) {
    const from = asArray(x);
    const whole = isFloat(from.dtype) && !isFloat(dtype) && dtype !== "bool";
    const result = made(from.shape, dtype);
    for (let i = 0; i < from.size; i++) {
      const one = from.data[i];
      result.data[i] = dtype === "bool" ? Number(one !== 0) : whole ? Math.trunc(one) : one;
    }
    return result;
  }

  // An operator: on plain numbers it gives a plain number.
  const operator = (f, type = resultType) => (a, b) =>
    a instanceof NDArray || b instanceof NDArray ? mapped(f, [a, b], type(a, b)) : f(a, b);

  // A function of real numbers.
  const real = (f) => (...args) => mapped(f, args, floatType(...args));

  // A function that gives whole numbers for whole numbers.
  const kept = (f) => (...args) => mapped(f, args, resultType(...args));

  // A question.
  const asked = (f) => (...args) => mapped(f, args, "bool");

  const add = operator((a, b) => a + b);

  const subtract = operator((a, b) => a - b);

  const multiply = operator((a, b) => a * b);

  const divide = operator((a, b) => a / b, floatType);

  const negative = (a) => (a instanceof NDArray ? mapped((x) => -x, [a], a.dtype) : -a);

  const greater = asked((a, b) => a > b);

  const maximum = kept((a, b) => Math.max(a, b));

  const exp = real((a) => Math.exp(a));

  // log(exp(a) + exp(b)), where neither exponential may overflow.
  const logSum = (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))));

  const logaddexp = real(logSum);

  // A matrix product over the last two axes, a vector being one row or one column; axes before them stretch.
  function matmul(a, b) {
    const left = asArray(a).ndim === 1 ? expand_dims(a, 0) : asArray(a);
    const right = asArray(b).ndim === 1 ? expand_dims(b, 1) : asArray(b);
    const [n, k] = left.shape.slice(-2);
    const [inner, m] = right.shape.slice(-2);
    if (k !== inner) throw new RangeError(`(${left.shape}) @ (${right.shape}): the inner lengths ${k} and ${inner} must agree`);
    const front = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
    const x = (front.length ? broadcast_to(left, [...front, n, k]) : left).data;
    const y = (front.length ? broadcast_to(right, [...front, k, m]) : right).data;
    const type = promote(left.dtype, right.dtype);
    const rows = product(front) * n, sums = new Float64Array(rows * m);
    for (let row = 0; row < rows; row++) {
      const start = Math.floor(row / n) * k * m;
      for (let i = 0; i < k; i++) {
        const factor = x[row * k + i];
        for (let j = 0; j < m; j++) sums[row * m + j] += factor * y[start + i * m + j];
      }
    }
    const shape = [...front, ...(asArray(a).ndim === 1 ? [] : [n]), ...(asArray(b).ndim === 1 ? [] : [m])];
    return new NDArray(type === "float64" ? sums : TYPES[type].from(sums), shape, type);
  }

  // What the command line says, in Node: --steps 100 --learning-rate 0.1
  function options(defaults) {
    const words = globalThis.process?.argv ?? [];
    const said = (name) => words.indexOf(`--${name.replaceAll("_", "-")}`);
    const found = Object.entries(defaults).map(([name, value]) => [name, said(name) < 0 ? value : Number(words[said(name) + 1])]);
    return Object.fromEntries(found);
  }

  // An axis that the arguments leave open, -1, is as long as the numbers allow.
  function reshape(x, shape) {
    const from = asArray(x);
    const wanted = [shape].flat();
    const open = wanted.indexOf(-1);
    const known = product(wanted.filter((length) => length !== -1));
    const lengths = wanted.map((length, axis) => (axis === open ? from.size / known : length));
    if (product(lengths) !== from.size) throw new RangeError(`(${from.shape}) has no entries for (${wanted})`);
    return new NDArray(from.data.slice(), lengths, from.dtype);
  }

  function transpose(x, axes) {
    const from = asArray(x);
    const order = axes ?? [...from.shape.keys()].reverse();
    const strides = stridesOf(from.shape);
    const shape = order.map((axis) => from.shape.at(axis));
    return gathered(from, placesOf(shape, order.map((axis) => strides.at(axis))), shape);
  }

  Object.defineProperty(NDArray.prototype, "T", { get() { return transpose(this); } });

  function expand_dims(x, axis) {
    const from = asArray(x);
    const n = from.ndim + [axis].flat().length;
    const shape = [...from.shape];
    [axis].flat().map((one) => (one + n) % n).sort((a, b) => a - b).forEach((one) => shape.splice(one, 0, 1));
    return reshape(from, shape);
  }

  return { add, array, divide, exp, greater, logaddexp, matmul, maximum, multiply, negative, options, subtract };
})();

await main();
