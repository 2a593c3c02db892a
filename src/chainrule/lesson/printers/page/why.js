// A gradient says why it is what it is: at a click on its number, or at Enter on it.
{
  const { texts, asked } = JSON.parse(document.getElementById("why").textContent);
  const box = document.createElement("div");
  box.className = "why";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  box.append(said, close);
  box.hidden = true;
  document.querySelector("main").append(box);
  let from = null;
  function answer(of, place) {
    const [name, entries] = asked[of] ?? [];
    if (entries?.[place] === undefined) return null;
    const called = place ? `${name}[${place.replaceAll(",", ", ")}]` : name;
    const text = texts[entries[place]].replaceAll("\0", called);
    return [called, text.includes(called) ? text : `${called}: ${text}`];
  }
  function about(element) {
    const whole = element instanceof Element ? element.closest("[data-of]") : null;
    return whole && answer(whole.dataset.of, element.closest("[data-entry]")?.dataset.entry ?? "");
  }
  function tell(element, text) {
    from = element.closest("[tabindex], button") ?? element;
    const changed = document.querySelector(".live-bar.changed") ? "For the numbers before the change: " : "";
    element.closest("p, figure, .formula, details, section").after(box);
    box.hidden = false;
    said.textContent = changed + text;
  }
  function hide() {
    if (box.hidden) return;
    box.hidden = true;
    said.textContent = "";
    if (from?.focus) from.focus();
  }
  close.addEventListener("click", hide);
  document.addEventListener("click", (event) => {
    const found = about(event.target);
    if (found) tell(event.target, found[1]);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const found = event.key === "Enter" ? about(event.target) : null;
    if (found) tell(event.target, found[1]);
  });
  // A remark asks by a button.
  for (const note of document.querySelectorAll("[data-asked]")) {
    const [, name, place] = note.dataset.asked.match(/^(.*?)(?:\[(.*)\])?$/);
    const found = answer(name, (place ?? "").replaceAll(" ", ""));
    if (!found) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Why?";
    button.setAttribute("aria-label", `Why is ${found[0]} what it is?`);
    button.addEventListener("click", () => tell(button, found[1]));
    note.append(" ", button);
  }
  for (const name of Object.keys(asked)) {
    for (const one of document.querySelectorAll(`[data-of="${CSS.escape(name)}"] mn, mn[data-of="${CSS.escape(name)}"]`)) {
      if (about(one)) one.classList.add("asks");
    }
  }
}
