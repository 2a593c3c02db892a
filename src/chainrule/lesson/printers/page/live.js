// The page follows its numbers: what is changed in a field is computed again, and every number says what it is now.
let inputs = given.map((numbers) => [...numbers]);
const said = new Map([...document.querySelectorAll("svg desc")].map((one) => [one, one.textContent]));
// What else is to be told when numbers change.
const whenChanged = [];
// Shows these numbers.
function follow(now, changes) {
  shown = now;
  off = changes;
  repaint();
  for (const [one, text] of said) one.textContent = now === first ? text : "The numbers were changed; they stand in the drawing.";
}
const element = (tag, name, ...inner) => {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...inner);
  return made;
};
const bar = element("div", "live-bar");
const status = element("p", "");
status.setAttribute("role", "status");
function button(text, press) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}
let later, resounding;
// Says a sentence, or what a function gives, when there is a pause, so that one listens to the last one only.
function say(text, soon = 300) {
  clearTimeout(later);
  later = setTimeout(() => {
    status.textContent = typeof text === "string" ? text : text();
    address();
  }, soon);
}
const INVITED = "Change any number that this lesson starts from: the page follows. A click on a number says where it comes from.";
const lossOf = (now) => now.values[data.loss[0]][data.loss[1]];
const loss = (now) => (data.loss ? plain(digitsOf(lossOf(now), 4, null)) : "");
const isFirst = () => inputs.every((numbers, i) => numbers.every((x, k) => Object.is(x, given[i][k])));
// Of which parameters the gradient came to life or died, entry by entry.
function woken(now) {
  const count = (a, b) => (name) => {
    const line = data.gradients[name], was = line === undefined ? [] : a.values[line];
    const found = [...was].filter((x, k) => x === 0 && b.values[line][k] !== 0).length;
    return found ? [`${name} (${found} ${found === 1 ? "number" : "numbers"})`] : [];
  };
  const names = data.inputs.map(([name]) => name);
  const [alive, dead] = [names.flatMap(count(first, now)), names.flatMap(count(now, first))];
  return (alive.length ? ` No longer 0: the gradient of ${alive.join(", ")}.` : "") + (dead.length ? ` 0 now: the gradient of ${dead.join(", ")}.` : "");
}
// Takes the numbers, or says why it does not; the old ones stay then.
function take(next, more = () => "") {
  let now;
  try {
    now = run(next);
  } catch (error) {
    return `The page cannot compute with this: ${error.message}.`;
  }
  const changes = changed(data, first, now);
  if (data.always.some(changes)) return "With this number the lesson would be another one: run chainrule explain on the changed program. The old number stays.";
  const before = shown;
  inputs = next;
  const back = isFirst();
  follow(back ? first : now, changes);
  bar.classList.toggle("changed", !back);
  clearTimeout(resounding);
  resounding = setTimeout(() => {
    whenChanged.forEach((one) => one());
    document.dispatchEvent(new Event("followed"));
  }, 200);
  say(() => {
    if (back) return INVITED;
    const count = data.told.filter((_, n) => isOld(n)).length;
    older.hidden = !count;
    const left = count === 0 ? "" : ` ${count === 1 ? "One part is" : `${count} parts are`} told for the numbers before.`;
    return `The loss was ${loss(first)}, it is now ${loss(now)}.${more(before, now)}${woken(now)}${left}`;
  });
  return "";
}
// The address holds what was changed, so that it can be sent.
function address() {
  const edits = inputs.flatMap((numbers, i) => numbers.flatMap((x, k) => (Object.is(x, given[i][k]) ? [] : [`${encodeURIComponent(data.inputs[i][0])}.${k}=${x}`])));
  const to = edits.length ? `#~${edits.join("&")}` : location.hash.startsWith("#~") ? "#" : null;
  try {
    if (to !== null && to !== location.hash) history.replaceState(null, "", to);
  } catch {
    // a frame without an address
  }
}
const asGiven = () => given.map((numbers) => [...numbers]);
const link = button("Copy a link to these numbers", async () => {
  address();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.", 0);
  } catch {
    say("The link stands in the address bar.", 0);
  }
});
const reset = button("Reset", () => {
  restore(asGiven());
  // the button goes, and the keyboard is not to be lost with it
  start.focus();
});
// Leads to the next part that is told for other numbers.
const older = button("Show a part told before", () => {
  whole();
  const all = [...document.querySelectorAll(".stale")];
  (all.find((one) => one.getBoundingClientRect().top > innerHeight / 2 + 1) ?? all[0])?.scrollIntoView({ block: "center" });
});
link.className = reset.className = older.className = "after-change";
bar.append(status, reset, link, older);
status.textContent = INVITED;
