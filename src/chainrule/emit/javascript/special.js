// Sums of a continued fraction b0 + a1 / (b1 + a2 / (b2 + ...)), by Lentz's method; part gives a and b.
function continued(first, part) {
  let [value, above, below] = [first, first, 0];
  for (let i = 1; i < 500; i++) {
    const [a, b] = part(i);
    below = 1 / (b + a * below || 1e-300);
    above = b + a / above || 1e-300;
    value *= above * below;
    if (Math.abs(above * below - 1) < 1e-16) break;
  }
  return value;
}

// exp(x²) erfc(x) where x is large enough for its continued fraction.
const tailOf = (x) => 1 / (Math.sqrt(Math.PI) * continued(x, (i) => [i / 2, x]));

// The power series all of whose terms have one sign (DLMF 7.6.2).
function erfOf(x) {
  if (!(Math.abs(x) < 1.5)) return Number.isNaN(x) ? x : Math.sign(x) * (1 - Math.exp(-x * x) * tailOf(Math.abs(x)));
  let [soFar, term] = [0, x];
  for (let n = 0; n < 60; n++) {
    soFar += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * soFar;
}

const erfcOf = (x) => (x < 1.5 || Number.isNaN(x) ? 1 - erfOf(x) : Math.exp(-x * x) * tailOf(x));

const erfcxOf = (x) => (x < 1.5 ? Math.exp(x * x) * erfcOf(x) : tailOf(x));

// From a rough start three steps of Halley's, on erf near 0 and on erfc, whose digits are finer, near 1.
function erfinvOf(y, left = 1 - Math.abs(y)) {
  if (!(Math.abs(y) < 1)) return Math.abs(y) === 1 ? y * Infinity : NaN;
  const size = Math.abs(y);
  const ln = Math.log(left * (2 - left)) / 2;
  const half = 2 / (Math.PI * 0.147) + ln;
  let x = Math.sqrt(Math.max(0, Math.sqrt(half * half - (2 * ln) / 0.147) - half));
  for (let i = 0; i < 3; i++) {
    const off = size < 0.5 ? erfOf(x) - size : left - erfcOf(x);
    const step = off / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
    x -= step / (1 + x * step);
  }
  return Math.sign(y) * x;
}

const erf = real(erfOf);

const erfc = real(erfcOf);

const erfcx = real(erfcxOf);

const erfinv = real((y) => erfinvOf(y));

// Where 1 - y is small, y itself says it more finely.
const erfcinv = real((y) => (y < 1 ? erfinvOf(1 - y, y) : -erfinvOf(y - 1, 2 - y)));

const ndtr = real((x) => erfcOf(-x / Math.SQRT2) / 2);

const ndtri = real((p) => -Math.SQRT2 * (2 * p < 1 ? erfinvOf(1 - 2 * p, 2 * p) : -erfinvOf(2 * p - 1, 2 - 2 * p)));

const log_ndtr = real((x) =>
  x > 0 ? Math.log1p(-erfcOf(x / Math.SQRT2) / 2) : Math.log(erfcxOf(-x / Math.SQRT2) / 2) - (x * x) / 2);

// Bernoulli's numbers B2, B4 ...
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798];

// Stirling's series for log Γ, where x is large enough (DLMF 5.11.1).
const stirling = (x) =>
  (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2
  + BERNOULLI.reduce((soFar, b, i) => soFar + b / ((2 * i + 2) * (2 * i + 1) * x ** (2 * i + 1)), 0);

// x moved to where the series are good, and what was passed on the way.
function shifted(x) {
  const passed = [];
  for (; x < 12; x++) passed.push(x);
  return [x, passed];
}

function gammalnOf(x) {
  if (x === Infinity || Number.isNaN(x)) return x;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - gammalnOf(1 - x);
  const [far, passed] = shifted(x);
  return stirling(far) - Math.log(product(passed));
}

function gammaOf(x) {
  if (Number.isInteger(x) && x > 0 && x < 20) return product(Array.from({ length: x - 1 }, (_, i) => i + 1));
  if (x < 0) return Number.isInteger(x) ? NaN : Math.PI / (Math.sin(Math.PI * x) * gammaOf(1 - x));
  if (x === Infinity || Number.isNaN(x)) return x;
  const [far, passed] = shifted(x);
  return Math.exp(stirling(far)) / product(passed);
}

function digammaOf(x) {
  if (x === 0 || (x < 0 && Number.isInteger(x))) return NaN;
  if (x < 0) return digammaOf(1 - x) - Math.PI / Math.tan(Math.PI * x);
  const [far, passed] = shifted(x);
  const series = BERNOULLI.reduce((soFar, b, i) => soFar - b / ((2 * i + 2) * far ** (2 * i + 2)), 0);
  return passed.reduce((soFar, one) => soFar - 1 / one, Math.log(far) - 0.5 / far + series);
}

// The sum of 1 / (q + k)^s, its tail by Euler and Maclaurin (DLMF 25.11.5).
function zetaOf(s, q) {
  const [far, passed] = shifted(q);
  let factor = s;
  const series = BERNOULLI.reduce((soFar, b, i) => {
    const term = (b * factor) / gammaOf(2 * i + 3) / far ** (s + 2 * i + 1);
    factor *= (s + 2 * i + 1) * (s + 2 * i + 2);
    return soFar + term;
  }, 0);
  const tail = far ** (1 - s) / (s - 1) + far ** -s / 2 + series;
  return passed.reduceRight((soFar, one) => soFar + one ** -s, tail);
}

const gammaln = real(gammalnOf);

const gamma = real(gammaOf);

const digamma = real(digammaOf);

const zeta = real(zetaOf);

const polygamma = real((n, x) => (n === 0 ? digammaOf(x) : (-1) ** (n + 1) * gammaOf(n + 1) * zetaOf(n + 1, x)));

// The share of the gamma distribution below x, by its series, or what is above it, by its fraction.
function gammaShares(a, x) {
  if (x === 0) return [0, 1];
  const scale = Math.exp(a * Math.log(x) - x - gammalnOf(a));
  if (x > a + 1) {
    const above = scale / continued(x + 1 - a, (i) => [i * (a - i), x + 2 * i + 1 - a]);
    return [1 - above, above];
  }
  let [soFar, term] = [0, 1 / a];
  for (let n = 1; n < 1000 && term > soFar * 1e-17; n++) {
    soFar += term;
    term *= x / (a + n);
  }
  return [scale * soFar, 1 - scale * soFar];
}

const gammainc = real((a, x) => gammaShares(a, x)[0]);

const gammaincc = real((a, x) => gammaShares(a, x)[1]);

// The share of the beta distribution below x (DLMF 8.17.22).
function betaShare(a, b, x) {
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, 1 - x);
  const scale = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + gammalnOf(a + b) - gammalnOf(a) - gammalnOf(b));
  const factor = (i) => {
    const m = i >> 1;
    return i % 2 ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)) : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
  };
  return scale / (a * continued(1, (i) => [factor(i), 1]));
}

const betainc = real((a, b, x) => betaShare(a, b, x));

const stdtr = real((df, x) => {
  const tail = betaShare(df / 2, 0.5, df / (df + x * x)) / 2;
  return x > 0 ? 1 - tail : tail;
});
