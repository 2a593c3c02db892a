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

const outer = (a, b) => multiply(reshape(a, [-1, 1]), reshape(b, [1, -1]));

function tensordot(a, b, { axes = 2 } = {}) {
  const [x, y] = [asArray(a), asArray(b)];
  const last = (n) => [...Array(n).keys()].map((i) => x.ndim - n + i);
  const pairs = typeof axes === "number" ? [last(axes), [...Array(axes).keys()]] : axes.map((one) => [one].flat());
  const [left, right] = [x, y].map((one, side) => pairs[side].map((axis) => (axis + one.ndim) % one.ndim));
  const [own, others] = [[x, left], [y, right]].map(([one, gone]) => [...one.shape.keys()].filter((axis) => !gone.includes(axis)));
  const n = product(left.map((axis) => x.shape[axis]));
  const lengths = [...own.map((axis) => x.shape[axis]), ...others.map((axis) => y.shape[axis])];
  const rows = product(own.map((axis) => x.shape[axis]));
  const columns = product(others.map((axis) => y.shape[axis]));
  const flat = matmul(reshape(transpose(x, [...own, ...left]), [rows, n]), reshape(transpose(y, [...right, ...others]), [n, columns]));
  return reshape(flat, lengths);
}

// A sum of products by letters: every letter is an axis, and what the arrow does not name is summed.
function einsum(letters, ...factors) {
  const arrays = factors.map(asArray);
  const [left, right] = letters.replaceAll(" ", "").split("->");
  const dots = arrays.map((one, i) => one.ndim - left.split(",")[i].replace("...", "").length);
  const hidden = (n) => "0123456789".slice(10 - n);
  const names = left.split(",").map((one, i) => one.replace("...", hidden(dots[i])));
  const many = (letter) => left.split(letter).length - 1;
  const free = [...new Set(left.replace(/[.,]/g, ""))].filter((letter) => many(letter) === 1).sort().join("");
  const open = hidden(Math.max(0, ...dots.filter((_, i) => left.split(",")[i].includes("..."))));
  const result = (right ?? (left.includes("...") ? "..." : "") + free).replace("...", open);
  const lengths = {};
  names.forEach((one, i) => [...one].forEach((letter, axis) => {
    const length = arrays[i].shape[axis];
    if (lengths[letter] === undefined || lengths[letter] === 1) lengths[letter] = length;
  }));
  const summed = Object.keys(lengths).filter((letter) => !result.includes(letter));
  const order = [...result, ...summed];
  const shape = order.map((letter) => lengths[letter]);
  const columns = arrays.map((one, i) => {
    const strides = stridesOf(one.shape);
    const step = (letter) => [...names[i]].reduce((soFar, own, axis) => soFar + (own === letter && one.shape[axis] !== 1 ? strides[axis] : 0), 0);
    return placesOf(shape, order.map(step));
  });
  const found = new Float64Array(product([...result].map((letter) => lengths[letter])));
  const inner = product(summed.map((letter) => lengths[letter]));
  for (let i = 0; i < found.length * inner; i++) {
    found[Math.floor(i / inner)] += arrays.reduce((whole, one, j) => whole * one.data[columns[j][i]], 1);
  }
  const type = arrays.map((one) => one.dtype).reduce(promote);
  return new NDArray(TYPES[type].from(found), [...result].map((letter) => lengths[letter]), type);
}

// f of every matrix, the last two axes of x, as rows of numbers.
function everyMatrix(x, f) {
  const from = asArray(x);
  const [rows, columns] = from.shape.slice(-2);
  const matrices = Array.from({ length: product(from.shape.slice(0, -2)) }, (_, i) =>
    Array.from({ length: rows }, (_, row) => Array.from(from.data.subarray((i * rows + row) * columns, (i * rows + row + 1) * columns))));
  return matrices.map(f);
}

// Results for every matrix, put together again.
const together = (x, results, shape) => {
  const from = asArray(x);
  return new NDArray(TYPES[floatType(from)].from(results.flat(Infinity)), [...from.shape.slice(0, -2), ...shape], floatType(from));
};

// Lower and upper triangle in one, by Gauss with the largest pivot; the order of the rows, and its sign.
function eliminated(matrix) {
  const rows = matrix.map((row) => [...row]);
  const order = [...rows.keys()];
  let parity = 1;
  for (let i = 0; i < rows.length; i++) {
    let pivot = i;
    for (let j = i + 1; j < rows.length; j++) if (Math.abs(rows[j][i]) > Math.abs(rows[pivot][i])) pivot = j;
    if (pivot !== i) {
      [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
      [order[i], order[pivot]] = [order[pivot], order[i]];
      parity = -parity;
    }
    if (rows[i][i] === 0) continue;
    for (let j = i + 1; j < rows.length; j++) {
      const factor = (rows[j][i] /= rows[i][i]);
      for (let k = i + 1; k < rows.length; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return { rows, order, parity };
}

function solved(matrix, right) {
  const { rows, order } = eliminated(matrix);
  if (rows.some((row, i) => row[i] === 0)) throw new RangeError("a singular matrix has no inverse");
  const x = order.map((i) => [...right[i]]);
  const minus = (i, j) => x[i].forEach((_, k) => (x[i][k] -= rows[i][j] * x[j][k]));
  for (let i = 0; i < rows.length; i++) for (let j = 0; j < i; j++) minus(i, j);
  for (let i = rows.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < rows.length; j++) minus(i, j);
    x[i].forEach((_, k) => (x[i][k] /= rows[i][i]));
  }
  return x;
}

function solve(a, b) {
  const isVector = asArray(b).ndim === 1;
  const right = isVector ? expand_dims(b, 1) : asArray(b);
  const front = broadcastShapes(asArray(a).shape.slice(0, -2), right.shape.slice(0, -2));
  const wideA = broadcast_to(a, [...front, ...asArray(a).shape.slice(-2)]);
  const wideB = broadcast_to(right, [...front, ...right.shape.slice(-2)]);
  const sides = everyMatrix(wideB, (one) => one);
  const result = together(wideA, everyMatrix(wideA, (one, i) => solved(one, sides[i])), right.shape.slice(-2));
  return isVector ? squeeze(result, -1) : result;
}

const inv = (x) => together(x, everyMatrix(x, (one) => solved(one, one.map((_, i) => one.map((_, j) => Number(i === j))))), asArray(x).shape.slice(-2));

const det = (x) => together(x, everyMatrix(x, (one) => {
  const { rows, parity } = eliminated(one);
  return rows.reduce((whole, row, i) => whole * row[i], parity);
}), []);

function slogdet(x) {
  const found = everyMatrix(x, eliminated);
  const signs = found.map(({ rows, parity }) => rows.reduce((whole, row, i) => whole * Math.sign(row[i]), parity));
  const logs = found.map(({ rows }) => rows.reduce((whole, row, i) => whole + Math.log(Math.abs(row[i])), 0));
  return [together(x, signs, []), together(x, logs, [])];
}

const cholesky = (x) => together(x, everyMatrix(x, (a) => {
  const lower = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i][j];
      for (let k = 0; k < j; k++) rest -= lower[i][k] * lower[j][k];
      if (i === j && !(rest > 0)) throw new RangeError("the matrix is not positive definite");
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  }
  return lower;
}), asArray(x).shape.slice(-2));

// By Householder's reflections, with the signs that LAPACK gives.
function qr(x) {
  const [m, n] = asArray(x).shape.slice(-2);
  const k = Math.min(m, n);
  const found = everyMatrix(x, (matrix) => {
    const r = matrix.map((row) => [...row]);
    const q = r.map((_, i) => r.map((_, j) => Number(i === j)));
    for (let i = 0; i < k; i++) {
      const length = Math.hypot(...r.slice(i).map((row) => row[i]));
      if (i === m - 1 || r.slice(i + 1).every((row) => row[i] === 0)) continue;
      const v = r.map((row, j) => (j < i ? 0 : row[i]));
      v[i] += r[i][i] < 0 ? -length : length;
      const scale = 2 / v.reduce((soFar, one) => soFar + one * one, 0);
      for (let j = 0; j < n; j++) {
        const share = scale * v.reduce((soFar, one, row) => soFar + one * r[row][j], 0);
        v.forEach((one, row) => (r[row][j] -= share * one));
      }
      q.forEach((row) => {
        const share = scale * v.reduce((soFar, one, j) => soFar + one * row[j], 0);
        v.forEach((one, j) => (row[j] -= share * one));
      });
    }
    return { q: q.map((row) => row.slice(0, k)), r: r.slice(0, k).map((row, i) => row.map((one, j) => (j < i ? 0 : one))) };
  });
  return [together(x, found.map((one) => one.q), [m, k]), together(x, found.map((one) => one.r), [k, n])];
}
