"""The first door: an ordinary NumPy function, called once on stand-ins for its arrays, becomes a program."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import (
    CannotTrace,
    ChainruleError,
    DTypeError,
    Run,
    UsageError,
    Value,
)
from chainrule.trace import refusals, trees
from chainrule.trace.arguments import (
    Argument,
    CallArguments,
    ForeignArrayError,
    foreign,
)
from chainrule.trace.containers import ARRAYS
from chainrule.trace.instrument.code import HOOKED, functions_in, is_library
from chainrule.trace.lengths import TracedInt
from chainrule.trace.limits import Limits
from chainrule.trace.memory import of_kind
from chainrule.trace.reading import Reading
from chainrule.trace.recording import Recording
from chainrule.trace.replay import Chances
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer


@dataclass(frozen=True, slots=True)
class FunctionReading:
    """A function that was read once.

    ``given`` are its arguments by name, ``known`` their leaves that the program has as inputs, ``others`` the arrays among them that it
    cannot have, each with the reason. ``outputs`` are the values returned, by their place in what was returned.
    ``has_source`` says whether the function's own source was followed, or NumPy's calls alone. ``again`` calls the
    user's function itself, on other numbers for some inputs, with the same random numbers; what it gives are the
    numbers at the places of ``outputs``.
    """

    recording: Recording
    given: Mapping[str, Any]
    known: tuple[Argument, ...]
    others: Mapping[str, DTypeError]
    outputs: tuple[tuple[trees.Path, Value], ...]
    has_source: bool
    again: Callable[[Mapping[Value, Any]], list[Any]]

    def foreign(self) -> ForeignArrayError | None:
        """The array of another library among the arguments, if there is one."""
        return foreign(self.others)

    @property
    def run(self) -> Run:
        """The program with its numbers."""
        return self.recording.run


def trace(
    function: Callable[..., Any],
    *args: Any,
    follow_branches: bool = False,
    **kwargs: Any,
) -> Run:
    """The program that ``function`` runs on these arguments, with its numbers.

    Arrays and floats become inputs (also inside dicts, lists, tuples and dataclasses); other arguments are passed as
    they are. The arrays are neither written to nor kept.

    Raises:
        CannotTrace: E301 or E302, where something cannot be recorded faithfully.
        DTypeError: E110, where an argument is no array that a program can hold.
        ShapeError: E101, where shapes do not fit.

    >>> import numpy as np
    >>> run = trace(
    ...     lambda x, w: np.sum(w * x), x=np.array([1.0, 2.0]), w=np.array([3.0, 4.0])
    ... )
    >>> [line.op.name for line in run.program.lines]
    ['multiply', 'sum']
    """
    call = read_function(function, args, kwargs, follow_branches=follow_branches)
    for problem in call.others.values():
        raise problem
    for escape in call.recording.escapes():
        raise CannotTrace(
            "E301",
            f"{escape.how} takes the number out of {escape.value.name or 'a traced value'}, and its gradient would be lost",
            where=escape.places[0] if escape.places else None,
            hint="use the value itself, and functions of NumPy",
        )
    return call.run


def read_function(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    follow_branches: bool = True,
) -> FunctionReading:
    """Call ``function`` once and record it: its own source, that of the functions it calls, and NumPy's calls.

    Raises:
        ChainruleError: as :func:`trace` does.
    """
    given = _bound(function, args, kwargs or {})
    tracer = Tracer(boundary=BOUNDARY, lets_go=True, follow_branches=follow_branches)
    arguments = CallArguments(tracer)
    inputs = arguments.followed(given)
    chances = Chances.now()
    with HOOKED.while_reading():
        has_source = hooked(function)

    def again(numbers: Mapping[Value, Any]) -> list[Any]:
        moved = {
            (one.argument, one.path): numbers[one.value]
            for one in arguments.known
            if one.value in numbers
        }

        def leaf_of(argument: str, path: trees.Path, leaf: Any) -> Any:
            number = moved.get((argument, path), leaf)
            if type(leaf) in ARRAYS:
                return of_kind(np.array(number), is_matrix=type(leaf) is np.matrix)
            return number

        plain = {
            argument: trees.mapped(item, functools.partial(leaf_of, argument))
            for argument, item in given.items()
        }
        listed, named = _as_called(function, args, plain)
        with HOOKED.while_reading(), chances.again():
            hooked(function)
            result = _called(function, listed, named)
        return [leaf for _, leaf in trees.leaves(result)]

    try:
        result = follow(tracer, function, *_as_called(function, args, inputs), chances)
    except ChainruleError:
        raise
    except Exception as error:
        told = foreign(arguments.others) if isinstance(error, TypeError) else None
        if told is not None:
            raise told from error
        if not _runs_alone(again):
            raise
        raise refusals.not_taken(error, refusals.failed_at(error)) from error
    outputs = tuple(_outputs(tracer, result, _result_name(function)))
    name = getattr(function, "__name__", "f")
    run = tracer.builder.run(
        (value for _, value in outputs), name=name if name.isidentifier() else "f"
    )

    return FunctionReading(
        _recording(tracer, run),
        given,
        tuple(arguments.known),
        arguments.others,
        outputs,
        has_source,
        again,
    )


def _recording(tracer: Tracer, run: Run) -> Recording:
    return Recording(
        run,
        tuple(tracer.events),
        met=tracer.builder.met,
        has_matrices=tracer.has_matrices,
    )


def _runs_alone(again: Callable[[Mapping[Value, Any]], list[Any]]) -> bool:
    """Whether a function that failed as it was followed runs where nobody follows it."""
    try:
        again({})
    except Exception:  # noqa: BLE001 - the function's own error, whichever it is
        return False
    return True


def follow(
    tracer: Tracer,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    chances: Chances | None = None,
) -> Any:
    """What ``function`` returns for stand-ins, its operations written as further lines of ``tracer``.

    Raises:
        CannotTrace: E301 or E302, where something cannot be recorded faithfully.
    """
    reading = Reading(tracer, is_script=False, limits=Limits.endless())
    token = ACTIVE.set(tracer)
    try:
        with HOOKED.while_reading(), reading.going_on(chances or Chances.now()):
            hooked(function)
            result = _called(function, args, kwargs)
    finally:
        ACTIVE.reset(token)
    if tracer.refused is not None:
        # the user's own except took it for an error of the computation
        raise tracer.refused
    return result


def inside(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """The same inside of a function that is being followed already."""
    with HOOKED.while_reading():
        hooked(function)
        return _called(function, args, kwargs)


def hooked(function: Any) -> bool:
    """Give hooks to a callable and to what it holds; whether its own source was found."""
    inner = _innermost(function)
    kinds = [type(inner)] if not isinstance(inner, types.FunctionType) else []
    if isinstance(inner, types.MethodType):
        kinds = [type(inner.__self__)]
        inner = inner.__func__
    elif not isinstance(inner, types.FunctionType):
        inner = vars(type(inner)).get("__call__", inner)
    if not isinstance(inner, types.FunctionType):
        return False
    # an operator of the user's own class is called by Python itself, not by name
    kinds += [one for one in inner.__globals__.values() if isinstance(one, type)]
    for kind in kinds:
        for one in functions_in(kind):
            if not is_library(one.__code__.co_filename):
                HOOKED.hook(one)
    return not is_library(inner.__code__.co_filename) and HOOKED.hook(inner)


def _innermost(function: Any) -> Any:
    """The function inside of partial objects and caches."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _called(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """The frame below which everything is the user's."""
    return function(*args, **kwargs)


OPTIONS = frozenset(
    {
        *("loss", "wrt", "follow_branches", "optimizer", "learning_rate", "steps"),
        *("step", "level", "unroll", "dialect", "part", "forward"),
    }
)
"""What ``gradients``, ``explain`` and ``emit`` take by these names for themselves."""
BOUNDARY = (_called.__code__,)
ACTIVE: ContextVar[Tracer | None] = ContextVar("active", default=None)
"""The tracer of the function that is being followed now: a gradient taken inside of it is written there."""


def _as_called(
    function: Callable[..., Any], args: Sequence[Any], inputs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by position and by name, as the user gave them."""
    positional = list(_positions(function, args))
    keywords = {name: value for name, value in inputs.items() if name not in positional}
    return [inputs[name] for name in positional], keywords


def _positions(function: Callable[..., Any], args: Sequence[Any]) -> Iterator[str]:
    """The names of the positional arguments given."""
    names = [
        name
        for name, one in parameters(function).items()
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    for position in range(len(args)):
        yield names[position] if position < len(names) else f"arg{position}"


def parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a callable, as far as Python knows them."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def _bound(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by name, in the order in which the function lists them.

    Raises:
        UsageError: E327 or E402 for one that the function does not take, or that is missing.
    """
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except ValueError:
        pass  # compiled code need not say what it takes
    except TypeError as error:
        raise _not_taken(function, kwargs, str(error)) from None
    given = {**dict(zip(_positions(function, args), args, strict=True)), **kwargs}
    listed = [name for name in parameters(function) if name in given]
    return {
        name: given[name] for name in (*listed, *(n for n in given if n not in listed))
    }


def _not_taken(
    function: Callable[..., Any], kwargs: Mapping[str, Any], said: str
) -> UsageError:
    known = parameters(function)
    name = getattr(function, "__name__", type(function).__name__)
    unknown = any(key not in known for key in kwargs)
    listed = ", ".join(known) or "none"
    ours = next((one for one in known if one in OPTIONS and f"'{one}'" in said), None)
    if ours is not None:
        listed += f"; {ours} is an option of chainrule's own: give it by its place, without the name"
    return UsageError(
        "E327" if unknown else "E402",
        f"{name} cannot be called with what it is given: {said}",
        hint=f"it takes {listed}",
    )


def _result_name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() and name != "f" else "result"


def _outputs(
    tracer: Tracer, result: Any, name: str
) -> Iterator[tuple[trees.Path, Value]]:
    """The values in what was returned, each under a name."""
    for path, leaf in trees.leaves(result):
        called = name
        for key in path:
            called = key if isinstance(key, str) else f"{called}_{key}"
        if type(leaf) is Traced:
            value = leaf.value
            tracer.builder.christen(
                value, "loss" if not path and not value.shape else called
            )
            yield path, value
        elif type(leaf) is TracedInt or isinstance(leaf, int | float | np.generic):
            yield path, tracer.builder.input(np.asarray(leaf), called)
        elif type(leaf) in ARRAYS and leaf.dtype.kind in "fiub":
            yield path, tracer.builder.input(np.array(leaf), called)
