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

// As C's pow has it: 1 to any power is 1, also to one that is no number.
const pow = (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

const power = operator(pow);

const square = kept((a) => a * a);

// The remainder has the sign of the divisor.
const mod = (a, b) => {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
};

// Whole numbers divided by 0 are 0 in NumPy.
const wholeType = (a, b) => resultType(a, b);

const remainder = (a, b) => {
  const type = wholeType(a, b);
  return operator((x, y) => (y === 0 && !isFloat(type) ? 0 : mod(x, y)))(a, b);
};

const floor_divide = (a, b) => {
  const type = wholeType(a, b);
  const divided = (x, y) => {
    if (y === 0) return isFloat(type) ? x / y : 0;
    const rest = mod(x, y);
    const quotient = (x - rest) / y;
    return Number.isFinite(quotient) ? Math.round(quotient) : Number.isFinite(x) ? Math.floor(x / y) : NaN;
  };
  return operator(divided)(a, b);
};

const negative = (a) => (a instanceof NDArray ? mapped((x) => -x, [a], a.dtype) : -a);

const greater = asked((a, b) => a > b);

const greater_equal = asked((a, b) => a >= b);

const less = asked((a, b) => a < b);

const less_equal = asked((a, b) => a <= b);

const equal = asked((a, b) => a === b);

const not_equal = asked((a, b) => a !== b);

const truth = (a) => a !== 0 && a !== false;

const logical_and = asked((a, b) => truth(a) && truth(b));

const logical_or = asked((a, b) => truth(a) || truth(b));

const logical_xor = asked((a, b) => truth(a) !== truth(b));

const logical_not = asked((a) => !truth(a));

const isnan = asked((a) => Number.isNaN(a));

const isinf = asked((a) => Math.abs(a) === Infinity);

const isfinite = asked((a) => Number.isFinite(a));

const abs = kept((a) => Math.abs(a));

const absolute = kept((a) => Math.abs(a));

const sign = kept((a) => Math.sign(a));

const floor = kept((a) => Math.floor(a));

const ceil = kept((a) => Math.ceil(a));

const trunc = kept((a) => Math.trunc(a));

// Halves go to the even neighbour.
const rint = kept((a) => {
  const below = Math.floor(a);
  if (a - below !== 0.5) return a - below < 0.5 ? below : Math.ceil(a);
  return below % 2 === 0 ? below : below + 1;
});

const maximum = kept((a, b) => Math.max(a, b));

const minimum = kept((a, b) => Math.min(a, b));

const clip = (x, low, high) => minimum(maximum(x, low ?? -Infinity), high ?? Infinity);

const sqrt = real((a) => Math.sqrt(a));

const cbrt = real((a) => Math.cbrt(a));

const exp = real((a) => Math.exp(a));

const exp2 = real((a) => 2 ** a);

const exp10 = real((a) => 10 ** a);

const expm1 = real((a) => Math.expm1(a));

const log = real((a) => Math.log(a));

const log2 = real((a) => Math.log2(a));

const log10 = real((a) => Math.log10(a));

const log1p = real((a) => Math.log1p(a));

const sin = real((a) => Math.sin(a));

const cos = real((a) => Math.cos(a));

const tan = real((a) => Math.tan(a));

const arcsin = real((a) => Math.asin(a));

const arccos = real((a) => Math.acos(a));

const arctan = real((a) => Math.atan(a));

const arctan2 = real((a, b) => Math.atan2(a, b));

const sinh = real((a) => Math.sinh(a));

const cosh = real((a) => Math.cosh(a));

const tanh = real((a) => Math.tanh(a));

const arcsinh = real((a) => Math.asinh(a));

const arccosh = real((a) => Math.acosh(a));

const arctanh = real((a) => Math.atanh(a));

const hypot = real((a, b) => Math.hypot(a, b));

// log(exp(a) + exp(b)), where neither exponential may overflow.
const logSum = (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))));

const logaddexp = real(logSum);

// A number with a number where neither is said to be whole is a float.
const where = (mask, a, b) => mapped((m, x, y) => (truth(m) ? x : y), [mask, a, b], resultType(a, b));
