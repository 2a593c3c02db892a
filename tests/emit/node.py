"""Modules of JavaScript run in Node, many in one process: each gets arrays, and what it gives comes back digit for digit."""

import base64
import json
import shutil
import subprocess

import numpy as np
import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="runs JavaScript: needs Node")
RUNNER = """
import { readFileSync } from "node:fs";
const folder = process.argv[2];
const given = JSON.parse(readFileSync(`${folder}/given.json`));
const kinds = {
  float64: Float64Array, float32: Float32Array, bool: Uint8Array, int64: BigInt64Array, int32: Int32Array,
};
const numbers = (one) => {
  const bytes = Uint8Array.from(Buffer.from(one.data, "base64"));
  return Array.from(new kinds[one.dtype](bytes.buffer), Number);
};
const taken = (one, np) =>
  one.shape === undefined ? one : Object.assign(np.array(numbers(one), { dtype: one.dtype }), { shape: one.shape });
const told = (one) => {
  if (Array.isArray(one)) return one.map(told);
  if (typeof one === "number" || typeof one === "boolean") return { number: String(one) };
  const bytes = new Uint8Array(Float64Array.from(one.data).buffer);
  return { shape: one.shape, dtype: one.dtype, data: Buffer.from(bytes).toString("base64") };
};
for (const [i, one] of given.entries()) {
  try {
    const module = await import(`${folder}/m${i}.mjs`);
    const args = one.args.map((each) => taken(each, module.np));
    const before = JSON.stringify(args.map(told));
    const result = told(module[one.name](...args));
    if (JSON.stringify(args.map(told)) !== before) throw new Error("an argument was written into");
    console.log(JSON.stringify({ result }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack) }));
  }
}
"""


def _told(one):
    if isinstance(one, int | float):
        return one
    array = np.asarray(one)
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"shape": array.shape, "dtype": array.dtype.name, "data": data}


def _taken(one):
    if isinstance(one, list):
        return [_taken(each) for each in one]
    if "number" in one:
        return float(
            {"Infinity": "inf", "-Infinity": "-inf"}.get(one["number"], one["number"])
        )
    flat = np.frombuffer(base64.b64decode(one["data"]))
    return flat.reshape(one["shape"]).astype(one["dtype"])


def ran(modules, folder):
    """What a function of each module gives: an array, a number or a list of them, or what was thrown, as a text.

    A module is its text, the function's name and the arguments.
    """
    (folder / "runner.mjs").write_text(RUNNER, encoding="utf-8")
    given = [
        {"name": name, "args": [_told(one) for one in args]}
        for _, name, args in modules
    ]
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    for place, (text, _, _) in enumerate(modules):
        (folder / f"m{place}.mjs").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [NODE, str(folder / "runner.mjs"), str(folder)],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=120,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(modules), done.stderr
    return [one["error"] if "error" in one else _taken(one["result"]) for one in told]
