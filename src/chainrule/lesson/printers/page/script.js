// Looking at one number or name shows every place where the same one stands.
const lit = [];
function show(element) {
  for (const other of lit.splice(0)) other.classList.remove("lit");
  if (!(element instanceof Element)) return;
  const whole = element.closest("[data-of]");
  if (whole === null) return;
  const of = `[data-of="${CSS.escape(whole.dataset.of)}"]`;
  const one = element.closest("[data-entry]");
  const entry = one && `[data-entry="${CSS.escape(one.dataset.entry)}"]`;
  // an entry says itself whose it is, or the array around it does
  const same = entry ? `${of}${entry}, ${of} ${entry}:not([data-of])` : `${of}:not([data-entry])`;
  for (const other of document.querySelectorAll(same)) {
    other.classList.add("lit");
    lit.push(other);
  }
}
// The keyboard reaches every number that knows what it is of.
for (const one of document.querySelectorAll(":is(.sides, .entries) mn:is([data-of], [data-entry])")) one.setAttribute("tabindex", "0");
// What is scrolled can be scrolled by the keyboard.
for (const one of document.querySelectorAll(".sides")) if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
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
