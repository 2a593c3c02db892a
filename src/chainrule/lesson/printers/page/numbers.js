// Numbers as the page prints them, digit for digit as Python does; no word here knows of a document.
const LARGE = 1e7;
const stripped = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
// So many decimals; JavaScript rounds an exact half up, Python to the even digit.
function rounded(text, exact, x) {
  const all = exact(100), at = text.length;
  const digits = (one) => one.replace(/e.*/, "");
  const rest = digits(all).slice(digits(text).length).replace(".", "");
  const cut = digits(all).slice(0, digits(text).length).replace(/\.$/, "");
  return /^50*$/.test(rest) && "02468".includes(cut.at(-1)) && digits(text) !== cut ? cut + text.slice(digits(text).length, at) : text;
}
const fixed = (x, digits) => (x < 0 ? "-" : "") + rounded(Math.abs(x).toFixed(digits), (n) => Math.abs(x).toFixed(n));
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
// All that the page says of its numbers: their digits, which brackets stand, which conditions hold.
function told(data, lines) {
  const values = lines.map((one) => (one.data ? Array.from(one.data, Number) : [Number(one)]));
  const at = (place) => (Array.isArray(place) ? values[place[0]][place[1]] : place);
  const groups = data.groups.map((group) => shared(group, at));
  const numbers = data.numbers.map(([line, place, digits, group]) => {
    const x = values[line][place];
    if (group === undefined) return digitsOf(x, digits, null);
    const { decimals, least } = groups[group];
    if (Math.abs(x) > 0 && Math.abs(x) <= least) return [`0.${"0".repeat(Math.max(decimals, 1))}`, null];
    return digitsOf(x, digits, decimals);
  });
  const minus = (n) => numbers[n][0].startsWith("-");
  const power = (n) => numbers[n][1] !== null;
  const brackets = data.brackets.map(
    ([first, onMinus, onPower, last]) =>
      (first >= 0 && ((onMinus && minus(first)) || (onPower && (power(first) || minus(first))))) || (last >= 0 && power(last)),
  );
  return { values, numbers, brackets };
}
const plain = ([digits, exponent]) =>
  digits.replace("-", "−").replace("inf", "∞").replace("nan", "NaN") +
  (exponent === null ? "" : ` × 10${[...String(exponent)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`);
// Which conditions are no longer as they were when the page was told.
function changed(data, before, now) {
  const same = (a, b) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]) || x === b[i]);
  const width = (told, n) => plain(told.numbers[n]).length;
  const alike = (told, pairs) => {
    const text = (n) => (typeof n === "string" ? n : told.numbers[n].filter((one) => one !== null).join("e"));
    return pairs.every(([a, b]) => text(a) === text(b));
  };
  return data.conditions.map((one) => {
    if (typeof one === "number") return !same(before.values[one], now.values[one]);
    const [kind, ...rest] = one;
    if (kind === "sign") return before.numbers[rest[0]][0].startsWith("-") !== now.numbers[rest[0]][0].startsWith("-");
    if (kind === "alike") return alike(before, rest) !== alike(now, rest);
    const [room, grow, ...numbers] = rest;
    const growth = numbers.map((n) => (width(now, n) - width(before, n)) * (grow ? 1 : -1));
    return growth.reduce((sum, more) => sum + Math.max(more, 0), 0) > room;
  });
}
