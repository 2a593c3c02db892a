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

function swapaxes(x, a, b) {
  const order = [...asArray(x).shape.keys()];
  const [i, j] = [a, b].map((axis) => (axis + order.length) % order.length);
  [order[i], order[j]] = [order[j], order[i]];
  return transpose(x, order);
}

function moveaxis(x, from, to) {
  const n = asArray(x).ndim;
  const sources = [from].flat().map((axis) => (axis + n) % n);
  const targets = [to].flat().map((axis) => (axis + n) % n);
  const order = [...Array(n).keys()].filter((axis) => !sources.includes(axis));
  [...targets.keys()].sort((i, j) => targets[i] - targets[j]).forEach((i) => order.splice(targets[i], 0, sources[i]));
  return transpose(x, order);
}

function expand_dims(x, axis) {
  const from = asArray(x);
  const n = from.ndim + [axis].flat().length;
  const shape = [...from.shape];
  [axis].flat().map((one) => (one + n) % n).sort((a, b) => a - b).forEach((one) => shape.splice(one, 0, 1));
  return reshape(from, shape);
}

function squeeze(x, axis = null) {
  const from = asArray(x);
  const gone = axis === null ? null : [axis].flat().map((one) => (one + from.ndim) % from.ndim);
  return reshape(from, from.shape.filter((length, one) => (gone === null ? length !== 1 : !gone.includes(one))));
}

function concatenate(parts, { axis = 0 } = {}) {
  const arrays = parts.map(asArray);
  const n = arrays[0].ndim;
  const place = (axis + n) % n;
  const front = arrays.map((one) => moveaxis(one, place, 0));
  const shape = [front.reduce((length, one) => length + one.shape[0], 0), ...front[0].shape.slice(1)];
  const result = made(shape, arrays.map((one) => one.dtype).reduce(promote));
  front.reduce((start, one) => (result.data.set(one.data, start), start + one.size), 0);
  return moveaxis(result, 0, place);
}

const stack = (parts, { axis = 0 } = {}) => concatenate(parts.map((one) => expand_dims(one, axis)), { axis });

// A part of x along one axis.
function partOf(x, axis, start, stop) {
  const front = moveaxis(x, axis, 0);
  const step = front.size / (front.length || 1);
  const shape = [stop - start, ...front.shape.slice(1)];
  return moveaxis(new NDArray(front.data.slice(start * step, stop * step), shape, front.dtype), 0, axis);
}

// Where the cuts fall, or into how many parts; the first parts are the longer ones.
function array_split(x, where, { axis = 0 } = {}) {
  const n = asArray(x).shape.at(axis);
  const part = (i) => i * Math.floor(n / where) + Math.min(i, n % where);
  const cuts = Array.isArray(where) ? where.map((cut) => Math.min(cut < 0 ? cut + n : cut, n)) : [...Array(where - 1).keys()].map((i) => part(i + 1));
  return [...cuts, n].map((stop, i) => partOf(x, axis, cuts[i - 1] ?? 0, Math.max(stop, cuts[i - 1] ?? 0)));
}

// The entries of x along one axis, at these places of it.
function taken(x, places, axis) {
  const front = moveaxis(x, axis, 0);
  const step = front.size / (front.length || 1);
  const result = made([places.length, ...front.shape.slice(1)], front.dtype);
  places.forEach((place, i) => result.data.set(front.data.subarray(place * step, (place + 1) * step), i * step));
  return moveaxis(result, 0, axis);
}

function repeat(x, times, { axis = null } = {}) {
  const from = axis === null ? reshape(x, [-1]) : asArray(x);
  const way = axis ?? 0;
  const counts = typeof times === "number" ? null : [...asArray(times).data];
  const places = [...Array(from.shape.at(way)).keys()].flatMap((place) => Array(counts ? counts[place] ?? counts[0] : times).fill(place));
  return taken(from, places, way);
}

function tile(x, times) {
  const counts = [times].flat();
  let result = asArray(x);
  while (result.ndim < counts.length) result = expand_dims(result, 0);
  while (counts.length < result.ndim) counts.unshift(1);
  counts.forEach((count, axis) => (result = concatenate(Array(count).fill(result), { axis })));
  return counts.includes(0) ? made(result.shape, result.dtype) : result;
}

function roll(x, shift, { axis = null } = {}) {
  const from = asArray(x);
  if (axis === null) return reshape(roll(reshape(from, [-1]), shift, { axis: 0 }), from.shape);
  const shifts = [shift].flat();
  return [axis].flat().reduce((result, one, i) => {
    const n = result.shape.at(one);
    const step = shifts[i] ?? shifts[0];
    return taken(result, Array.from({ length: n }, (_, place) => (((place - step) % n) + n) % n), one);
  }, from);
}

function flip(x, { axis = null } = {}) {
  const from = asArray(x);
  return axesOf(axis, from.ndim).reduce((result, one) => taken(result, [...Array(from.shape[one]).keys()].reverse(), one), from);
}

function pad(x, widths, { constant_values = 0 } = {}) {
  const from = asArray(x);
  const pairs = typeof widths === "number" ? from.shape.map(() => [widths, widths]) : Array.isArray(widths[0]) ? widths : from.shape.map(() => widths);
  const shape = from.shape.map((length, axis) => length + pairs[axis][0] + (pairs[axis][1] ?? pairs[axis][0]));
  const result = full(shape, constant_values, { dtype: from.dtype });
  const strides = stridesOf(shape);
  const start = pairs.reduce((place, pair, axis) => place + pair[0] * strides[axis], 0);
  placesOf(from.shape, strides, start).forEach((place, i) => (result.data[place] = from.data[i]));
  return result;
}

const full = (shape, value, { dtype = "float64" } = {}) => {
  const result = made([shape].flat(), dtype);
  result.data.fill(asArray(value).data[0]);
  return result;
};

const zeros = (shape, how = {}) => full(shape, 0, how);

const ones = (shape, how = {}) => full(shape, 1, how);

const full_like = (x, value) => full(asArray(x).shape, value, { dtype: asArray(x).dtype });

const zeros_like = (x) => full_like(x, 0);

const ones_like = (x) => full_like(x, 1);

function arange(first, last, step = 1) {
  const [start, stop] = last === undefined ? [0, first] : [first, last];
  const values = Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
  return array(values, { dtype: [start, stop, step].every(Number.isInteger) ? "int64" : "float64" });
}

function eye(n, { dtype = "float64" } = {}) {
  const result = made([n, n], dtype);
  for (let i = 0; i < n; i++) result.data[i * (n + 1)] = 1;
  return result;
}

// The numbers of a matrix, the last two axes, where the question of row and column is answered by yes.
function triangle(x, isKept) {
  const from = asArray(x).ndim === 1 ? broadcast_to(x, [asArray(x).size, asArray(x).size]) : asArray(x);
  const [rows, columns] = from.shape.slice(-2);
  const result = made(from.shape, from.dtype);
  from.data.forEach((one, i) => {
    if (isKept(Math.floor(i / columns) % rows, i % columns)) result.data[i] = one;
  });
  return result;
}

const tril = (x, { k = 0 } = {}) => triangle(x, (i, j) => j - i <= k);

const triu = (x, { k = 0 } = {}) => triangle(x, (i, j) => j - i >= k);

function diagonal(x, { offset = 0, axis1 = 0, axis2 = 1 } = {}) {
  const from = moveaxis(x, [axis1, axis2], [-2, -1]);
  const [rows, columns] = from.shape.slice(-2);
  const [i, j] = [Math.max(0, -offset), Math.max(0, offset)];
  const n = Math.max(0, Math.min(rows - i, columns - j));
  const strides = stridesOf(from.shape);
  const shape = [...from.shape.slice(0, -2), n];
  const steps = [...strides.slice(0, -2), columns + 1];
  return gathered(from, placesOf(shape, steps, i * columns + j), shape);
}

function diag(x, k = 0) {
  const from = asArray(x);
  if (from.ndim === 2) return diagonal(from, { offset: k });
  const n = from.size + Math.abs(k);
  const result = made([n, n], from.dtype);
  from.data.forEach((one, i) => (result.data[(i + Math.max(0, -k)) * n + i + Math.max(0, k)] = one));
  return result;
}

// The shape of all windows over some axes, and where their entries are in an array of this shape.
function windowsOf(shape, size, axis, stride) {
  const axes = axis.map((one) => (one + shape.length) % shape.length);
  const own = stridesOf(shape);
  const lengths = [...shape, ...size];
  const steps = [...own, ...axes.map((one) => own[one])];
  axes.forEach((one, i) => {
    lengths[one] = Math.floor((shape[one] - size[i]) / stride[i]) + 1;
    steps[one] = own[one] * stride[i];
  });
  return [lengths, placesOf(lengths, steps)];
}

// All windows of a size that move over some axes of x; their own axes come last.
function windows(x, size, axis, stride) {
  const from = asArray(x);
  const [lengths, places] = windowsOf(from.shape, size, axis, stride);
  return gathered(from, places, lengths);
}

// Zeros with every window added where it stood.
function add_windows(x, shape, axis, stride) {
  const from = asArray(x);
  const size = from.shape.slice(shape.length);
  const result = made(shape, from.dtype);
  windowsOf(shape, size, axis, stride)[1].forEach((place, i) => (result.data[place] += from.data[i]));
  return result;
}
