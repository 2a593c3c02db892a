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
