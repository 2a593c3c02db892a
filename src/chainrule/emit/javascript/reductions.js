// The axes of an argument as a list, counted from the front.
const axesOf = (axis, n) => (axis === null ? [...Array(n).keys()] : [axis].flat().map((one) => (one + n) % n));

// What f makes of the numbers along some axes, for every place on the others.
function reduced(x, { axis = null, keepdims = false }, dtype, f) {
  const from = asArray(x);
  const gone = axesOf(axis, from.ndim);
  const rest = [...from.shape.keys()].filter((one) => !gone.includes(one));
  const n = product(gone.map((one) => from.shape[one]));
  const rows = transpose(from, [...rest, ...gone]).data;
  const lengths = from.shape.map((length, one) => (gone.includes(one) ? 1 : length));
  const result = made(keepdims ? lengths : rest.map((one) => from.shape[one]), dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = f(rows.subarray(i * n, (i + 1) * n));
  return result;
}

const dtypeOf = (x) => asArray(x).dtype;

// Sums of whole numbers, and of truths, are whole numbers.
const sumType = (x) => (isFloat(dtypeOf(x)) ? dtypeOf(x) : "int64");

// Halves are summed by themselves, as NumPy does: fewer digits are lost.
function total(row) {
  if (row.length > 128) {
    const half = row.length >> 1;
    return total(row.subarray(0, half)) + total(row.subarray(half));
  }
  let soFar = 0;
  for (let i = 0; i < row.length; i++) soFar += row[i];
  return soFar;
}

const sum = (x, how = {}) => reduced(x, how, sumType(x), total);

const prod = (x, how = {}) => reduced(x, how, sumType(x), (row) => row.reduce((a, b) => a * b, 1));

const mean = (x, how = {}) => reduced(x, how, floatType(asArray(x)), (row) => total(row) / row.length);

// The mean square distance from the mean; ddof is what is taken off the count.
const spread = (row, ddof) => {
  const middle = total(row) / row.length;
  return total(Float64Array.from(row, (one) => (one - middle) ** 2)) / Math.max(row.length - ddof, 0);
};

const var_ = (x, { ddof = 0, ...how } = {}) => reduced(x, how, floatType(asArray(x)), (row) => spread(row, ddof));

const std = (x, { ddof = 0, ...how } = {}) =>
  reduced(x, how, floatType(asArray(x)), (row) => Math.sqrt(spread(row, ddof)));

const extreme = (f) => (x, how = {}) => reduced(x, how, dtypeOf(x), (row) => {
  if (row.length === 0) throw new RangeError("nothing is the largest or smallest of no numbers");
  return row.reduce((a, b) => f(a, b));
});

const max = extreme((a, b) => Math.max(a, b));

const min = extreme((a, b) => Math.min(a, b));

const all = (x, how = {}) => reduced(x, how, "bool", (row) => row.every((one) => one !== 0));

const any = (x, how = {}) => reduced(x, how, "bool", (row) => row.some((one) => one !== 0));

// The first of the best; one that is no number is best.
const best = (isBetter) => (x, how = {}) => reduced(x, how, "int64", (row) => {
  let place = 0;
  for (let i = 1; i < row.length; i++) {
    if (Number.isNaN(row[place])) break;
    if (isBetter(row[i], row[place]) || Number.isNaN(row[i])) place = i;
  }
  return place;
});

const argmax = best((a, b) => a > b);

const argmin = best((a, b) => a < b);

const logaddexp_reduce = (x, { axis = 0, keepdims = false } = {}) =>
  reduced(x, { axis, keepdims }, floatType(asArray(x)), (row) => {
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!Number.isFinite(top)) return top;
    return top + Math.log(total(Float64Array.from(row, (one) => Math.exp(one - top))));
  });

// The length of a vector; the largest entry is taken out first, so that no square overflows.
const norm = (x, how = {}) => reduced(x, how, floatType(asArray(x)), (row) => {
  const top = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (top === 0 || !Number.isFinite(top)) return top;
  return top * Math.sqrt(total(Float64Array.from(row, (one) => (one / top) ** 2)));
});

// Rows of a result as long as those of x, along one axis; without one, x is one row.
function alongAxis(x, axis, dtype, f) {
  const from = axis === null ? reshape(x, [-1]) : asArray(x);
  const last = from.ndim - 1;
  const place = axis === null ? 0 : (axis + from.ndim) % from.ndim;
  const turned = swapaxes(from, place, last);
  const result = made(turned.shape, dtype);
  const n = turned.shape[last];
  for (let start = 0; start < result.size; start += n) {
    result.data.set(f(turned.data.subarray(start, start + n)), start);
  }
  return swapaxes(result, place, last);
}

const cumsum = (x, { axis = null } = {}) =>
  alongAxis(x, axis, sumType(x), (row) => {
    let soFar = 0;
    return Float64Array.from(row, (one) => (soFar += one));
  });

const argsort = (x, { axis = -1 } = {}) =>
  alongAxis(x, axis, "int64", (row) =>
    // what is no number comes last; equal ones keep their order
    [...row.keys()].sort((i, j) => Number.isNaN(row[i]) - Number.isNaN(row[j]) || row[i] - row[j] || i - j));
