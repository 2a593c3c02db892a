// What the command line says, in Node: --steps 100 --learning-rate 0.1
function options(defaults) {
  const words = globalThis.process?.argv ?? [];
  const said = (name) => words.indexOf(`--${name.replaceAll("_", "-")}`);
  const found = Object.entries(defaults).map(([name, value]) => [name, said(name) < 0 ? value : Number(words[said(name) + 1])]);
  return Object.fromEntries(found);
}

// The arrays of the .npz file beside a module; in a browser both come from a server.
async function load(url) {
  const file = new URL(url.replace(/\.\w+$/, ".npz"));
  const bytes = file.protocol === "file:" && globalThis.process
    ? Uint8Array.from(await (await import("node:fs/promises")).readFile(file))
    : new Uint8Array(await (await fetch(file)).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const text = (start, n) => new TextDecoder().decode(bytes.subarray(start, start + n));
  // the directory at the end of a zip says where each file starts and how long it is
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const arrays = {};
  let entry = view.getUint32(end + 16, true);
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    const lengths = [28, 30, 32].map((place) => view.getUint16(entry + place, true));
    const start = view.getUint32(entry + 42, true);
    const body = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    arrays[text(entry + 46, lengths[0]).replace(/\.npy$/, "")] = npy(bytes.subarray(body, body + view.getUint32(entry + 20, true)));
    entry += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return arrays;
}

// An array as NumPy saves it: a header in words, then the numbers.
function npy(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [n, from] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = new TextDecoder().decode(bytes.subarray(from, from + n));
  const [, kind, width] = header.match(/'descr': '[<|]([fiub])(\d+)'/);
  const shape = (header.match(/'shape': \(([\d, ]*)\)/)[1].match(/\d+/g) ?? []).map(Number);
  const dtype = kind === "b" ? "bool" : `${{ f: "float", i: "int", u: "uint" }[kind]}${8 * width}`;
  const types = { int64: BigInt64Array, uint64: BigUint64Array };
  const numbers = new (types[dtype] ?? TYPES[dtype])(bytes.slice(from + n).buffer);
  const data = TYPES[dtype].from(numbers, Number);
  const isTurned = header.includes("'fortran_order': True");
  return isTurned ? transpose(new NDArray(data, shape.reverse(), dtype)) : new NDArray(data, shape, dtype);
}
