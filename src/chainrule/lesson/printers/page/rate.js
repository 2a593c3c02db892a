// The learning rate, dragged: how the loss goes over so many steps from the numbers that stand there.
const [usualRate, lossAt, slopeLines, starts, toldStep] = data.descent ?? [];
const update = document.getElementById("update");
function losses(rate, n) {
  let now = inputs.map((numbers) => np.array([...numbers]));
  const kept = now.map((W) => starts.map((one) => np.array([...W.data].fill(one))));
  const found = [];
  for (let t = 1; ; t++) {
    const lines = live(...now.map((one) => [...one.data]));
    found.push(lines[lossAt[0]].data?.[lossAt[1]] ?? Number(lines[lossAt[0]]));
    if (t > n) return found;
    now = now.map((W, i) => {
      const line = slopeLines[data.inputs[i][0]];
      if (line === undefined) return W;
      [W, ...kept[i]] = step(W, np.array([...lines[line].data]), t, rate, ...kept[i]);
      return W;
    });
  }
}
if (update && data.descent) {
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
    // the slider moves by powers of ten; who listens hears the rate
    length.setAttribute("aria-valuetext", lengthShown.textContent);
    countShown.textContent = n;
    const all = losses(rate, n), seen = all.map((x) => (Number.isFinite(x) ? x : NaN));
    const most = Math.max(...seen.filter(Number.isFinite)), least = Math.min(0, ...seen.filter(Number.isFinite));
    const y = (x) => 85 - (80 * (x - least)) / (most - least || 1);
    path.setAttribute("d", `M${seen.flatMap((x, i) => (Number.isNaN(x) ? [] : [`${((290 * i) / n + 5).toFixed(1)} ${y(x).toFixed(1)}`])).join("L")}`);
    const [before, after] = [all[0], all.at(-1)].map((x) => plain(digitsOf(x, 4, null)));
    words.textContent = `${n === 1 ? "One step" : `${n} steps`}${toldStep > 1 ? " from the start" : ""} with this learning rate: the loss goes from ${before} to ${after}.${all.at(-1) <= all[0] ? "" : " The steps are too long."}`;
  }
  const [lengthLabel, length, lengthShown] = slider("Learning rate", -4, 1, 0.05, Math.log10(usualRate));
  const [countLabel, count, countShown] = slider("Steps", 1, 100, 1, 10);
  const box = element("div", "editor rate", lengthLabel, countLabel, curve, words);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Try another learning rate");
  update.append(box);
  whenChanged.push(tell);
  tell();
}
