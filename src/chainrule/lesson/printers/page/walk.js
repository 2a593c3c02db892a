// A walk through the backward pass, a step at a time: what comes later is veiled, and may be predicted first.
const steps = [...document.querySelectorAll("section.step")].filter((one) => one.querySelector(".subject [data-of]"));
const nameOf = (step) => step.querySelector(".subject [data-of]").dataset.of.slice(1);
let walked = -1;
let predicting = false;
const behind = [...document.querySelectorAll("main > section")].filter((one) => steps.length && steps.at(-1).compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !one.contains(steps[0]));
function walk(to) {
  walked = to < 0 || to >= steps.length ? -1 : to;
  const on = walked >= 0;
  // from far off there are no steps
  const close = document.getElementById("zoom-lines");
  if (on && close && document.getElementById("zoom-network").checked) close.checked = true;
  const hidden = new Set(on ? steps.slice(walked + 1).map(nameOf) : []);
  steps.forEach((one, i) => one.classList.toggle("veiled", on && i > walked));
  for (const one of behind) one.classList.toggle("veiled", on);
  for (const one of document.querySelectorAll("g[data-of]")) {
    one.classList.toggle("lit", on && one.dataset.of === nameOf(steps[walked]));
    one.classList.toggle("later", hidden.has(one.dataset.of));
  }
  const wasStart = document.activeElement === start;
  bar.classList.toggle("walking", on);
  // the button goes, and the keyboard is not to be lost with it
  if (on && wasStart) onward.focus();
  back.disabled = walked === 0;
  ask();
  if (!on) {
    start.focus();
    say(to < 0 ? "The whole page is shown." : "That was the last step: the whole page is shown.", 0);
    return;
  }
  const step = steps[walked];
  step.scrollIntoView({ block: "start" });
  say(`Step ${walked + 1} of ${steps.length}: ${step.getAttribute("aria-label").split(": ").at(-1)}.`, 0);
}
// A step whose result is asked for shows fields in the place of its numbers.
function ask() {
  document.querySelector(".predict")?.remove();
  for (const one of document.querySelectorAll(".unsaid")) one.classList.remove("unsaid");
  if (!predicting || walked < 0) return;
  const step = steps[walked], name = nameOf(step), line = data.gradients[name];
  const array = live(...inputs)[line];
  const truth = shown.values[line], shape = array.shape ?? [];
  for (const one of step.querySelectorAll(`[data-of="d${CSS.escape(name)}"]`)) if (one.querySelector("[data-n]") || one.closest("[data-n]")) one.classList.add("unsaid");
  for (const one of step.querySelectorAll("details, .note")) one.classList.add("unsaid");
  const columns = shape.length > 1 ? shape.at(-1) : Math.min(truth.length, 8);
  const title = step.getAttribute("aria-label").split(": ").at(-1);
  const grid = element("div", "grid");
  grid.style.setProperty("grid-template-columns", `repeat(${columns}, auto)`);
  const written = [...truth].map((_, k) => {
    const field = element("input", "");
    field.inputMode = "decimal";
    field.size = 7;
    field.setAttribute("aria-label", `${title}${truth.length > 1 ? `, row ${Math.floor(k / columns) + 1}, column ${(k % columns) + 1}` : ""}: your answer`);
    grid.append(field);
    return field;
  });
  const verdict = element("p", "problem");
  verdict.setAttribute("role", "status");
  const form = element("form", "editor predict", element("p", "", `What is ${title}? To four decimals.`), grid, verdict);
  const check = button("Check", () => {});
  check.type = "submit";
  form.append(check, button("Show it", () => ask(void (predicting = false))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const numbers = written.map((one) => parsed(one.value));
    const wrong = numbers.map((x, k) => !near(x, truth[k]));
    written.forEach((one, k) => one.setAttribute("aria-invalid", String(wrong[k])));
    verdict.textContent = wrong.includes(true) ? mistake(numbers, [...truth], shape, name) : "Right.";
  });
  step.querySelector("h3, h4, h5").after(form);
}
const unit = (x) => digitsOf(x, 4, null)[1] ?? -1;
const near = (x, y) => Math.abs(x - y) <= 0.5000001 * 10 ** (unit(y) - 3);
// What a wrong answer is, if it is what a usual mistake gives.
function mistake(numbers, truth, [rows, columns], name) {
  const is = (others) => others.length === numbers.length && numbers.every((x, k) => near(x, others[k]));
  if (numbers.some(Number.isNaN)) return "Some numbers are missing.";
  const turned = (x, i, all) => all[(i % rows) * columns + Math.floor(i / rows)];
  if (rows > 1 && columns > 1 && is(truth.map(turned))) return "Rows and columns are exchanged.";
  for (const [other, line] of Object.entries(data.gradients)) {
    if (other !== name && is([...shown.values[line]])) return `That is the gradient of ${other}: what this step multiplies it with is missing.`;
  }
  const k = truth.findIndex((x) => x !== 0), ratio = numbers[k] / truth[k];
  if (k >= 0 && ratio && is(truth.map((x) => ratio * x))) return Math.abs(ratio + 1) < 1e-3 ? "The sign is turned." : `Every number is ${plain(digitsOf(ratio, 3, null))} times what it should be.`;
  const count = numbers.filter((x, k) => !near(x, truth[k])).length;
  return `${count === 1 ? "One number is" : `${count} numbers are`} not right yet.`;
}
const start = button("Step by step", () => walk(0));
const back = button("← Step back", () => walk(walked - 1));
const onward = button("Next step →", () => walk(walked + 1));
const predict = button("Predict first", () => {
  predicting = !predicting;
  predict.setAttribute("aria-pressed", String(predicting));
  ask();
});
const leave = button("Show all", () => walk(-1));
predict.setAttribute("aria-pressed", "false");
start.className = "before-walk";
for (const one of [back, onward, predict, leave]) one.className = "on-walk";
if (steps.length > 1) bar.append(start, back, onward, predict, leave);
document.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (walked < 0 || !way || event.target.closest("input, [tabindex]")) return;
  event.preventDefault();
  if (walked + way >= 0) walk(walked + way);
});
