"""Programs run on symbols instead of numbers, so that SymPy can prove what they say."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from chainrule.ops.activations import SELU_ALPHA, SELU_SCALE
from chainrule.program import Line, Op, Program, Run
from chainrule.program import run as number_run
from chainrule.program.program import substitute
from chainrule.program.run import measure, resolve
from chainrule.trace import Tracer

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{
        name: getattr(sympy, name)
        for name in (
            *("exp", "log", "sin", "cos", "sinh", "cosh", "sqrt"),
            *("erf", "erfc", "erfinv", "erfcinv", "gamma", "digamma"),
        )
    },
    "gammaln": lambda x: sympy.log(sympy.gamma(x)),
    "expi": sympy.Ei,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
}
CONSTANTS = {
    math.log(2): sympy.log(2),
    math.log(10): sympy.log(10),
    math.sqrt(2): sympy.sqrt(2),
    math.sqrt(2 * math.pi): sympy.sqrt(2 * sympy.pi),
    math.sqrt(2 / math.pi): sympy.sqrt(2 / sympy.pi),
    2 / math.sqrt(math.pi): 2 / sympy.sqrt(sympy.pi),
    math.sqrt(math.pi): sympy.sqrt(sympy.pi),
    math.pi: sympy.pi,
    1 / math.sqrt(2): 1 / sympy.sqrt(2),
    1 / 3: sympy.Rational(1, 3),
    SELU_SCALE * SELU_ALPHA: sympy.Rational(str(SELU_SCALE))
    * sympy.Rational(str(SELU_ALPHA)),
}
CHOOSING = {"where", "absolute", "sign", "maximum", "minimum", "clip"}


def exact(number: Any) -> Any:
    """A float as the number that was meant."""
    if isinstance(number, bool | np.bool_) or not isinstance(
        number, float | np.floating
    ):
        return number
    for known, symbol in CONSTANTS.items():
        for times in (1, 2, -1, 0.5, -0.5):
            if math.isclose(number, known * times, rel_tol=1e-15):
                return symbol * sympy.Rational(times)
    return sympy.Rational(str(number))


exactly = np.frompyfunc(exact, 1, 1)


def symbols(arrays: list[np.ndarray], *, positive: bool) -> list[np.ndarray]:
    """A symbol for each entry of each array of floats; whole numbers stay."""
    made = []
    for number, array in enumerate(arrays):
        if array.dtype.kind != "f":
            made.append(array)
            continue
        entries = np.empty(array.shape, dtype=object)
        for count, place in enumerate(np.ndindex(*array.shape)):
            entries[place] = sympy.Symbol(
                f"{'abc'[number]}{count}", real=True, positive=positive or None
            )
        made.append(entries)
    return made


def traced(
    function: Callable[..., Any], arrays: list[np.ndarray], params: Mapping[str, Any]
) -> Run:
    """What ``function`` does to these arrays."""
    tracer = Tracer(named=False)
    inputs = [
        tracer.input(np.asarray(array), f"x{i}") for i, array in enumerate(arrays)
    ]
    result = function(*inputs, **params)
    return tracer.builder.run(
        [result.value if hasattr(result, "value") else tracer.lower(np.asarray(result))]
    )


def on_symbols(
    program: Program, numbers: Mapping[Any, np.ndarray], given: Mapping[Any, Any]
) -> dict[Any, Any]:
    """Every value of a program in symbols; questions are answered by the numbers."""
    known = number_run(program, numbers).numbers
    found: dict[Any, Any] = {
        value: given.get(value, known[value]) for value in program.inputs
    }
    for line in program.lines:
        if known[line.result].dtype.kind != "f":
            found[line.result] = known[line.result]
            continue
        args = [
            exact(arg)
            if isinstance(arg, float)
            else resolve(arg, found)
            if not getattr(arg, "weak", False)
            else int(known[arg])
            for arg in line.args
        ]
        params = {
            key: substitute(param, lambda size: measure(size, known))
            for key, param in line.params.items()
        }
        numeric = [np.asarray(resolve(arg, known)) for arg in line.args]
        found[line.result] = np.asarray(
            _symbolic(line, args, numeric, params), dtype=object
        )
    return found


def _symbolic(
    line: Line, args: list[Any], numeric: list[np.ndarray], params: Mapping[str, Any]
) -> Any:
    name = line.op.name
    if name in FUNCTIONS:
        return np.frompyfunc(FUNCTIONS[name], 1, 1)(args[0])
    if name in CHOOSING:
        return _chosen(name, args, numeric)
    if line.op.definition is not None and name not in ("mean", "square"):
        return of(line.op, args, numeric, params)
    if name in ("ones_like", "zeros_like"):
        return np.full(numeric[0].shape, int(name == "ones_like"), dtype=object)
    if name == "one_hot":
        return line.op.forward(*numeric, **{**params, "dtype": "int64"}).astype(object)
    return line.op.forward(
        *args, **{key: exact(param) for key, param in params.items()}
    )


def _chosen(name: str, args: list[Any], numeric: list[np.ndarray]) -> Any:
    """Which branch holds is decided by the numbers: a proof for the region they stand in."""
    match name:
        case "where":
            return np.where(numeric[0], args[1], args[2])
        case "absolute":
            return np.where(numeric[0] < 0, -args[0], args[0])
        case "sign":
            return np.sign(numeric[0]).astype(int).astype(object)
        case "maximum":
            return np.where(numeric[0] > numeric[1], args[0], args[1])
        case "minimum":
            return np.where(numeric[0] < numeric[1], args[0], args[1])
        case _:
            return np.where(
                numeric[0] < numeric[1],
                args[1],
                np.where(numeric[0] > numeric[2], args[2], args[0]),
            )


def of(
    op: Op | Callable[..., Any],
    args: list[Any],
    numeric: list[np.ndarray],
    params: Mapping[str, Any],
) -> Any:
    """The definition of an op, or a function, in symbols."""
    function = op.definition if isinstance(op, Op) else op
    arrays = [
        np.asarray(
            number,
            dtype=np.float64
            if np.asarray(number).dtype.kind in "fi" and np.asarray(arg).dtype == object
            else None,
        )
        for number, arg in zip(numeric, args, strict=True)
    ]
    run = traced(function, arrays, params)
    inputs = run.program.inputs[: len(args)]
    given = {
        value: np.asarray(arg, dtype=object) if np.asarray(arg).dtype == object else arg
        for value, arg in zip(inputs, args, strict=True)
    }
    return on_symbols(
        run.program, {value: run.numbers[value] for value in run.program.inputs}, given
    )[run.program.outputs[0]]


def is_zero(expression: Any) -> bool:
    """Whether SymPy can see that an expression is 0 everywhere."""
    expression = sympy.sympify(expression)
    if expression == 0:
        return True
    if (
        sympy.cancel(
            sympy.together(sympy.expand(expression.rewrite(sympy.exp), power_exp=True))
        )
        == 0
    ):
        return True
    return bool(sympy.simplify(expression) == 0) or bool(
        sympy.simplify(expression.rewrite(sympy.exp)) == 0
    )
