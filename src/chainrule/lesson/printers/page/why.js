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
  const dated = (text) => (text && document.querySelector(".live-bar.changed") ? `For the numbers before the change: ${text}` : text);
  const placeOf = (element) => [element.closest("[data-of]")?.dataset.of, element.closest("[data-entry]")?.dataset.entry ?? ""];
  // How a number is computed, where the page can compute it, and why a gradient is what it is.
  function about(element) {
    if (!(element instanceof Element)) return "";
    const [of, place] = placeOf(element);
    const why = answer(of, place), sum = globalThis.sumOf?.(element);
    const called = why?.[0] ?? (of && of + (place && `[${place.replaceAll(",", ", ")}]`));
    return [sum && (called ? `${called} = ${sum}` : sum), dated(why?.[1])].filter(Boolean).join("\n");
  }
  let again = null;
  function tell(element, told) {
    from = element.closest("[tabindex], button") ?? element;
    again = told;
    element.closest("p, figure, .formula, details, section").after(box);
    box.hidden = false;
    said.textContent = told();
  }
  document.addEventListener("followed", () => {
    if (!box.hidden) said.textContent = again();
  });
  function hide() {
    if (box.hidden) return;
    box.hidden = true;
    said.textContent = "";
    if (from?.focus) from.focus();
  }
  close.addEventListener("click", hide);
  document.addEventListener("click", (event) => {
    if (about(event.target)) tell(event.target, () => about(event.target));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (event.key === "Enter" && about(event.target)) tell(event.target, () => about(event.target));
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
    button.addEventListener("click", () => tell(button, () => dated(found[1])));
    note.append(" ", button);
  }
  for (const name of Object.keys(asked)) {
    for (const one of document.querySelectorAll(`[data-of="${CSS.escape(name)}"] mn, mn[data-of="${CSS.escape(name)}"]`)) {
      if (answer(...placeOf(one))) one.classList.add("asks");
    }
  }
}
