// The learning rate, dragged: how the loss goes over so many steps from the numbers that stand there.
const rated = data.inputs.map(([name]) => data.gradients[name]);
const update = document.getElementById("update");
function losses(rate, n) {
  let now = inputs.map((numbers) => [...numbers]);
  const found = [];
  for (let step = 0; ; step++) {
    const told = run(now);
    found.push(lossOf(told));
    if (step === n) return found;
    now = now.map((numbers, i) => (rated[i] === undefined ? numbers : numbers.map((x, k) => x - rate * told.values[rated[i]][k])));
  }
}
if (update && data.rate && data.loss && rated.some((line) => line !== undefined)) {
  const curve = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  curve.setAttribute("viewBox", "0 0 300 90");
  curve.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("class", "series s0");
  curve.append(path);
  const words = element("p", "");
  words.setAttribute("aria-live", "polite");
  const slider = (name, min, max, step, value) => {
    const field = element("input", "");
    Object.assign(field, { type: "range", min, max, step, value });
    field.addEventListener("input", tell);
    const shownValue = element("output", "");
    return [element("label", "", `${name} `, field, shownValue), field, shownValue];
  };
  function tell() {
    const rate = Number((10 ** Number(length.value)).toPrecision(2)), n = Number(count.value);
    lengthShown.textContent = plain(digitsOf(rate, 4, null));
    countShown.textContent = n;
    const all = losses(rate, n), seen = all.map((x) => (Number.isFinite(x) ? x : NaN));
    const most = Math.max(...seen.filter(Number.isFinite)), least = Math.min(0, ...seen.filter(Number.isFinite));
    const y = (x) => 85 - (80 * (x - least)) / (most - least || 1);
    path.setAttribute("d", `M${seen.flatMap((x, i) => (Number.isNaN(x) ? [] : [`${((290 * i) / n + 5).toFixed(1)} ${y(x).toFixed(1)}`])).join("L")}`);
    const [before, after] = [all[0], all.at(-1)].map((x) => plain(digitsOf(x, 4, null)));
    words.textContent = `${n === 1 ? "One step" : `${n} steps`} with this learning rate: the loss goes from ${before} to ${after}.${all.at(-1) <= all[0] ? "" : " The steps are too long."}`;
  }
  const [lengthLabel, length, lengthShown] = slider("Learning rate", -4, 1, 0.05, Math.log10(data.rate));
  const [countLabel, count, countShown] = slider("Steps", 1, 100, 1, 10);
  const box = element("div", "editor rate", lengthLabel, countLabel, curve, words);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Try another learning rate");
  update.append(box);
  whenChanged.push(tell);
  tell();
}
