"""A minimiser of SciPy's says which number is the loss and what is learnt: what it is given, where it begins."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.trace import source
from chainrule.trace.events import Objective
from chainrule.trace.gather import holds_traced, numbers_of
from chainrule.trace.lending import Lending
from chainrule.trace.traced import Traced


def is_minimiser(function: Any) -> bool:
    """Whether a function is one of SciPy's that are given a function and a start."""
    module = sys.modules.get("scipy.optimize")
    name = getattr(function, "__name__", "")
    return name in LOSS_OF and getattr(module, name, None) is function


def minimised(lender: Lending, minimiser: Any, *args: Any, **kwargs: Any) -> Any:
    """``minimize(fun, x0, args)`` runs as it stands, and its first call of ``fun`` is followed from the start on."""
    try:
        given = inspect.signature(minimiser).bind(*args, **kwargs)
    except TypeError:
        return lender.elsewhere(minimiser, *args, **kwargs)
    if "messages" in given.signature.parameters and "disp" not in given.arguments:
        # its compiled code would print past whoever keeps what a script prints
        given.arguments["messages"] = 0
    first = _First(lender, LOSS_OF[minimiser.__name__], given)
    result = lender.elsewhere(
        minimiser, *given.args, **given.kwargs, kept=first.is_start
    )
    if type(first.start) is Traced:
        # what the minimiser found was computed from it
        lender.tracer.let_go(first.start.value, minimiser.__name__)
    return result


class _First:
    """What a minimiser calls: the user's function, followed the first time; numbers in, numbers out."""

    def __init__(
        self,
        lender: Lending,
        loss_of: Callable[[Any, Any], Any],
        given: inspect.BoundArguments,
    ) -> None:
        self.lender = lender
        self.loss_of = loss_of
        self.given = given.arguments
        fun, start, *_ = given.signature.parameters
        self.function = self.given[fun]
        self.start = None if loss_of is _of_model else self.given[start]
        rest = self.given.get("args", ())
        self.rest = rest if isinstance(rest, tuple) else (rest,)
        self.is_first = True
        functools.update_wrapper(self, self.function, updated=())
        self.given[fun] = self

    def is_start(self, item: Any) -> bool:
        """Whether something is what is learnt: its numbers do not leave the program before it is followed."""
        return item is self.start

    def __call__(self, x: Any, *rest: Any) -> Any:
        function = self.lender.callee(self.function)
        if self.is_first:
            self.is_first = False
            found = self._followed(function, x, rest)
        else:
            found = function(x, *rest)
        return self.lender.lowered(found, getattr(self, "__name__", "a function"))

    def _followed(self, function: Any, x: Any, rest: tuple[Any, ...]) -> Any:
        tracer = self.lender.tracer
        if self.loss_of is _of_model:
            start = tracer.input(np.array(rest, float), _first_name(function, 1))
            inputs, labels = self.given["xdata"], self.given["ydata"]
            found = function(inputs, *start)
            loss = self.loss_of(found, labels)
        else:
            start = self._start(np.array(x, float), _first_name(function, 0))
            # SciPy calls with one row of numbers
            flat: Any = start if start.ndim == 1 else np.reshape(start, (-1,))
            row: Any = Traced(tracer, flat.value, is_array=True)
            found = function(row if np.ndim(x) else row[0], *self.rest)
            loss = self.loss_of(found, None)
        if type(loss) is Traced and type(start) is Traced:
            name = getattr(self, "__name__", "")
            name = name if name.isidentifier() else "objective"
            if loss.value.name is None:
                tracer.builder.christen(loss.value, name)
            tracer.events.append(
                Objective(
                    name,
                    loss.value,
                    start.value,
                    len(tracer.builder.lines),
                    source.places(tracer.frames()),
                )
            )
        return found

    def _start(self, numbers: Any, name: str) -> Traced:
        """The start as the script holds it, if it begins there; else an array of its own."""
        start = self.start
        if isinstance(start, list | tuple) and holds_traced(start):
            start = self.lender.gathered(start)
            if start.value.name is None:
                self.lender.tracer.builder.christen(start.value, name)
        if (
            type(start) is Traced
            and start.dtype.kind == "f"
            and np.array_equal(np.ravel(numbers_of(start)), numbers.ravel())
        ):
            return start
        made: Traced = self.lender.tracer.input(numbers, name)
        return made


def _first_name(function: Any, place: int) -> str:
    """What a function calls an argument of its own."""
    try:
        names = [*inspect.signature(function).parameters]
    except (TypeError, ValueError):
        names = []
    # the parameters of a model are several
    alone = len(names) == place + 1 or (place == 0 and bool(names))
    return names[place] if alone else "p"


def _of_number(found: Any, _: Any) -> Any:
    """The number itself; of a number with its gradient, as ``jac=True`` has it, the number."""
    return found[0] if isinstance(found, tuple) else found


def _of_residuals(found: Any, _: Any) -> Any:
    """Half the sum of squares, as SciPy counts it."""
    return 0.5 * np.sum(
        np.square(np.stack(found) if isinstance(found, list) else found)
    )


def _of_model(found: Any, labels: Any) -> Any:
    """The sum of squared differences from what was measured."""
    return np.sum(np.square(found - labels))


LOSS_OF: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(
        (
            *("minimize", "basinhopping", "fmin", "fmin_bfgs", "fmin_cg", "fmin_ncg"),
            *("fmin_powell", "fmin_l_bfgs_b", "fmin_tnc", "fmin_slsqp"),
        ),
        _of_number,
    ),
    "least_squares": _of_residuals,
    "leastsq": _of_residuals,
    "curve_fit": _of_model,
}
"""The minimisers of ``scipy.optimize`` that begin at a start, each with the loss that it makes of a result."""
