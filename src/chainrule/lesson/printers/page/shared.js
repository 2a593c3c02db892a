// What all of the live page knows: its data, and how its numbers are computed.
const data = JSON.parse(document.getElementById("live").textContent);
const given = data.inputs.map(([, , , numbers]) => numbers);
const run = (inputs) => told(data, live(...inputs));
const first = run(given);
let shown = first;
let off = changed(data, first, first);
