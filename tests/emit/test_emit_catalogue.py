"""Every op of the catalogue, at every sample, in every dialect: the text parses, runs and agrees with the op."""

import ast
import importlib
import zlib

import numpy as np
import pytest
from emitted_networks import IN_PYTHON, allowed_only, formatted

from chainrule import engines
from chainrule.emit import emit
from chainrule.ops import CATALOGUE
from chainrule.program import Line, Program, ProgramError, Run, Value

FRAMEWORKS = [
    pytest.param(name, marks=pytest.mark.frameworks)
    for name in IN_PYTHON
    if name != "numpy"
]
every_op = pytest.mark.parametrize("op", CATALOGUE.values(), ids=lambda op: op.name)


def numbers(op, sample, dtype):
    """Arguments of the sample's shapes from its domain; integers where it asks for them."""
    rng = np.random.default_rng(zlib.crc32(f"{op.name}{sample.shapes}".encode()))
    arrays = []
    for position, shape in enumerate(sample.shapes):
        if position in sample.integers:
            arrays.append(rng.integers(0, sample.integers[position], shape))
            continue
        drawn = rng.uniform(*sample.domain, shape)
        for kink in sample.away:
            drawn = np.where(np.abs(drawn - kink) < 0.05, kink + 0.1, drawn)
        arrays.append(np.asarray(drawn, dtype))
    return arrays


def one_line(op, sample, arrays):
    """A program of this op alone."""
    params = {**op.params, **sample.params}
    result = np.asarray(op.forward(*arrays, **params))
    inputs = tuple(
        Value(array.shape, array.dtype, name)
        for array, name in zip(arrays, "abcdefgh", strict=False)
    )
    value = Value(result.shape, result.dtype, "result")
    program = Program(inputs, (Line(value, op, inputs, params),), (value,), "forward")
    return Run(program, {**dict(zip(inputs, arrays, strict=True)), value: result})


def ran(text, dialect, arrays):
    """What the emitted function gives in its framework."""
    if dialect == "numpy":
        return np.asarray(engines.load(text)["forward"](*arrays))
    return importlib.import_module(f"chainrule.engines.{dialect}").run(
        text, "forward", *arrays
    )


def assert_agrees(found, expected, dtype):
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype.kind == np.asarray(expected).dtype.kind
    tolerance = {np.float64: 1e-12, np.float32: 1e-5}[dtype]
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


WORDLESS = {
    "tensorflow": {
        *("log_ndtr", "exp1", "expn", "ellipk", "ellipe", "wrightomega", "stdtr"),
        *("jv", "yv", "iv", "kv", "eigh", "svd"),
    },
    "torch": {
        *("dawsn", "polygamma", "betainc", "expi", "exp1", "expn", "spence"),
        *("ellipk", "ellipe", "wrightomega", "stdtr"),
        *("y1", "jv", "yv", "iv", "kv", "svd"),
    },
    "jax": {
        *("dawsn", "ellipk", "ellipe", "wrightomega", "stdtr"),
        *("j0", "j1", "y0", "y1", "k0", "k1", "jv", "yv", "iv", "kv"),
    },
}
"""What a framework has no function for: to write it is refused."""


def noted(check, op, dialect, *given):
    """A check at every sample of an op; what fails says at which."""
    for sample in op.samples:
        try:
            check(op, sample, dialect, *given)
        except BaseException as error:
            if op.name in WORDLESS.get(dialect, ()) and "[E305]" in str(error):
                continue
            error.add_note(f"at {sample}")
            raise


def check(op, sample, dialect, dtype):
    if op.elementwise and sample.integers and dtype is np.float32:
        return  # with int64 it is float64 in NumPy: the recorder names it, E111
    arrays = numbers(op, sample, dtype)
    run = one_line(op, sample, arrays)
    text = emit(run, dialect=dialect, part="forward")
    ast.parse(text)
    found = ran(text, dialect, arrays)
    expected = run["result"]
    assert_agrees(found, expected, dtype)
    if dtype is np.float32 and expected.dtype == np.float32:
        assert np.asarray(found).dtype == np.float32, text


def of_nameless(op, sample, arrays):
    """The same op of ``a - 0`` instead of ``a``, for each float argument: an expression where a name stood."""
    subtract = CATALOGUE["subtract"]
    plain = one_line(op, sample, arrays)
    (line,) = plain.program.lines
    lines, args = [], []
    numbers_of = dict(plain.numbers)
    for value in line.args:
        if value.dtype.kind != "f":
            args.append(value)
            continue
        nameless = Value(value.shape, value.dtype)
        numbers_of[nameless] = numbers_of[value]
        lines.append(Line(nameless, subtract, (value, 0)))
        args.append(nameless)
    last = Line(line.result, op, tuple(args), line.params)
    program = Program(
        plain.program.inputs, (*lines, last), plain.program.outputs, "forward"
    )
    return Run(program, numbers_of)


def check_nameless(op, sample, dialect):
    arrays = numbers(op, sample, np.float64)
    run = of_nameless(op, sample, arrays)
    text = emit(run, dialect=dialect, part="forward")
    assert_agrees(ran(text, dialect, arrays), run["result"], np.float64)


def check_both(op, sample, dialect, dtype):
    """Of names and of expressions, in one: a framework that compiles an op for its shapes does so once."""
    check(op, sample, dialect, dtype)
    if dtype is np.float64:
        check_nameless(op, sample, dialect)


# PyTorch warns of a spread over no entries at all, and gives none
@pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0")
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("dialect", ["numpy", *FRAMEWORKS])
@every_op
def test_text_agrees_with_the_op_of_names_and_of_expressions(op, dialect, dtype):
    noted(check_both, op, dialect, dtype)


def text_or_refusal(op, sample, dialect):
    run = of_nameless(op, sample, numbers(op, sample, np.float64))
    try:
        return emit(run, dialect=dialect, part="forward"), ""
    except ProgramError as error:
        return "", str(error)


@pytest.mark.parametrize("dialect", IN_PYTHON)
def test_every_op_s_text_is_clean_and_calls_only_its_framework_or_is_refused(dialect):
    written = {
        op.name: [text_or_refusal(op, sample, dialect) for sample in op.samples]
        for op in CATALOGUE.values()
    }
    refused = {name: no for name, said in written.items() for _, no in said if no}
    assert set(refused) == WORDLESS.get(dialect, set())
    for name, refusal in refused.items():
        own = f"the {name} of", "may give other numbers"
        none = (f"has no function for {name}, and",)
        assert any(all(part in refusal for part in one) for one in (own, none))
        assert "emit it for numpy" in refusal
    texts = [text for said in written.values() for text, _ in said if text]
    assert all(allowed_only(text, dialect) for text in texts)
    bodies = "\n\n".join(text[text.index("def forward") :] for text in texts)
    assert formatted(bodies) == bodies
