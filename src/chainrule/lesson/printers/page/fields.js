// The fields: a number is typed, dragged, or moved by the arrow keys.
const fields = new Map();
const takes = (i, value) => Number.isFinite(value) && (data.inputs[i][2].startsWith("float") || Number.isInteger(value));
const parsed = (text) => (text.trim() === "" ? NaN : Number(text.trim().replace("−", "-").replace(",", ".")));
// What the gradient foretells of a change, and what the loss did.
const foretold = (i, k, change) => (before, now) => {
  const line = data.gradients[data.inputs[i][0]];
  if (line === undefined || !data.loss) return "";
  const short = (x) => (x < 0 ? "" : "+") + plain(digitsOf(x, 4, null));
  return ` The gradient ${plain(digitsOf(before.values[line][k], 4, null))} foretold ${short(before.values[line][k] * change)}, the loss moved by ${short(lossOf(now) - lossOf(before))}.`;
};
function edited(field, i, k, value) {
  const problem = document.getElementById(field.getAttribute("aria-describedby"));
  let why = Number.isFinite(value) ? "" : `“${field.value}” is no number; the old one stays.`;
  if (!why && !takes(i, value)) why = `${data.inputs[i][0]} holds whole numbers; the old one stays.`;
  if (!why && !Object.is(value, inputs[i][k])) {
    const next = inputs.map((numbers) => [...numbers]);
    next[i][k] = value;
    why = take(next, foretold(i, k, value - inputs[i][k]));
  }
  if (field.getAttribute("aria-invalid") !== String(why !== "")) field.setAttribute("aria-invalid", String(why !== ""));
  if (problem.textContent !== why) problem.textContent = why;
  if (why) say(why);
}
function move(field, i, k, from, by) {
  const value = Number((from + by).toFixed(10));
  field.value = String(value);
  edited(field, i, k, value);
  if (!Object.is(inputs[i][k], value)) field.value = String(inputs[i][k]);
}
function fieldOf([name, shape, dtype], i, k, columns) {
  const field = element("input", "");
  field.type = "text";
  field.inputMode = "decimal";
  field.autocomplete = "off";
  field.size = 7;
  field.value = String(given[i][k]);
  const place = shape.length > 1 ? `, row ${Math.floor(k / columns) + 1}, column ${(k % columns) + 1}` : shape.length ? `, entry ${k + 1}` : "";
  field.setAttribute("aria-label", name + place);
  field.setAttribute("aria-describedby", `problem-${i}`);
  const step = dtype.startsWith("float") ? 0.1 : 1;
  field.addEventListener("input", () => edited(field, i, k, parsed(field.value)));
  field.addEventListener("change", () => {
    if (field.getAttribute("aria-invalid") === "true") {
      field.value = String(inputs[i][k]);
      field.setAttribute("aria-invalid", "false");
    }
  });
  field.addEventListener("keydown", (event) => {
    // as it was in the beginning
    if (event.key === "Escape") move(field, i, k, given[i][k], 0);
    const way = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    move(field, i, k, inputs[i][k], way * (event.shiftKey && step < 1 ? step / 10 : step));
  });
  // dragged sideways where one does not write in it
  field.addEventListener("pointerdown", (event) => {
    if (document.activeElement === field || event.button) return;
    const from = inputs[i][k], start = event.clientX;
    let dragged = false;
    event.preventDefault();
    const drag = (to) => {
      const steps = Math.round((to.clientX - start) / 6);
      dragged ||= steps !== 0;
      if (dragged) move(field, i, k, from, steps * step);
    };
    const end = () => {
      field.removeEventListener("pointermove", drag);
      if (!dragged) field.select();
      field.focus();
    };
    field.setPointerCapture(event.pointerId);
    field.addEventListener("pointermove", drag);
    field.addEventListener("pointerup", end, { once: true });
    field.addEventListener("pointercancel", end, { once: true });
  });
  return field;
}
function editor(input, i) {
  const [name, shape, dtype, , fixed] = input;
  const home = document.querySelector(`[data-input="${CSS.escape(name)}"]`);
  if (!home) return;
  if (fixed || dtype === "bool") {
    home.append(element("p", "fixed", "These numbers decide how the lesson goes: change them in the program."));
    return;
  }
  const columns = shape.length > 1 ? shape.at(-1) : shape.length ? Math.min(shape[0], 8) : 1;
  const grid = element("div", "grid");
  grid.style.setProperty("grid-template-columns", `repeat(${columns}, auto)`);
  given[i].forEach((_, k) => {
    const field = fieldOf(input, i, k, columns);
    fields.set(`${i}.${k}`, field);
    grid.append(field);
  });
  const problem = element("p", "problem");
  problem.id = `problem-${i}`;
  const box = element("div", "editor", grid, problem);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", `Change ${name}`);
  home.append(box);
}
data.inputs.forEach(editor);
function restore(next) {
  const why = take(next);
  for (const [key, field] of fields) {
    const [i, k] = key.split(".");
    field.value = String(inputs[i][k]);
    field.setAttribute("aria-invalid", "false");
  }
  for (const one of document.querySelectorAll(".editor .problem")) one.textContent = "";
  if (why) say(why);
}
// A number that can be changed leads to its field.
document.addEventListener("click", (event) => {
  const one = event.target instanceof Element ? event.target.closest("mn") : null;
  const entry = one?.closest("[data-entry]"), of = one?.closest("[data-of]");
  const i = of ? data.inputs.findIndex(([name]) => name === of.dataset.of) : -1;
  if (i < 0) return;
  const [, shape] = data.inputs[i];
  const place = (entry?.dataset.entry || "0").split(",").map(Number);
  const k = entry ? place.reduce((sum, at, axis) => sum * shape[axis] + at, 0) : 0;
  fields.get(`${i}.${k}`)?.focus();
});
function fromAddress() {
  if (!location.hash.startsWith("#~")) return;
  const next = asGiven();
  for (const edit of location.hash.slice(2).split("&")) {
    const [, name, k, value] = edit.match(/^(.*)\.(\d+)=(.+)$/) ?? [];
    const i = data.inputs.findIndex(([one]) => one === decodeURIComponent(name ?? ""));
    if (i >= 0 && Number(k) < next[i].length && fields.has(`${i}.${k}`) && takes(i, parsed(value))) next[i][k] = parsed(value);
  }
  restore(next);
}
addEventListener("hashchange", fromAddress);
