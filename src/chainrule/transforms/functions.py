"""Functions of functions: values with gradients, Jacobians, Hessians, and their products with a direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from chainrule.emit import emit
from chainrule.program import Array, Run, ShapeError, UsageError
from chainrule.transforms import derivation
from chainrule.transforms.called import Called
from chainrule.transforms.differentiable import Differentiable
from chainrule.transforms.differentiation import Differentiation, Wrt
from chainrule.transforms.structure import leaves_of

Answer = Callable[["Transformed", tuple[Any, ...], Mapping[str, Any]], Any]


class Transformed:
    """A function made from another by differentiating it; called as that one is.

    It is derived once for each form of its arguments (their shapes and types, the values of what is no float, the
    way through its branches); after that, the text that was derived runs.
    """

    def __init__(
        self,
        name: str,
        asked: Differentiation,
        answer: Answer,
    ) -> None:
        update_wrapper(self, asked.whole)
        self.name = name
        self.wanted = asked
        self.of = Differentiable(asked)
        self.answer = answer
        self.backwards: Differentiable | None = None

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """What was asked, at these arguments."""
        return self.answer(self, args, kwargs)

    def __repr__(self) -> str:
        called = getattr(self.wanted.whole, "__name__", repr(self.wanted.whole))
        return f"<{self.name} of {called}, derived {self.of.n_derived} times>"

    def __chainrule_around__(self, exchanged: Callable[[Any], Any]) -> Transformed:
        """The same of a function that sees other arrays."""
        function = exchanged(self.wanted.whole)
        if function is self.wanted.whole:
            return self
        return Transformed(self.name, self.wanted.about(function), self.answer)

    def __reduce__(self) -> Any:
        return _again, (self.name, self.wanted.whole, self.wanted.settings())

    @property
    def n_derived(self) -> int:
        """How often it was derived: once for each form of the arguments, where the function allows it."""
        return self.of.n_derived

    def source(self, dialect: str = "numpy", *args: Any, **kwargs: Any) -> str:
        """The text that ran last, or the one for these arguments; in another dialect, the same program.

        Raises:
            UsageError: E411 before anything was derived.
        """
        if args or kwargs:
            self(*args, **kwargs)
        latest = self.of.latest
        if latest is None:
            raise UsageError(
                "E411",
                "nothing has been derived yet, so there is no source",
                hint="call it once, or give its arguments after the dialect",
            )
        if dialect == "numpy":
            return latest.written.text
        run = Run(latest.program, {})
        return emit(run, dialect=dialect, part="forward", name="loss_and_gradients")


def _again(name: str, function: Callable[..., Any], settings: Mapping[str, Any]) -> Any:
    made: Transformed = _MAKERS[name](function, **settings)
    return made


def value_and_grad(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
    has_aux: bool = False,
) -> Transformed:
    """The function that gives the value of ``function`` and its gradient.

    ``wrt`` are the arguments to differentiate by, as positions or names: for one, the gradient has the structure of
    that argument; for several it is a tuple. An argument may be an array, a float, or any nesting of dicts, lists,
    tuples, named tuples and dataclasses of these; every gradient has the shape and type of its parameter, zeros where
    the value does not depend on it, None in the place of what is no float. ``static`` are arguments that are taken by
    value. With ``has_aux`` the function returns a pair, and the value is that pair.

    Raises:
        CannotTrace: at the first call, where the function cannot be followed faithfully.
        DTypeError: E110 for a gradient by integers.
        ProgramError: E323 where the value is not a single number.

    >>> import numpy as np
    >>> def loss(p, x):
    ...     return np.sum((x @ p["W"] + p["b"]) ** 2)
    >>> both = value_and_grad(loss)
    >>> both({"W": np.array([3.0, 4.0]), "b": 1.0}, np.array([1.0, 2.0]))
    (np.float64(144.0), {'W': array([24., 48.]), 'b': 24.0})
    """
    asked = Differentiation(
        function, derivation.gradient, wrt, static, single_loss=True, has_aux=has_aux
    )
    return Transformed("value_and_grad", asked, _value_and_grad)


def grad(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
    has_aux: bool = False,
) -> Transformed:
    """The function that gives the gradient of ``function``; with ``has_aux``, the gradient and what else it returns.

    Arguments and errors are those of :func:`value_and_grad`.

    >>> slope = grad(lambda x: x**3)
    >>> slope(2.0), grad(slope)(2.0)
    (12.0, 12.0)
    """
    asked = Differentiation(
        function, derivation.gradient, wrt, static, single_loss=True, has_aux=has_aux
    )
    return Transformed("grad", asked, _grad)


def jvp(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
) -> Transformed:
    """The function that gives the value of ``function`` and how it moves in a direction, J v.

    The direction stands behind the argument that moves, in its structure: ``jvp(f)(x, v, …)``; with several in
    ``wrt`` it is a tuple behind the last of them; behind all others where that is given by name. It is derived by the
    double-backward identity: Jᵀu is linear in u, and its product with v has the gradient J v.

    Raises:
        ShapeError: E101 where the direction is not shaped as what moves.

    >>> import numpy as np
    >>> jvp(np.square)(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    (array([1., 4.]), array([2., 0.]))
    """
    asked = Differentiation(function, derivation.along, wrt, static)
    return Transformed("jvp", asked, _jvp)


def hvp(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
) -> Transformed:
    """The function that gives the product of the Hessian of ``function`` with a direction.

    The direction stands where :func:`jvp` wants it, so that ``hvp(f)`` is a ``hessp`` for SciPy.

    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    asked = Differentiation(
        function, derivation.curvature, wrt, static, single_loss=True
    )
    return Transformed("hvp", asked, _hvp)


def jacobian(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
) -> Transformed:
    """The function that gives how every entry of ``function``'s value moves with every entry of an argument.

    An array for an array, of the value's shape followed by the argument's; for structures, the structure of the value
    with that of the argument in each place.

    >>> import numpy as np
    >>> jacobian(lambda x: np.array([2.0, 3.0]) * x**2)(np.array([1.0, 2.0]))
    array([[ 4.,  0.],
           [ 0., 12.]])
    """
    asked = Differentiation(function, derivation.along, wrt, static)
    return Transformed("jacobian", asked, _jacobian)


def hessian(
    function: Callable[..., Any],
    wrt: Wrt | Sequence[Wrt] = 0,
    *,
    static: Wrt | Sequence[Wrt] = (),
) -> Transformed:
    """The function that gives the second derivatives of ``function``: for an array, its shape twice.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    asked = Differentiation(
        function, derivation.curvature, wrt, static, single_loss=True
    )
    return Transformed("hessian", asked, _hessian)


_MAKERS: Mapping[str, Callable[..., Any]] = {
    make.__name__: make for make in (value_and_grad, grad, jvp, hvp, jacobian, hessian)
}


def _value_and_grad(
    asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    called = asked.of.call(args, kwargs)
    value, results = called.apply(())
    return value, _as_asked(asked, called.in_structure(results))


def _grad(asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    value, gradients = _value_and_grad(asked, args, kwargs)
    return (gradients, value[1]) if asked.wanted.has_aux else gradients


def _as_asked(asked: Transformed, found: Sequence[Any]) -> Any:
    return found[0] if asked.wanted.single else tuple(found)


def _jvp(asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    args, direction = _direction(asked, args, kwargs)
    called = asked.of.call(args, kwargs)
    value, moved = called.apply(_directions(asked, called, direction))
    return value, called.like_values(value, moved)


def _hvp(asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    args, direction = _direction(asked, args, kwargs)
    called = asked.of.call(args, kwargs)
    _, moved = called.apply(_directions(asked, called, direction))
    return _as_asked(asked, called.in_structure(moved))


def _direction(
    asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], Any]:
    """The arguments without the direction, and the direction."""
    by_name = any(asked.wanted.name_of(one) in kwargs for one in asked.wanted.wrt)
    places = [one for one in asked.wanted.wrt if isinstance(one, int)]
    behind = max(places, default=0) + 1 - len(asked.wanted.before)
    place = len(args) - 1 if by_name else behind
    if not 0 <= place < len(args):
        raise UsageError(
            "E411",
            f"{asked.name} needs a direction, which was not given",
            hint=f"{asked.name}(f)(x, v), with v behind the argument that moves",
        )
    return (*args[:place], *args[place + 1 :]), args[place]


def _directions(asked: Transformed, called: Called, direction: Any) -> list[Any]:
    """The leaves of the direction, each as what it moves."""
    given = (direction,) if asked.wanted.single else tuple(direction)
    found = [leaf for one in given for leaf in leaves_of(one)]
    moved = called.floats()
    if len(found) != len(moved):
        raise ShapeError(
            "E101",
            f"the direction has {len(found)} arrays, what moves has {len(moved)}",
            hint="give it the structure of the argument",
        )
    for one, leaf in zip(found, moved, strict=True):
        if np.shape(one) != np.shape(leaf):
            raise ShapeError(
                "E101",
                f"the direction is {np.shape(one)}, and what moves is {np.shape(leaf)}",
            )
    return [
        one if hasattr(one, "tracer") else np.asarray(one, _dtype(leaf))
        for one, leaf in zip(found, moved, strict=True)
    ]


def _dtype(leaf: Any) -> Any:
    return np.float64 if isinstance(leaf, float) else leaf.dtype


def _jacobian(
    asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    forwards = asked.of.call(args, kwargs)
    value, _ = forwards.apply(())
    values, moved = leaves_of(value), forwards.floats()
    n_values, n_moved = sum(map(np.size, values)), sum(map(np.size, moved))
    if n_moved <= n_values:
        columns = [forwards.apply(one)[1] for one in _basis(moved)]
        blocks = _turned(columns, values, moved)
    else:
        backwards = Differentiable(
            asked.wanted.about(asked.wanted.whole, derivation.transposed)
        )
        asked.backwards = asked.backwards or backwards
        called = asked.backwards.call(args, kwargs)
        rows = [called.apply(one)[1] for one in _basis(values)]
        blocks = _gathered(rows, values, moved)
    found = [_as_asked(asked, forwards.blocks(block)) for block in blocks]
    return forwards.like_values(value, found)


def _hessian(
    asked: Transformed, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    called = asked.of.call(args, kwargs)
    moved = called.floats()
    rows = [called.apply(one)[1] for one in _basis(moved)]
    blocks = [called.blocks(block) for block in _gathered(rows, moved, moved)]
    return _as_asked(asked, called.blocks([_as_asked(asked, one) for one in blocks]))


def _basis(leaves: Sequence[Any]) -> Iterator[list[Array]]:
    """Every direction in which one entry moves and no other, in order."""
    for place, leaf in enumerate(leaves):
        for entry in range(int(np.size(leaf))):
            found = [np.zeros(np.shape(one), _dtype(one)) for one in leaves]
            found[place].reshape(-1)[entry] = 1
            yield found


def _gathered(
    rows: Sequence[Sequence[Any]], values: Sequence[Any], moved: Sequence[Any]
) -> list[list[Any]]:
    """For every value and what moves, the rows that belong to the value, one behind the other."""
    blocks, begun = [], 0
    for value in values:
        own = rows[begun : begun + int(np.size(value))]
        begun += len(own)
        blocks.append(
            [
                np.stack([row[k] for row in own]).reshape(
                    (*np.shape(value), *np.shape(leaf))
                )
                if own
                else np.zeros((*np.shape(value), *np.shape(leaf)))
                for k, leaf in enumerate(moved)
            ]
        )
    return blocks


def _turned(
    columns: Sequence[Sequence[Any]], values: Sequence[Any], moved: Sequence[Any]
) -> list[list[Any]]:
    """The same from columns, each of which says how all values move with one entry."""
    by_moved = _gathered(columns, moved, values)
    return [
        [
            np.moveaxis(
                by_moved[k][i],
                range(np.ndim(leaf)),
                range(np.ndim(value), np.ndim(value) + np.ndim(leaf)),
            )
            for k, leaf in enumerate(moved)
        ]
        for i, value in enumerate(values)
    ]
