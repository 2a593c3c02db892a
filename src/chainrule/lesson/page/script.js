"use strict";
// Looking at one number or name shows every place where the same one stands.
const lit = [];
function show(element) {
  for (const other of lit.splice(0)) other.classList.remove("lit");
  const from = element instanceof Element ? element.closest("[data-of]") : null;
  if (from === null) return;
  const { of, entry } = from.dataset;
  for (const other of document.querySelectorAll(`[data-of="${CSS.escape(of)}"]`)) {
    if (other.dataset.entry !== entry) continue;
    other.classList.add("lit");
    lit.push(other);
  }
}
document.addEventListener("focusin", (event) => show(event.target));
document.addEventListener("focusout", () => show(null));
document.addEventListener("pointerover", (event) => show(event.target));
// Paper has no clicks: what is folded is opened for it, and folded again after.
const opened = [];
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    opened.push(fold);
  }
});
addEventListener("afterprint", () => {
  for (const fold of opened.splice(0)) fold.open = false;
});
