"""The door: the few functions that people call, each a sentence to the floors below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from chainrule import target

if TYPE_CHECKING:
    from chainrule.lesson import Lesson
    from chainrule.nn import Described, Optimizer
    from chainrule.program import Array


def gradients(
    forward: Callable[..., Any] | str | Path,
    *args: Any,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    follow_branches: bool = True,
    **inputs: Any,
) -> Mapping[str, Array]:
    """The gradient of the loss with respect to each parameter, by the parameter's name.

    ``forward`` is a function of the arrays that follow, returning the loss, or the path of a script. ``wrt``
    names the parameters; without it they are all float arrays that are not named like data (x, y, t …). Each
    gradient has the shape and the type of its parameter. It is the gradient of the branches that are taken at these
    numbers; with ``follow_branches=False`` a branch on a computed value is refused.

    Raises:
        CannotTrace: where the forward pass cannot be recorded faithfully.
        UsageError: where the function does not take what it is given.
        ShapeError: where shapes do not fit.
        NoRuleError: where no gradient is known through an operation.

    >>> import numpy as np
    >>> def loss(x, W):
    ...     return np.sum((x @ W) ** 2)
    >>> gradients(loss, x=np.array([1.0, 2.0]), W=np.array([3.0, 4.0]))
    {'W': array([22., 44.])}
    """
    return _subject(
        forward, args, inputs, loss=loss, wrt=wrt, follow_branches=follow_branches
    ).gradients()


def explain(
    forward: Callable[..., Any] | str | Path,
    *args: Any,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    steps: int = 1,
    step: int = 1,
    level: Literal["network", "layer", "line", "entry"] = "line",
    follow_branches: bool = True,
    unroll: bool = False,
    **inputs: Any,
) -> Lesson:
    """The lesson of a network: forward pass, loss, every gradient with its proof, the update, the code.

    ``forward`` is a function of the arrays that follow, returning the loss, or the path of a script; or a trained
    network or estimator, followed by the samples and their labels; or a network that ``nn.describe`` made. ``optimizer`` makes the update, its state told
    line by line; without one it is the one that a network was trained with, else gradient descent. What repeats is told once, as a recurrence; ``unroll`` tells
    every turn. The lesson shows itself in a notebook;
    ``print(lesson)`` and ``lesson.save("lesson.html")`` do elsewhere.

    Raises:
        ChainruleError: as :func:`gradients` does.

    >>> import numpy as np
    >>> def loss(x, W):
    ...     return np.sum((x @ W) ** 2)
    >>> lesson = explain(
    ...     loss, x=np.array([1.0, 2.0]), W=np.array([3.0, 4.0]), learning_rate=0.01
    ... )
    >>> lesson.loss, round(lesson.loss_after, 6)
    (121.0, 98.01)
    >>> lesson.gradients["W"]
    array([22., 44.])
    """
    from chainrule import lesson as telling
    from chainrule.lesson.reading import Reading

    found = _subject(
        forward, args, inputs, loss=loss, wrt=wrt, follow_branches=follow_branches
    )
    found = found.faithful().told(unroll=unroll)
    optimizer, rate = found.taught(optimizer, learning_rate)
    return telling.explain(
        found.run,
        loss=found.loss,
        wrt=found.parameters,
        optimizer=optimizer,
        learning_rate=rate,
        steps=steps,
        step=step,
        level=level,
        branches=found.branches,
        reading=Reading.of(
            found.report,
            str(optimizer) if optimizer else None,
            found.fixed(found.run.program),
        ),
    )


def emit(
    forward: Callable[..., Any] | str | Path,
    *args: Any,
    dialect: Literal[
        "numpy", "tensorflow", "torch", "jax", "javascript", "c"
    ] = "numpy",
    part: Literal["forward", "backward", "step", "script"] = "backward",
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    steps: int = 1,
    follow_branches: bool = True,
    unroll: bool = False,
    **inputs: Any,
) -> str:
    """Source that a person would have written: the forward pass, its gradients, a training step, a program.

    The text stands alone: it imports only its framework (JavaScript nothing at all), keeps the names of the forward pass, and gives a reason
    above each gradient. ``optimizer`` writes its update into a step or a program; the learning rate is then its usual
    one, else 0.1. What the forward pass repeats is a loop, and its gradients a loop that runs backwards; ``unroll`` writes
    every turn out, as C always is.

    Raises:
        ChainruleError: as :func:`gradients` does.

    >>> import numpy as np
    >>> def loss(x, W):
    ...     return np.sum((x @ W) ** 2)
    >>> print(
    ...     emit(loss, x=np.array([1.0, 2.0]), W=np.array([3.0, 4.0]), part="forward")
    ... )
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def loss(x, W):
        return np.sum((x @ W) ** 2)
    <BLANKLINE>
    """
    found = _subject(
        forward, args, inputs, loss=loss, wrt=wrt, follow_branches=follow_branches
    )
    from chainrule.derived_source import source

    # C is written from lines alone
    derived = found.derived(unroll=unroll or dialect == "c")
    return source(
        derived,
        dialect=dialect,
        part=part,
        optimizer=optimizer,
        learning_rate=found.rate(learning_rate, optimizer),
        steps=steps,
        learns=found.call is None,
        fixed=found.fixed(derived.forward.program),
        matrices=found.has_matrices,
    )


def _subject(
    forward: Callable[..., Any] | str | Path,
    args: Sequence[Any],
    inputs: Mapping[str, Any],
    *,
    loss: str | None,
    wrt: Sequence[str] | None,
    follow_branches: bool,
) -> target.Target:
    if hasattr(forward, "example"):
        return target.from_described(forward.example(*args), loss=loss, wrt=wrt)
    if hasattr(forward, "arrays"):
        return target.from_described(cast("Described", forward), loss=loss, wrt=wrt)
    if callable(forward):
        return target.from_function(
            forward,
            args,
            inputs,
            loss=loss,
            wrt=wrt,
            follow_branches=follow_branches,
        )
    return target.from_script(
        forward, loss=loss, wrt=wrt, follow_branches=follow_branches
    )
