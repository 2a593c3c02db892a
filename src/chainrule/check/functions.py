"""A forward and a backward function checked: line by line where they can be followed, else by their numbers."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check import frameworks
from chainrule.check.differences import Tolerance, by_numbers
from chainrule.check.report import Report
from chainrule.check.script import check_script, is_new, judged
from chainrule.check.text import text
from chainrule.program import ChainruleError, Value
from chainrule.trace.reader import Reader
from chainrule.trace.rewrite import rewritten
from chainrule.trace.script import Script
from chainrule.trace.traced import Traced
from chainrule.trace.watch import Watch
from chainrule.trace.watched import watched


class WrongGradient(ChainruleError, AssertionError):  # noqa: N818 - it says what was found
    """A checked gradient is wrong (E340); ``report`` says where and why."""

    exit_code = 1

    def __init__(self, report: Report) -> None:
        super().__init__("E340", "a gradient is wrong", detail=text(report, 88))
        self.report = report


def check(
    forward: Any,
    backward: Callable[..., Any] | None = None,
    *inputs: Any,
    eps: float = 1e-4,
    atol: float = 1e-7,
    rtol: float = 1e-5,
    raise_exception: bool = True,
    seed: int = 0,
) -> Report:
    """Hold a hand-written ``backward`` against the true gradient of ``forward``, argument by argument.

    ``forward(*inputs)`` returns an array, or an array and a cache. ``backward(upstream, cache)``, or
    ``backward(upstream, *inputs)`` where there is no cache, returns the gradient of each float input: one, a
    tuple in their order, or a dict by name. Instead of the two, ``forward`` may be a custom gradient of a
    framework: a ``torch.autograd.Function``, a ``jax.custom_vjp`` or a ``tf.custom_gradient`` function, with
    ``inputs`` from the second argument on.

    Functions in plain NumPy are followed line by line, and the report names the first wrong line. Others are
    compared with five-point differences of step ``eps``, each entry within ``atol + rtol * largest``.

    Raises:
        WrongGradient: E340 if a gradient is wrong, unless ``raise_exception`` is False.

    >>> def forward(x, w):
    ...     h = np.tanh(x @ w)
    ...     return h, (x, w, h)
    >>> def backward(dh, cache):
    ...     x, w, h = cache
    ...     da = dh * (1 - h**2)
    ...     return da @ w.T, x.T @ da
    >>> x, w = np.ones((2, 3)), np.full((3, 4), 0.1)
    >>> bool(check(forward, backward, x, w))
    True
    """
    tolerance = Tolerance(eps, atol, rtol)
    custom = frameworks.adapter(forward)
    report: Report | None
    if custom is not None:
        arrays = (backward, *inputs) if backward is not None else inputs
        report = by_numbers(custom, arrays, tolerance, seed)
    else:
        if backward is None:
            raise TypeError("check(forward, backward, *inputs): backward is missing")
        report = _followed(forward, backward, inputs, seed)
        if report is None:
            report = by_numbers(
                frameworks.plain(forward, backward), inputs, tolerance, seed
            )
    if raise_exception and not report.ok:
        raise WrongGradient(report)
    return report


def assert_right(script: str | Path, **options: Any) -> Report:
    """For tests: raise, with the report, unless every hand-written line of a script is right.

    ``options`` are those of ``check_script``.

    Raises:
        WrongGradient: E340 if a line is wrong.
    """
    report = check_script(script, **options)
    if not report.ok:
        raise WrongGradient(report)
    return report


def _followed(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    seed: int,
) -> Report | None:
    """The report line by line; None where the functions cannot be followed."""
    try:
        script, given = _read(forward, backward, inputs, seed)
    except (ChainruleError, OSError, SyntaxError, NotFollowed):
        return None
    return judged(script, {}, seed=seed, given=given)


class NotFollowed(Exception):  # noqa: N818 - it says what happened
    """Functions whose gradients do not come out as recorded values."""


def _read(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    seed: int,
) -> tuple[Script, dict[Value, Value]]:
    file = inspect.getsourcefile(backward) or "<function>"
    reader = Reader(file, None, 1, watch=is_new)
    reader.recorder.boundary = frozenset((_call.__code__,))
    watch = reader.watch
    if watch is None:
        raise NotFollowed
    watch.scope = {"__chainrule_plain__": dict(getattr(backward, "__globals__", {}))}
    names = _names(forward, inputs)
    traced = [
        _traced(reader, name, one) for name, one in zip(names, inputs, strict=True)
    ]
    followed = _watched(reader, watch, (forward, backward))
    result = _call(followed[0], traced)
    out, cache = (
        (result[0], result[1:]) if isinstance(result, tuple) else (result, None)
    )
    if not isinstance(out, Traced):
        raise NotFollowed
    rng = np.random.default_rng(seed)
    upstream = reader.recorder.input(
        rng.standard_normal(out.number.shape) + 0.1, _first_name(backward)
    )
    loss: Any = np.sum(np.multiply(out, upstream))
    reader.recorder.christen(loss.value, "loss")
    if cache is None:
        grads = _call(followed[1], [upstream, *traced])
    else:
        grads = _call(followed[1], [upstream, *cache])
    given = dict(_paired(grads, names, traced))
    parameters = tuple(
        one.value
        for one in traced
        if isinstance(one, Traced) and one.value.differentiable
    )
    script = Script(
        file,
        reader.recorder.run(()),
        loss.value,
        parameters,
        tuple(reader.bound),
        (),
        "",
        reader.watch,
    )
    return script, given


def _call(function: Callable[..., Any], args: Iterable[Any]) -> Any:
    return function(*args)


def _names(function: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    try:
        known = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        known = []
    return [*known[: len(inputs)], *(f"arg{i}" for i in range(len(known), len(inputs)))]


def _first_name(function: Callable[..., Any]) -> str:
    return next(iter(inspect.signature(function).parameters), "upstream")


def _traced(reader: Reader, name: str, one: Any) -> Any:
    if isinstance(one, np.ndarray | float) and np.asarray(one).dtype.kind in "fiub":
        return reader.recorder.input(np.array(one), name)
    return one


def _paired(
    grads: Any, names: Sequence[str], traced: Sequence[Any]
) -> Iterator[tuple[Value, Value]]:
    """Each returned gradient with the input it is of."""
    floats = [
        (n, t)
        for n, t in zip(names, traced, strict=True)
        if isinstance(t, Traced) and t.value.differentiable
    ]
    if isinstance(grads, dict):
        by_name = dict(floats)
        for key, grad in grads.items():
            name = next(
                (n for n in by_name if key in (n, f"d{n}", f"grad_{n}", f"d_{n}")), None
            )
            if name is None or not isinstance(grad, Traced):
                raise NotFollowed
            yield grad.value, by_name[name].value
        return
    listed = list(grads) if isinstance(grads, tuple | list) else [grads]
    if len(listed) == len(traced):
        listed = [
            grad
            for grad, one in zip(listed, traced, strict=True)
            if isinstance(one, Traced) and one.value.differentiable
        ]
    if len(listed) != len(floats):
        message = f"backward returned {len(listed)} gradients for {len(floats)} float inputs ({', '.join(n for n, _ in floats)})"
        raise ValueError(message)
    for grad, (_, one) in zip(listed, floats, strict=True):
        if not isinstance(grad, Traced):
            raise NotFollowed
        yield grad.value, one.value


def _watched(
    reader: Reader, watch: Watch, functions: Sequence[Callable[..., Any]]
) -> list[Callable[..., Any]]:
    """The functions with notes taken, and those they call from the same file."""
    scope: dict[str, Any] = {}
    for function in functions:
        if inspect.getclosurevars(function).nonlocals:
            raise NotFollowed
        scope.update(function.__globals__)
    scope.update(reader.names())
    for function in functions:
        source, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(source)))
        ast.increment_lineno(tree, first - 1)
        indent = len(source[0]) - len(source[0].lstrip())
        for node in ast.walk(tree):
            if isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword):
                node.col_offset += indent
                node.end_col_offset = (node.end_col_offset or 0) + indent
        if not isinstance(tree.body[0], ast.FunctionDef) or tree.body[0].decorator_list:
            raise NotFollowed
        file = inspect.getsourcefile(function) or "<function>"
        linecache.checkcache(file)
        code = compile(rewritten(watched(tree, watch)), file, "exec")
        exec(code, scope)  # noqa: S102 - the caller's own function
    return [scope[function.__name__] for function in functions]


__all__ = ["WrongGradient", "assert_right", "check"]
