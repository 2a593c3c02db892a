// Numbers as the page prints them, digit for digit as Python does; no word here knows of a document.
const LARGE = 1e7;
const stripped = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
// So many decimals; JavaScript rounds an exact half up, Python to the even digit.
function rounded(text, exact) {
  const all = exact(100), at = text.length;
  const digits = (one) => one.replace(/e.*/, "");
  const rest = digits(all).slice(digits(text).length).replace(".", "");
  const cut = digits(all).slice(0, digits(text).length).replace(/\.$/, "");
  return /^50*$/.test(rest) && "02468".includes(cut.at(-1)) && digits(text) !== cut ? cut + text.slice(digits(text).length, at) : text;
}
// Only what is close to a half can be one: the rest need not be written out to the end.
const nearHalf = (x) => Math.abs(x - Math.floor(x) - 0.5) < 1e-6 || x > 1e9;
function fixed(x, digits) {
  const size = Math.abs(x), text = size.toFixed(digits);
  return (x < 0 ? "-" : "") + (nearHalf(size * 10 ** digits) ? rounded(text, (n) => size.toFixed(n)) : text);
}
function scientific(x, digits) {
  const text = rounded(Math.abs(x).toExponential(digits), (n) => Math.abs(x).toExponential(n));
  const [mantissa, exponent] = text.split("e");
  return [(x < 0 ? "-" : "") + mantissa, Number(exponent)];
}
// The digits of a number, and its power of ten or null.
function digitsOf(x, digits, decimals) {
  if (!Number.isFinite(x)) return [Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf", null];
  if (x === 0) return ["0", null];
  if (digits < 0) return [String(x), null];
  if (Math.abs(x) < LARGE) {
    const short = stripped(fixed(x, digits));
    const near = Math.abs(Number(short) - x) <= 1e-6 * Math.max(Math.abs(Number(short)), Math.abs(x));
    const faithful = Math.abs(x) >= 10 ** (1 - digits) || near;
    if (faithful || (decimals !== null && Number(short) !== 0)) return [decimals === null ? short : fixed(x, decimals), null];
  }
  const [mantissa, exponent] = scientific(x, Math.max(digits - 1, 0));
  return [stripped(mantissa), exponent];
}
// What a group of numbers shares: how many decimals, and the size up to which one is rounding.
function shared([digits, noise, places], at) {
  // "line,count" are the first entries of a line
  const [line, count] = typeof places === "string" ? places.split(",").map(Number) : [0, 0];
  const numbers = count ? Array.from({ length: count }, (_, k) => at([line, k])) : places.map(at);
  const largest = Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs));
  const least = numbers.length > 1 ? noise * 2 ** -52 * largest : 0;
  let decimals = 0;
  for (const x of numbers) {
    if (Math.abs(x) <= least) continue;
    const [text, exponent] = digitsOf(x, digits, digits);
    if (exponent === null) decimals = Math.max(decimals, (stripped(text).split(".")[1] ?? "").length);
  }
  return { decimals, least };
}
// A function of a place in a list, asked once for each.
function once(find) {
  const known = [];
  return (n) => (known[n] ??= find(n));
}
// All that the page says of its numbers, each when it is asked for: their digits, and which brackets stand.
function told(data, lines) {
  const values = lines.map((one) => one.data ?? [Number(one)]);
  const at = (place) => (Array.isArray(place) ? values[place[0]][place[1]] : place);
  const group = once((n) => shared(data.groups[n], at));
  const number = once((n) => {
    const [line, place, digits, of] = data.numbers[n];
    const x = values[line][place];
    if (of === undefined) return digitsOf(x, digits, null);
    const { decimals, least } = group(of);
    if (Math.abs(x) > 0 && Math.abs(x) <= least) return [`0.${"0".repeat(Math.max(decimals, 1))}`, null];
    return digitsOf(x, digits, decimals);
  });
  const minus = (n) => number(n)[0].startsWith("-");
  const power = (n) => number(n)[1] !== null;
  const bracket = once((n) => {
    const [first, onMinus, onPower, last] = data.brackets[n];
    return (first >= 0 && Boolean((onMinus && minus(first)) || (onPower && (power(first) || minus(first))))) || (last >= 0 && power(last));
  });
  const width = once((n) => plain(number(n)).length);
  return { values, number, bracket, width };
}
const plain = ([digits, exponent]) =>
  digits.replace("-", "−").replace("inf", "∞").replace("nan", "NaN") +
  (exponent === null ? "" : ` × 10${[...String(exponent)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`);
// Which conditions are no longer as they were when the page was told, each when it is asked for.
function changed(data, before, now) {
  const same = (a, b) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]) || x === b[i]);
  const alike = (told, pairs) => {
    const text = (n) => (typeof n === "string" ? n : told.number(n).filter((one) => one !== null).join("e"));
    return pairs.every(([a, b]) => text(a) === text(b));
  };
  return once((n) => {
    const one = data.conditions[n];
    if (typeof one === "number") return !same(before.values[one], now.values[one]);
    const [kind, ...rest] = one;
    if (kind === "sign") return before.number(rest[0])[0].startsWith("-") !== now.number(rest[0])[0].startsWith("-");
    if (kind === "alike") return alike(before, rest) !== alike(now, rest);
    const [room, grow, ...numbers] = rest;
    const growth = numbers.map((n) => (now.width(n) - before.width(n)) * (grow ? 1 : -1));
    return growth.reduce((sum, more) => sum + Math.max(more, 0), 0) > room;
  });
}
