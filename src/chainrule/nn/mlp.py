"""Networks described in words: named arrays, and a forward pass in plain NumPy to explain, emit or train."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict, Unpack

import numpy as np

from chainrule import ops
from chainrule.nn.constraints import Count, Flag, Initialiser, Place, Text, one_of
from chainrule.nn.forward_builder import Start
from chainrule.nn.forward_source import draft_words, write
from chainrule.nn.initialisers import initialiser as initialiser_of
from chainrule.nn.layer_registry import Layer
from chainrule.nn.losses import Labels
from chainrule.nn.mlp_spec import MlpSpec, read
from chainrule.nn.optimizers import Optimizer
from chainrule.nn.options import Option, settled, taking
from chainrule.program import Array, ShapeError, UsageError
from chainrule.program.room import require_room


@dataclass(frozen=True, slots=True)
class Described:
    """A network as its source, the function that source makes, and the arrays to call it with."""

    words: MlpSpec
    source: str
    file: str
    function: Callable[..., Any]
    arrays: Mapping[str, Array]
    parameters: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    """The layers, where they were given one by one and ``words`` cannot say them."""
    seed: int = 0
    optimizer: Optimizer | None = None
    """How it was trained, if it was."""
    row: tuple[tuple[str, str, str, float, float], ...] = ()
    """Where it is called with a row of a table: each column, its cell, where in X that stands, the number there, and
    the gradient of the loss with respect to it."""


# fmt: off
class FillOptions(TypedDict, total=False):
    """How a described network is filled with numbers."""

    labels: Annotated[Text | None, Option(None, "The kind of labels, where the loss takes several.")]
    batch: Annotated[Count, Option(1, "With --layers: how many samples.")]
    seed: Annotated[Place, Option(0, "The seed of every number that is made up.")]
    dtype: Annotated[str, one_of("float64", "float32", "float16"), Option("float64", "The type of every number.")]
    arrays: Annotated[Mapping[str, Any] | None, Option(None, "Numbers of its own for some of the arrays.")]


class DescribeOptions(FillOptions, total=False):
    """What ``describe`` takes beside sizes, activations and loss."""

    columns: Annotated[Flag, Option(False, "With --layers: samples are columns, not rows.")]
    initialiser: Annotated[Initialiser, Option(None, "How the weights start, where the activation should not say.")]
# fmt: on


@taking(DescribeOptions)
def describe(
    layers: str | Sequence[int],
    activations: str | Sequence[str] | None = None,
    loss: str | None = None,
    **options: Unpack[DescribeOptions],
) -> Described:
    """A fully connected network from its sizes, activations and loss, with data to try it on.

    Samples are the rows of ``X`` and ``Y``, or their columns. ``arrays`` gives some of the numbers; the others are
    drawn from ``seed``, each array from its own stream, so that another batch keeps the weights.

    Raises:
        UsageError: E410 to E414 for words that do not exist or do not fit.
        ShapeError: E101 for a given array of another shape.

    >>> network = describe("3,4,1", "relu,sigmoid", batch=5)
    >>> {name: array.shape for name, array in network.arrays.items()}
    {'X': (5, 3), 'Y': (5, 1), 'W1': (3, 4), 'b1': (4,), 'W2': (4, 1), 'b2': (1,)}
    >>> network.function(**network.arrays).shape
    ()
    """
    said: DescribeOptions = settled(DescribeOptions, options)
    words = read(layers, activations, loss, said["labels"], columns=said["columns"])
    seed = said["seed"]
    drawn = {
        **_data(words, said["batch"], seed),
        **_parameters(words, seed, said["initialiser"]),
    }
    numbers = filled(drawn, said["arrays"], said["dtype"])
    source = write(words)
    file = register(source, f"network {'-'.join(map(str, words.layers))}")
    parameters = tuple(name for name in numbers if name not in ("X", "Y"))
    function = compiled(source, file, "network")
    return Described(words, source, file, function, numbers, parameters, seed=seed)


def register(source: str, name: str) -> str:
    """A file name under which tracebacks, debuggers and tracing find ``source``."""
    file, count = f"<{name}>", 1
    while "".join(linecache.getlines(file)) not in ("", source):
        count += 1
        file = f"<{name}, {count}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return file


def compiled(
    source: str, file: str, name: str, scope: Mapping[str, Any] | None = None
) -> Callable[..., Any]:
    """The function ``name`` that ``source`` defines, with ``scope`` within its reach."""
    # what NumPy has no function for is called by its name in the catalogue
    own = {
        op.name: op
        for op in ops.CATALOGUE.values()
        if op.ufunc is None and op.elementwise
    }
    reach: dict[str, Any] = {**own, "np": np, **(scope or {})}
    exec(compile(source, file, "exec"), reach)  # noqa: S102 - our own text: every name in it is from our tables
    return reach[name]  # type: ignore[no-any-return]


def stream(seed: int, *place: int) -> np.random.Generator:
    """The generator for one array: the same whatever else is drawn."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))


def _parameters(words: MlpSpec, seed: int, chosen: Any) -> dict[str, Array]:
    return draw(draft_words(words, chosen).parameters, seed)


def require_drawable(starts: Mapping[str, Start], n_others: int = 0) -> None:
    """Refuse arrays, and other numbers, that with their gradients would not fit into memory.

    Raises:
        LimitError: E601.
    """
    n_numbers = n_others + sum(math.prod(start.shape) for start in starts.values())
    # the numbers, their gradients, and what the steps between them need
    require_room(3 * 8 * n_numbers, "a network of these sizes")


def draw(starts: Mapping[str, Start], seed: int) -> dict[str, Array]:
    """Every array as it starts, each from its own stream.

    Raises:
        LimitError: E601 if they would not fit into memory.
    """
    require_drawable(starts)
    return {
        name: initialiser_of(start.initialiser)(
            stream(seed, 1, number), start.shape, start.fans
        )
        for number, (name, start) in enumerate(starts.items())
    }


def _data(words: MlpSpec, batch: int, seed: int) -> dict[str, Array]:
    n_in, n_out = words.layers[0], words.layers[-1]
    require_drawable({}, batch * (n_in + n_out))
    X = stream(seed, 0, 0).normal(size=(batch, n_in))
    Y = draw_labels(words.labels, stream(seed, 0, 1), batch, n_out)
    return {"X": X.T.copy(), "Y": Y.T.copy()} if words.columns else {"X": X, "Y": Y}


def draw_labels(
    kind: Labels, rng: np.random.Generator, batch: int, n_out: int
) -> Array:
    """Labels of that kind, a row a sample (integers: one number a sample)."""
    match kind:
        case "0/1":
            return rng.integers(0, 2, (batch, n_out)).astype(np.float64)
        case "-1/+1":
            return rng.integers(0, 2, (batch, n_out)) * 2.0 - 1.0
        case "one-hot":
            return np.eye(n_out)[rng.integers(0, n_out, batch)]
        case "integer":
            return rng.integers(0, n_out, batch)
        case "probabilities":
            return rng.dirichlet(np.ones(n_out), batch)
        case "counts":
            return rng.poisson(2.0, (batch, n_out)).astype(np.float64)
        case "real":
            return rng.normal(size=(batch, n_out))


def filled(
    drawn: Mapping[str, Array], given: Mapping[str, Any] | None, dtype: str
) -> dict[str, Array]:
    """The drawn arrays, with those given in their place; floats are of type ``dtype``.

    Raises:
        UsageError: E411 for a name that the network does not have.
        ShapeError: E101 for a given array of another shape.
    """
    return {
        name: array.astype(dtype) if array.dtype.kind == "f" else array
        for name, array in _given(drawn, given or {}).items()
    }


def _given(drawn: Mapping[str, Array], given: Mapping[str, Any]) -> dict[str, Array]:
    """The drawn arrays, with those given in their place."""
    filled = dict(drawn)
    for name, numbers in given.items():
        if name not in drawn:
            raise UsageError(
                "E411",
                f"the network has no array {name!r}",
                hint=f"it has {', '.join(drawn)}",
            )
        kind = np.int64 if drawn[name].dtype.kind == "i" else np.float64
        array = np.array(numbers, dtype=kind)
        filled[name] = array
    _require_shapes(drawn, filled, set(given))
    return filled


def _require_shapes(
    drawn: Mapping[str, Array], filled: Mapping[str, Array], given: set[str]
) -> None:
    for name in given:
        if filled[name].shape != drawn[name].shape:
            raise ShapeError(
                "E101",
                f"{name} is {filled[name].shape}; the network needs {drawn[name].shape}",
                hint="change the array, or the sizes and the batch to it",
            )
