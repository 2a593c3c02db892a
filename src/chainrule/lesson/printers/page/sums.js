// How a number comes about from those before it: the sum of products that an entry of a matrix is, with its row and column.
const MOST_TERMS = 8;
const WORDS = { maximum: "max", minimum: "min", exp: "exp", log: "log", tanh: "tanh", sqrt: "√", absolute: "abs", square: "square of " };
const short = (x) => plain(digitsOf(x, 4, null));
const signed = (x) => (x < 0 ? `(${short(x)})` : short(x));
const summed = (all) => (all.length > MOST_TERMS ? `${all.slice(0, MOST_TERMS).join(" + ")} + … (${all.length} terms)` : all.join(" + "));
// The lines with the calls that made them.
function computed() {
  const calls = new Map(), own = { ...np };
  for (const [name, call] of Object.entries(own)) {
    np[name] = (...args) => {
      const result = call(...args);
      if (result instanceof Object) calls.set(result, [name, args]);
      return result;
    };
  }
  try {
    return [live(...inputs), calls];
  } finally {
    Object.assign(np, own);
  }
}
// The place in an operand that is spread to a shape.
function placeIn(operand, shape, k) {
  let at = 0, stride = 1;
  for (let axis = 1; axis <= operand.shape.length; axis++) {
    const length = operand.shape.at(-axis);
    if (length > 1) at += (k % shape.at(-axis)) * stride;
    k = Math.floor(k / shape.at(-axis));
    stride *= length;
  }
  return at;
}
// An entry as it is computed, null if it is given; `inner` is one that stands in another.
function written(array, k, calls, inner = false) {
  const [name, args] = calls.get(array) ?? [];
  const number = (one) => (typeof one === "number" ? one : one.data[placeIn(one, array.shape, k)]);
  const part = (one) => (typeof one === "number" ? null : written(one, placeIn(one, array.shape, k), calls, true));
  const [a, b] = args ?? [];
  if (name === "matmul" && a.shape.length < 3 && b.shape.length < 3) {
    const terms = a.shape.at(-1), columns = b.shape.length > 1 ? b.shape[1] : 1;
    const row = a.shape.length > 1 ? Math.floor(k / columns) : 0;
    return summed(Array.from({ length: terms }, (_, i) => `${signed(a.data[row * terms + i])} · ${signed(b.data[i * columns + (k % columns)])}`));
  }
  if ((name === "reshape" || name === "astype") && a.data.length === array.data.length) return written(a, k, calls, inner);
  if (name === "add" || name === "subtract") {
    if (name === "add" && b === 0) return part(a);
    const [left, right] = [a, b].map((one) => part(one) ?? signed(number(one)));
    const whole = `${left} ${name === "add" ? "+" : "−"} ${name === "subtract" && / [+−] /.test(right) ? `(${right})` : right}`;
    return inner && name === "subtract" ? `(${whole})` : whole;
  }
  if (inner) return null;
  if (name === "multiply") return `${signed(number(a))} · ${signed(number(b))}`;
  if (name === "divide") return `${signed(number(a))} / ${signed(number(b))}`;
  if (name === "sum" && args.length === 1) return summed([...a.data].map(signed));
  if (name in WORDS && args.every((one) => typeof one === "number" || one.data)) return `${WORDS[name]}(${args.map(number).map(short).join(", ")})`;
  return null;
}
// What is said of a printed number; nothing where it is given.
globalThis.sumOf = (element) => {
  const at = data.numbers[element.closest("[data-n]")?.dataset.n];
  if (!at) return "";
  const [lines, calls] = computed(), array = lines[at[0]];
  const found = array.data ? written(array, at[1], calls) : null;
  return found ? `${found} = ${short(array.data[at[1]])}` : "";
};
