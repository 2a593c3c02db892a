// What stands in the page is written anew where its characters are others: what is in sight at once, the rest right after.
const MATH = "http://www.w3.org/1998/Math/MathML";
const math = (tag, ...inner) => {
  const made = document.createElementNS(MATH, tag);
  made.append(...inner);
  return made;
};
function sign(form, text) {
  const made = math("mo", text);
  made.setAttribute("form", form);
  return made;
}
const readable = (digits) => digits.replace("-", "").replace("inf", "∞").replace("nan", "NaN");
// Writes a number, and gives the element that holds it now.
function write(element, number, was) {
  if (element.namespaceURI !== MATH) {
    const title = element.querySelector("title");
    element.textContent = plain(number);
    if (title) element.prepend(title);
    return element;
  }
  const [text, exponent] = number;
  const signed = text.startsWith("-");
  const digits = element.tagName === "mn" ? element : element.querySelector("mn");
  digits.firstChild.data = readable(text);
  if (exponent === null && was[1] === null && signed === was[0].startsWith("-")) return element;
  let whole = element;
  if (digits === element) {
    // a number gets a row of its own, in which its sign and its power come and go
    whole = math("mrow");
    whole.dataset.n = element.dataset.n;
    element.removeAttribute("data-n");
    element.replaceWith(whole);
  }
  const shown = [digits];
  if (signed) {
    shown.unshift(sign("prefix", "−"));
    shown[0].setAttribute("class", digits.getAttribute("class") ?? "");
  }
  if (exponent !== null) {
    const raised = math("mrow", ...(exponent < 0 ? [sign("prefix", "−")] : []), math("mn", String(Math.abs(exponent))));
    shown.push(math("mo", "×"), math("msup", math("mn", "10"), raised));
  }
  whole.replaceChildren(...shown);
  return whole;
}
function bracket(element, stands) {
  if (!stands) {
    element.firstElementChild.remove();
    element.lastElementChild.remove();
    return;
  }
  const ends = [sign("prefix", "("), sign("postfix", ")")];
  const tall = element.querySelector("mtable, mfrac, munder, mover, mroot") !== null;
  if (!tall) for (const one of ends) one.setAttribute("stretchy", "false");
  element.prepend(ends[0]);
  element.append(ends[1]);
}
// A whole number among decimals keeps its place before the point, which an unseen rest holds.
function align(table) {
  const rows = [...table.children].map((row) => [...row.children]);
  for (const one of table.querySelectorAll("mphantom")) one.remove();
  const decimals = (cell) => (cell.querySelector("msup") ? null : (cell.textContent.split(".")[1] ?? "").length);
  rows[0].forEach((_, column) => {
    const cells = rows.map((row) => row[column]);
    const lengths = cells.map(decimals);
    const most = Math.max(...lengths.map(Number));
    cells.forEach((cell, i) => {
      if (lengths[i] === 0 && most && /\d$/.test(cell.textContent)) cell.append(math("mphantom", math("mn", `.${"0".repeat(most)}`)));
    });
  });
}
// An edge is as thick as its slope is large beside the others, and dashed where that is negative.
function draw(edges, now) {
  const slopes = edges.map((edge) => now.values[data.numbers[edge.dataset.n][0]][data.numbers[edge.dataset.n][1]]);
  const largest = Math.max(0, ...slopes.filter(Number.isFinite).map(Math.abs)) || 1;
  edges.forEach((edge, i) => {
    const x = slopes[i], strength = Number.isFinite(x) ? Math.min(Math.abs(x) / largest, 1) : Number.isNaN(x) ? 0 : 1;
    edge.setAttribute("stroke-width", (0.7 + 1.5 * strength).toFixed(2));
    edge.setAttribute("stroke-opacity", (0.4 + 0.5 * strength).toFixed(2));
    edge.classList.toggle("negative", x < 0);
  });
}
// The page in pieces: what a piece shows, and whether it shows what is so now.
const pieces = new Map();
function piece(element) {
  const home = element.closest(".formula, figure, p, h3, h4, li, summary") ?? element;
  if (!pieces.has(home)) pieces.set(home, { numbers: [], brackets: [], edges: [], parts: [], stale: false, inSight: false });
  return pieces.get(home);
}
for (const one of document.querySelectorAll("[data-n]")) {
  const of = piece(one);
  if (one.tagName === "path") of.edges.push(one);
  else of.numbers.push({ one, n: Number(one.dataset.n), part: one.closest("[data-told]")?.dataset.told, shown: first.number(one.dataset.n), table: one.closest("mtable") });
}
for (const one of document.querySelectorAll("[data-p]")) {
  piece(one).brackets.push({ one, n: Number(one.dataset.p), part: one.closest("[data-told]")?.dataset.told, stands: first.bracket(one.dataset.p) });
}
for (const one of document.querySelectorAll("[data-told]")) piece(one).parts.push([one, Number(one.dataset.told)]);
// Whether a part is told for other numbers than those that are taken now.
const isOld = (n) => data.told[n].some(off);
// Where only room was made for other numbers, these may stand there; else the old ones stay, for words speak of them.
const stays = (n) => data.told[n].some((one) => off(one) && !/wide|alike/.test(data.conditions[one][0]));
function mark(part, n) {
  const old = isOld(n) ? (stays(n) ? "told" : "set") : "";
  if ((part.dataset.old ?? "") === old) return;
  if (part.dataset.old) part.previousElementSibling.remove();
  part.dataset.old = old;
  part.classList.toggle("stale", old !== "");
  if (!old) return;
  const note = document.createElement("p");
  note.className = "stale-note";
  note.textContent = old === "told" ? "Told for the numbers before the change:" : "These numbers are new, the lines between them as before:";
  part.before(note);
}
function paint(of) {
  of.stale = false;
  for (const [one, n] of of.parts) mark(one, n);
  const tables = new Set();
  for (const each of of.numbers) {
    const number = (each.part !== undefined && stays(each.part) ? first : shown).number(each.n);
    if (number[0] === each.shown[0] && number[1] === each.shown[1]) continue;
    each.one = write(each.one, number, each.shown);
    each.shown = number;
    if (each.table) tables.add(each.table);
  }
  for (const each of of.brackets) {
    const stands = (each.part !== undefined && stays(each.part) ? first : shown).bracket(each.n);
    if (stands !== each.stands) bracket(each.one, stands);
    each.stands = stands;
  }
  tables.forEach(align);
  if (of.edges.length) draw(of.edges, shown);
}
let resting = 0;
function rest() {
  const until = performance.now() + 8;
  for (const of of pieces.values()) {
    if (of.stale) paint(of);
    if (performance.now() > until) {
      resting = setTimeout(rest, 8);
      return;
    }
  }
  resting = 0;
}
// Everything is written now: for paper, and for who looks at the whole page.
function whole() {
  for (const of of pieces.values()) if (of.stale) paint(of);
}
function repaint() {
  for (const of of pieces.values()) {
    of.stale = true;
    if (of.inSight) paint(of);
  }
  clearTimeout(resting);
  resting = setTimeout(rest, 40);
}
const sight = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      const of = pieces.get(target);
      of.inSight = isIntersecting;
      if (isIntersecting && of.stale) paint(of);
    }
  },
  { rootMargin: "100px" },
);
for (const home of pieces.keys()) sight.observe(home);
addEventListener("beforeprint", whole);
