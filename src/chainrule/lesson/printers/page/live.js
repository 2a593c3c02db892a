// The page follows its numbers: what is changed in a field is computed again, and every number says what it is now.
{
  const data = JSON.parse(document.getElementById("live").textContent);
  const MATH = "http://www.w3.org/1998/Math/MathML";
  const given = data.inputs.map(([, , , numbers]) => numbers);
  const run = (inputs) => told(data, live(...inputs));
  const first = run(given);
  let inputs = given.map((numbers) => [...numbers]);
  let shown = first;
  const all = (name) => {
    const found = [];
    for (const one of document.querySelectorAll(`[data-${name}]`)) (found[one.dataset[name]] ??= []).push(one);
    return found;
  };
  const math = (tag, ...inner) => {
    const made = document.createElementNS(MATH, tag);
    made.append(...inner);
    return made;
  };
  // a number gets a row of its own, in which its sign and its power come and go
  for (const one of document.querySelectorAll("mn[data-n]")) {
    const row = math("mrow");
    row.dataset.n = one.dataset.n;
    one.removeAttribute("data-n");
    one.replaceWith(row);
    row.append(one);
  }
  const numbers = all("n"), brackets = all("p"), parts = all("told");
  const sign = (form, text) => {
    const made = document.createElementNS(MATH, "mo");
    made.setAttribute("form", form);
    made.textContent = text;
    return made;
  };
  function write(element, number) {
    if (element.tagName === "path") return;
    if (element.namespaceURI !== MATH) {
      const title = element.querySelector("title");
      element.textContent = plain(number);
      if (title) element.prepend(title);
      return;
    }
    const digits = element.querySelector("mn");
    const [text, exponent] = number;
    digits.textContent = text.replace("-", "").replace("inf", "∞").replace("nan", "NaN");
    const row = math("mrow");
    if (text.startsWith("-")) {
      const minus = sign("prefix", "−");
      minus.setAttribute("class", digits.getAttribute("class") ?? "");
      row.append(minus);
    }
    row.append(digits);
    if (exponent !== null) {
      const raised = math("mrow", ...(exponent < 0 ? [sign("prefix", "−")] : []), math("mn", String(Math.abs(exponent))));
      row.append(math("mo", "×"), math("msup", math("mn", "10"), raised));
    }
    element.replaceChildren(...row.childNodes);
  }
  function bracket(element, stands) {
    const has = element.firstElementChild?.textContent === "(" && element.lastElementChild?.textContent === ")";
    if (stands === has) return;
    if (has) {
      element.firstElementChild.remove();
      element.lastElementChild.remove();
      return;
    }
    const tall = element.querySelector("mtable, mfrac, munder, mover, mroot") !== null;
    const ends = [sign("prefix", "("), sign("postfix", ")")];
    if (!tall) for (const one of ends) one.setAttribute("stretchy", "false");
    element.prepend(ends[0]);
    element.append(ends[1]);
  }
  // A whole number among decimals keeps its place before the point, which an unseen rest holds.
  function align(table) {
    const rows = [...table.children].map((row) => [...row.children]);
    for (const cell of rows.flat()) cell.querySelector("mphantom")?.remove();
    const decimals = (cell) => (cell.querySelector("msup") ? null : (cell.textContent.split(".")[1] ?? "").length);
    rows[0].forEach((_, column) => {
      const cells = rows.map((row) => row[column]);
      const most = Math.max(...cells.map((cell) => decimals(cell) ?? 0));
      for (const cell of cells) {
        if (decimals(cell) === 0 && most && /\d$/.test(cell.textContent)) cell.append(math("mphantom", math("mn", `.${"0".repeat(most)}`)));
      }
    });
  }
  // An edge is as thick as its slope is large beside the others, and dashed where that is negative.
  function draw(svg, now) {
    const edges = [...svg.querySelectorAll("path[data-n]")];
    const slope = (edge) => now.values[data.numbers[edge.dataset.n][0]][data.numbers[edge.dataset.n][1]];
    const largest = Math.max(0, ...edges.map((edge) => Math.abs(slope(edge))).filter(Number.isFinite)) || 1;
    for (const edge of edges) {
      const x = slope(edge), strength = Number.isFinite(x) ? Math.min(Math.abs(x) / largest, 1) : Number.isNaN(x) ? 0 : 1;
      edge.setAttribute("stroke-width", (0.7 + 1.5 * strength).toFixed(2));
      edge.setAttribute("stroke-opacity", (0.4 + 0.5 * strength).toFixed(2));
      edge.classList.toggle("negative", x < 0);
    }
  }
  const tables = [...document.querySelectorAll("mtable")].filter((table) => table.querySelector("[data-n]"));
  function follow(now) {
    now.numbers.forEach((number, n) => {
      if (String(number) !== String(shown.numbers[n])) for (const one of numbers[n] ?? []) write(one, number);
    });
    now.brackets.forEach((stands, n) => {
      for (const one of brackets[n] ?? []) bracket(one, Boolean(stands));
    });
    tables.forEach(align);
    for (const svg of document.querySelectorAll("svg")) draw(svg, now);
    const off = changed(data, first, now);
    let count = 0;
    data.told.forEach((conditions, n) => {
      const stale = conditions.some((one) => off[one]);
      count += stale;
      for (const one of parts[n] ?? []) mark(one, stale);
    });
    for (const one of document.querySelectorAll("svg desc")) one.textContent = now === first ? said.get(one) : "The numbers were changed; they stand in the drawing.";
    shown = now;
    return count;
  }
  const said = new Map([...document.querySelectorAll("svg desc")].map((one) => [one, one.textContent]));
  function mark(part, stale) {
    if (part.classList.contains("stale") === stale) return;
    part.classList.toggle("stale", stale);
    if (!stale) {
      part.previousElementSibling.remove();
      return;
    }
    const note = document.createElement("p");
    note.className = "stale-note";
    note.textContent = "Told for the numbers before the change:";
    part.before(note);
  }
  const bar = document.createElement("div");
  bar.className = "live-bar";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const button = (text, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  };
  let later;
  function say(text, soon = 300) {
    clearTimeout(later);
    later = setTimeout(() => (status.textContent = text), soon);
  }
  const INVITED = "Change any number that this lesson starts from: the page follows. A click on a gradient says why.";
  const loss = (now) => (data.loss ? plain(digitsOf(now.values[data.loss[0]][data.loss[1]], 4, null)) : "");
  // Takes the numbers, or says why it does not; the old ones stay then.
  function take(next) {
    let now;
    try {
      now = run(next);
    } catch (error) {
      return `The page cannot compute with this: ${error.message}.`;
    }
    const off = changed(data, first, now);
    if (data.always.some((one) => off[one])) return "With this number the lesson would be another one: run chainrule explain on the changed program. The old number stays.";
    inputs = next;
    const isFirst = inputs.every((numbers, i) => numbers.every((x, k) => Object.is(x, given[i][k])));
    const count = follow(isFirst ? first : now);
    bar.classList.toggle("changed", !isFirst);
    const left = count === 0 ? "" : ` ${count === 1 ? "One part is" : `${count} parts are`} told for the numbers before.`;
    say(isFirst ? INVITED : `The loss was ${loss(first)}, it is now ${loss(now)}.${left}`);
    const edits = inputs.flatMap((numbers, i) => numbers.flatMap((x, k) => (Object.is(x, given[i][k]) ? [] : [`${encodeURIComponent(data.inputs[i][0])}.${k}=${x}`])));
    const address = edits.length ? `#~${edits.join("&")}` : location.hash.startsWith("#~") ? "#" : null;
    if (address !== null) {
      try {
        history.replaceState(null, "", address);
      } catch {
        // a frame without an address
      }
    }
    return "";
  }
  const fields = new Map();
  const takes = (i, value) => Number.isFinite(value) && (data.inputs[i][2].startsWith("float") || Number.isInteger(value));
  const number = (text) => (text.trim() === "" ? NaN : Number(text.trim().replace("−", "-").replace(",", ".")));
  function edited(field, i, k, value) {
    const problem = document.getElementById(field.getAttribute("aria-describedby"));
    let why = Number.isFinite(value) ? "" : `“${field.value}” is no number; the old one stays.`;
    if (!why && !takes(i, value)) why = `${data.inputs[i][0]} holds whole numbers; the old one stays.`;
    if (!why && !Object.is(value, inputs[i][k])) {
      const next = inputs.map((numbers) => [...numbers]);
      next[i][k] = value;
      why = take(next);
    }
    field.setAttribute("aria-invalid", String(why !== ""));
    problem.textContent = why;
    if (why) say(why);
  }
  function editor([name, shape, dtype, , fixed], i) {
    const home = document.querySelector(`[data-input="${CSS.escape(name)}"]`);
    if (!home) return;
    if (fixed || dtype === "bool") {
      const note = document.createElement("p");
      note.className = "fixed";
      note.textContent = "These numbers decide how the lesson goes: change them in the program.";
      home.append(note);
      return;
    }
    const columns = shape.length > 1 ? shape.at(-1) : shape.length ? Math.min(shape[0], 8) : 1;
    const box = document.createElement("div");
    box.className = "editor";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `Change ${name}`);
    const grid = document.createElement("div");
    grid.className = "grid";
    grid.style.setProperty("grid-template-columns", `repeat(${columns}, minmax(0, auto))`);
    const problem = document.createElement("p");
    problem.className = "problem";
    problem.id = `problem-${i}`;
    given[i].forEach((x, k) => {
      const field = document.createElement("input");
      field.type = "text";
      field.inputMode = "decimal";
      field.autocomplete = "off";
      field.size = 7;
      field.value = String(x);
      const place = shape.length > 1 ? `, row ${Math.floor(k / columns) + 1}, column ${(k % columns) + 1}` : shape.length ? `, entry ${k + 1}` : "";
      field.setAttribute("aria-label", name + place);
      field.setAttribute("aria-describedby", problem.id);
      field.addEventListener("input", () => edited(field, i, k, number(field.value)));
      field.addEventListener("change", () => {
        if (field.getAttribute("aria-invalid") === "true") {
          field.value = String(inputs[i][k]);
          field.setAttribute("aria-invalid", "false");
        }
      });
      field.addEventListener("keydown", (event) => {
        const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (sign === undefined) return;
        event.preventDefault();
        const step = dtype.startsWith("float") ? 0.1 : 1;
        const value = Number((inputs[i][k] + sign * step).toFixed(10));
        field.value = String(value);
        edited(field, i, k, value);
      });
      fields.set(`${i}.${k}`, field);
      grid.append(field);
    });
    box.append(grid, problem);
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
  const asGiven = () => given.map((numbers) => [...numbers]);
  const reset = button("Reset", () => restore(asGiven()));
  const link = button("Copy a link to these numbers", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied.", 0);
    } catch {
      say("The link stands in the address bar.", 0);
    }
  });
  bar.append(status, reset, link);
  status.textContent = INVITED;
  if (fields.size) document.querySelector("main").append(bar);
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
      if (i >= 0 && Number(k) < next[i].length && fields.has(`${i}.${k}`) && takes(i, number(value))) next[i][k] = number(value);
    }
    restore(next);
  }
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
