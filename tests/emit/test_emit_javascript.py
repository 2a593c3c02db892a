"""Modules of JavaScript, run in Node: every op of the catalogue, loops, networks, steps and scripts, as NumPy has them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import node
import numpy as np
import pytest
from emitted_networks import NETWORKS, derived
from test_emit_catalogue import assert_agrees, numbers, of_nameless, one_line
from test_emit_loops import LETTERS, agreeing, found_in
from test_emit_updates import NETWORK, RULES, STEPS, Described, ours

import chainrule
from chainrule.derive import backward
from chainrule.emit import dialect_of, emit, stored_arrays
from chainrule.emit.javascript.runtime import pieces, shipped
from chainrule.ops import CATALOGUE
from chainrule.program import ProgramError
from chainrule.target import from_script

sys.path.insert(0, str(Path(__file__).parents[1] / "trace"))
from loop_programs import loop_program
from test_rolling import HEAD, KINDS

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"
WORDLESS = {
    *("expi", "exp1", "expn", "spence", "ellipk", "ellipe", "wrightomega", "dawsn"),
    *("j0", "j1", "y0", "y1", "jv", "yv", "i0", "i1", "i0e", "i1e", "k0", "k1"),
    *("iv", "kv", "pinv", "eigh", "svd"),
    "searchsorted",
}
"""What the runtime has no function for."""
SAMPLES = [
    (op, sample, style, dtype)
    for op in CATALOGUE.values()
    if op.name not in WORDLESS
    for sample in op.samples
    for style, dtype in (
        (one_line, np.float64),
        (one_line, np.float32),
        (of_nameless, np.float64),
    )
    # with int64, 4 bytes are 8 in NumPy: the recorder names it, E111
    if not (op.elementwise and sample.integers and dtype is np.float32)
]


def hold(samples, folder):
    """Samples of ops, each in a module of its own, against what the ops give."""
    runs = []
    for op, sample, style, dtype in samples:
        arrays = numbers(op, sample, dtype)
        runs.append((style(op, sample, arrays), arrays))
    modules = [
        (emit(run, dialect="javascript", part="forward"), "forward", arrays)
        for run, arrays in runs
    ]
    results = node.ran(modules, folder)
    for sample, (run, _), (text, _, _), found in zip(
        samples, runs, modules, results, strict=True
    ):
        at = f"{sample[0].name} at {sample[1]}\n{text.partition('// NumPy')[0]}"
        assert not isinstance(found, str), f"{at}{found}"
        try:
            assert_agrees(found, run["result"], sample[3])
        except AssertionError as error:
            error.add_note(at)
            raise
        if run["result"].dtype.kind == "f" and not isinstance(found, float):
            assert found.dtype == run["result"].dtype, at


@node.needs_node
@pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0")
def test_a_sample_of_the_catalogue_agrees_with_the_ops(tmp_path):
    hold(SAMPLES[::29], tmp_path)


@pytest.mark.slow
@node.needs_node
@pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0")
def test_every_sample_of_the_catalogue_agrees_with_the_op(tmp_path):
    hold(SAMPLES, tmp_path)


def test_what_the_runtime_has_no_function_for_is_refused():
    said = {}
    for op in CATALOGUE.values():
        run = one_line(op, op.samples[0], numbers(op, op.samples[0], np.float64))
        try:
            emit(run, dialect="javascript", part="forward")
        except ProgramError as error:
            said[op.name] = str(error)
    assert said.keys() == WORDLESS
    for name, text in said.items():
        assert f"[E305]: JavaScript has no function for {name}, and" in text


def loops(kinds, seeds):
    texts = [HEAD + KINDS[kind][0] for kind in kinds] + [LETTERS]
    return texts + [loop_program(seed) for seed in seeds]


def hold_loops(texts, folder):
    targets = [found_in(text, folder / "program.py") for text in texts]
    derivations = [found.derived() for found in targets if found is not None]
    modules = [
        (emit(one, dialect="javascript"), "loss_and_gradients", given(one))
        for one in derivations
    ]
    results = node.ran(modules, folder)
    for one, (text, _, _), found in zip(derivations, modules, results, strict=True):
        assert not isinstance(found, str), f"{text.partition('// NumPy')[0]}{found}"
        agreeing(found[1], [one.gradient(value) for value in one.wrt])
    return modules


def given(derivation):
    """What a derivation's inputs are: plain numbers stay plain."""
    inputs = derivation.run.program.inputs
    arrays = [np.array(derivation.run.numbers[value]) for value in inputs]
    pairs = zip(arrays, inputs, strict=True)
    return [one.item() if value.plain else one for one, value in pairs]


@node.needs_node
def test_loops_are_loops_and_their_gradients_are_right(tmp_path):
    modules = hold_loops(loops(list(KINDS)[::3], range(3)), tmp_path)
    own = [text.partition("// NumPy")[0] for text, _, _ in modules]
    assert sum("for (let " in text for text in own) >= len(own) - 3
    assert any("--) {" in text for text in own)


@pytest.mark.slow
@node.needs_node
def test_every_kind_of_loop_and_forty_random_programs_are_right(tmp_path):
    hold_loops(loops(KINDS, range(40)), tmp_path)


@pytest.mark.spread(2)
@node.needs_node
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_networks_give_the_gradients_derived(dtype, tmp_path):
    styles = [(name, folded) for name in NETWORKS for folded in (True, False)]
    found = [derived(name, dtype=dtype, folded=folded)[0] for name, folded in styles]
    modules = [
        (emit(one, dialect="javascript"), "loss_and_gradients", given(one))
        for one in found
    ]
    scale = 1e-12 if dtype is np.float64 else 1e-5
    for one, result in zip(found, node.ran(modules, tmp_path), strict=True):
        assert not isinstance(result, str), result
        for gradient, value in zip(result[1], one.wrt, strict=True):
            true = one.gradient(value)
            assert gradient.dtype == true.dtype
            assert np.linalg.norm(gradient - true) <= scale * np.linalg.norm(true)


@node.needs_node
def test_second_derivatives_are_a_program_like_any_other(tmp_path):
    def energy(x, W):
        return np.sum(np.tanh(W @ x) ** 3)

    x, W = np.array([0.3, -0.7]), np.array([[0.2, 1.1], [-0.4, 0.6]])
    twice = chainrule.hessian(energy, "W")
    true = twice(x=x, W=W).reshape(4, 4)
    text = twice.source("javascript")
    ways = [
        (text, "loss_and_gradients", [x, W, way.reshape(2, 2)]) for way in np.eye(4)
    ]
    rows = [found[1].ravel() for found in node.ran(ways, tmp_path)]
    np.testing.assert_allclose(rows, true, rtol=1e-12, atol=1e-13)


def of(function, /, *, wrt=None, **given):
    """A function's derivation, in all arrays or in some."""
    run = chainrule.trace(function, **given)
    named = run.program.named()
    return backward(run, wrt=[named[name] for name in wrt or given])


@node.needs_node
def test_what_is_no_number_goes_where_numpy_lets_it_go(tmp_path):
    def loss(x, w):
        mask = np.isnan(x)
        return np.sum(np.where(mask, 0.0, np.maximum(x * w, -1.0))) + np.max(w / x)

    with np.errstate(all="ignore"):
        x, w = np.array([np.nan, np.inf, 0.0, -2.0]), np.array([1.0, 2.0, 3.0, 4.0])
        derivation = of(loss, x=x, w=w, wrt=["w"])
        true = (
            derivation.run.numbers[derivation.loss],
            derivation.gradient(*derivation.wrt),
        )
        modules = [(emit(derivation, dialect="js"), "loss_and_gradients", [x, w])]
        ((value, (gradient,)),) = node.ran(modules, tmp_path)
    np.testing.assert_array_equal(value, true[0])
    np.testing.assert_array_equal(gradient, true[1])


@pytest.mark.spread(3)
@node.needs_node
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
def test_a_step_moves_as_the_optimizer_does(optimizer, tmp_path):
    text = chainrule.emit(
        Described,
        part="step",
        dialect="javascript",
        optimizer=optimizer,
        learning_rate=0.05,
    )
    rule, n = RULES[optimizer], len(NETWORK.parameters)
    state = "start(...parameters)" if rule.state else "null"
    extra = "state" + (", t" if rule.counts else "") if rule.state else ""
    trial = f"""
    export function trial(X, Y, ...parameters) {{
      let state = {state};
      for (let t = 1; t <= {STEPS}; t++) {{
        [, parameters, state] = step(X, Y, ...parameters, {extra});
      }}
      return parameters;
    }}"""
    arrays = [NETWORK.arrays[name] for name in ("X", "Y", *NETWORK.parameters)]
    (found,) = node.ran([(text + trial, "trial", arrays)], tmp_path)
    assert not isinstance(found, str), found
    assert len(found) == n
    for one, true in zip(found, ours(optimizer, 0.05), strict=True):
        assert np.max(np.abs(one - true)) <= 1e-10


def printed(text, folder, *options, arrays=None):
    path = folder / "train.mjs"
    path.write_text(text, encoding="utf-8")
    if arrays:
        np.savez(path.with_suffix(".npz"), **arrays)
    command = [node.NODE, str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def losses(text):
    return [
        float(one) for one in re.findall(r"^Loss(?: after)?: (\S+)", text, re.MULTILINE)
    ]


def in_numpy(derivation, steps, rate):
    scope = {}
    text = emit(derivation, part="script", steps=steps, learning_rate=rate)
    exec(text.replace("parser.parse_args()", "parser.parse_args([])"), scope)


@node.needs_node
def test_the_script_of_the_article_trains_as_the_one_in_numpy(tmp_path, capsys):
    derivation = from_script(ARTICLE).derived()
    text = emit(derivation, dialect="javascript", part="script")
    found = printed(text, tmp_path, "--steps", "5", "--learning-rate", "0.2")
    in_numpy(derivation, 5, 0.2)
    assert len(losses(found)) == 6
    np.testing.assert_allclose(
        losses(found), losses(capsys.readouterr().out), rtol=1e-12
    )


def test_the_script_of_the_article_is_as_in_the_golden_file(golden):
    derivation = from_script(ARTICLE).derived()
    text = emit(derivation, dialect="javascript", part="script")
    golden("article/javascript.mjs", text)


@node.needs_node
def test_a_script_reads_large_arrays_from_the_file_beside_it(tmp_path):
    rng = np.random.default_rng(3)
    given = {
        "X": np.asfortranarray(rng.normal(size=(30, 4))),
        "labels": rng.integers(0, 3, 70)[:30],
        "mask": rng.random((30, 4)) < 0.8,
        "W": rng.normal(size=(4, 20)).astype(np.float32).astype(float),
    }

    def loss(X, labels, mask, W):
        z = (X * mask) @ W
        return -np.mean(z[np.arange(30), labels] - np.log(np.sum(np.exp(z), axis=1)))

    derivation = of(loss, **given, wrt=["W"])
    text = emit(derivation, dialect="javascript", part="script")
    beside = stored_arrays(derivation)
    assert {"X", "W", "mask"} <= beside.keys()
    found = printed(text, tmp_path, arrays=beside)
    true = derivation.run.numbers[derivation.loss]
    np.testing.assert_allclose(losses(found)[0], true, rtol=1e-12)


def test_a_module_ships_what_it_calls_and_what_that_calls():
    text = "\n".join(shipped({"exp"}))
    sent = {
        name for name in pieces() if re.search(rf"(?:const|function) {name}\b", text)
    }
    for_arrays = {"TYPES", "product", "made", "array", "astype", "asArray", "isFloat"}
    for_any_shape = {
        "stridesOf",
        "placesOf",
        "gathered",
        "broadcast_to",
        "broadcastShapes",
        "sameShape",
    }
    for_types = {"bits", "promote", "resultType", "floatType"}
    assert sent == for_arrays | for_any_shape | for_types | {"mapped", "real", "exp"}


@node.needs_node
def test_every_function_of_the_runtime_can_be_shipped_alone(tmp_path):
    lines = []
    for name in pieces():
        body = "\n".join(shipped({name}))
        (tmp_path / f"{name}.mjs").write_text(body, encoding="utf-8")
        lines.append(f"await import('./{name}.mjs');")
    (tmp_path / "every one.mjs").write_text("\n".join(lines), encoding="utf-8")
    command = [node.NODE, str(tmp_path / "every one.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


HOSTILE = ["var", "typeof", "np", "await", "arguments", "Infinity", "this", "sum"]


@node.needs_node
def test_words_of_the_language_are_names_all_the_same(tmp_path):
    arrays = {name: np.array([1.0 + i, 2.0]) for i, name in enumerate(HOSTILE)}
    scope = {}
    names = ", ".join(name for name in HOSTILE if name not in ("np", "await"))
    source = f"import numpy as np\ndef new({names}):\n    return np.sum({names.replace(', ', ' * ')})\n"
    file = tmp_path / "hostile.py"
    file.write_text(source, encoding="utf-8")
    exec(compile(source, str(file), "exec"), scope)
    given = {name: arrays[name] for name in names.split(", ")}
    derivation = of(scope["new"], **given)
    text = emit(derivation, dialect="javascript")
    assert emit(derivation, dialect="javascript", part="forward").startswith(
        "export function new_"
    )
    (found,) = node.ran([(text, "loss_and_gradients", list(given.values()))], tmp_path)
    assert not isinstance(found, str), found
    for one, value in zip(found[1], derivation.wrt, strict=True):
        np.testing.assert_allclose(one, derivation.gradient(value), rtol=1e-12)


def test_numbers_of_two_bytes_are_refused():
    run = chainrule.trace(lambda x: np.sum(x * x), np.ones(3, np.float16))
    with pytest.raises(ProgramError, match=r"E305.*no arrays of float16"):
        emit(run, dialect="javascript", part="forward")


def test_it_is_asked_for_by_its_short_names_too():
    assert dialect_of("js").name == dialect_of("node").name == "javascript"
    assert dialect_of("np").name == "numpy"


@pytest.mark.tools
def test_the_script_of_the_article_runs_in_a_browser(browse):
    derivation = from_script(ARTICLE).derived()
    text = emit(derivation, dialect="javascript", part="script")
    shown = "<pre id=told></pre><script>console.log = (...said) => told.append(said.join(' ') + '\\n');</script>"
    page = f"<!doctype html>{shown}<script type=module>{text}</script>"
    document, problems = browse(page)
    assert not problems
    told = losses(document.partition("<pre")[2].partition(">")[2])
    true = derivation.run.numbers[derivation.loss].item()
    np.testing.assert_allclose(told[0], true, rtol=1e-12)
    assert json.dumps(told[1]) != json.dumps(told[0])
