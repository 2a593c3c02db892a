"""Indexing: taking entries out, and putting gradients back where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import index_spelling, shapes
from chainrule.ops.spelling import Site, axes_listed, ndim
from chainrule.program import IndexSlot, Op, Rule, Sample, Shape, ShapeError
from chainrule.program.conversions import as_array


def filled(index: tuple[Any, ...], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index with its arrays put into its holes."""
    return tuple(
        arrays[item.position] if isinstance(item, IndexSlot) else item for item in index
    )


def blank(hole: IndexSlot, shape: Shape) -> Any:
    """An index array that picks as many entries as the one that belongs into ``hole``."""
    if hole.picked is None:
        return np.zeros(shape, dtype=np.intp)
    picks = np.zeros(shape, dtype=np.bool_)
    picks.reshape(-1)[: hole.picked] = True
    return picks


def indexed_shape(shape: Shape, *arrays: Shape, index: tuple[Any, ...]) -> Shape:
    """The shape that NumPy's indexing gives."""
    blanks = tuple(
        blank(item, arrays[item.position]) if isinstance(item, IndexSlot) else item
        for item in index
    )
    try:
        return np.shape(np.broadcast_to(0.0, shape)[blanks])
    except IndexError as error:
        message = f"an array of shape {shape} cannot be indexed so: {error}"
        raise ShapeError("E102", message) from None


def take_out(x: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """``x[index]``, copied."""
    return np.copy(x[filled(index, arrays)])


def put_in(x: Any, written: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """A copy of ``x`` with ``written`` at ``index``."""
    result = np.copy(x)
    result[filled(index, arrays)] = written
    return result


def add_in(written: Any, *arrays: Any, shape: Shape, index: tuple[Any, ...]) -> Any:
    """Zeros of ``shape`` with ``written`` added at ``index``, as often as it is named there."""
    result = np.zeros_like(written, shape=shape)
    np.add.at(result, filled(index, arrays), written)
    return result


def read_back(dy: Any, y: Any, x: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """Each gradient where its entry stood; where all were read, with axes of length 1 between, these go away."""
    if index and all(one is None or one == slice(None) for one in index):
        return np.reshape(dy, x.shape)
    return scatter_add(dy, *arrays, shape=x.shape, index=index)


def index_rule(position: int) -> Rule | None:
    """The gradient of what was indexed; an index array has none."""
    if position:
        return None
    return Rule(
        read_back,
        "each gradient goes back to the entry that was read; the others get 0",
    )


def scatter_rule(position: int) -> Rule | None:
    """The gradient of what was scattered is read at the same places."""
    if position:
        return None
    return Rule(
        lambda dy, y, x, *arrays, shape, index: getitem(dy, *arrays, index=index),
        "read where it was put",
    )


def write_rule(position: int) -> Rule | None:
    """The gradient of an array that was written into, and of what was written."""
    if position == 0:
        return Rule(
            lambda dy, y, x, written, *arrays, index: setitem(
                dy, 0, *arrays, index=index
            ),
            "what was overwritten no longer matters",
        )
    if position == 1:
        return Rule(
            lambda dy, y, x, written, *arrays, index: getitem(dy, *arrays, index=index),
            "read where it was put",
        )
    return None


INDICES = (
    Sample(((3, 4),), {"index": (0,)}),
    Sample(((3, 4),), {"index": (slice(None), slice(1, None, 2))}),
    Sample(((3, 4),), {"index": (slice(None, None, -1), -1)}),
    Sample(((3, 4),), {"index": (..., None)}),
    Sample(((2, 3, 4),), {"index": (..., None, slice(3, 0, -2), 1)}),
    Sample(((3, 4),), {"index": (slice(1, 1),)}),
    Sample(((3,),), {"index": (2,)}),
    Sample(((),), {"index": ()}),
    Sample(((3, 4), (5,)), {"index": (IndexSlot(0),)}, integers={1: 3}),
    Sample(((3, 4), (2, 3)), {"index": (slice(None), IndexSlot(0))}, integers={1: 4}),
    # index arrays that stand together keep their place, im2col's x[:, k, i, j]; others come first
    Sample(
        ((2, 3, 4, 2), (2, 1), (3,)),
        {"index": (slice(None), IndexSlot(0), IndexSlot(1))},
        integers={1: 3, 2: 3},
    ),
    Sample(
        ((2, 3, 4), (2, 1)),
        {"index": (slice(None), 1, IndexSlot(0), None)},
        integers={1: 4},
    ),
    Sample(
        ((3, 2, 4), (2,), (2,)),
        {"index": (IndexSlot(0), None, slice(None), IndexSlot(1))},
        integers={1: 3, 2: 4},
    ),
    Sample(
        ((3, 4), (5,), (5,)),
        {"index": (IndexSlot(0), IndexSlot(1))},
        integers={1: 3, 2: 4},
    ),
    Sample(
        ((3, 4, 3), (5, 1), (2,)),
        {"index": (IndexSlot(0), slice(None), IndexSlot(1))},
        integers={1: 3, 2: 3},
    ),
    Sample(
        ((2, 3, 4), (5,)), {"index": (1, slice(1, None), IndexSlot(0))}, integers={1: 4}
    ),
)

getitem = Op(
    take_out,
    indexed_shape,
    index_rule,
    name="getitem",
    params={"index": ()},
    spelling={
        "numpy": "{0}[{index}]",
        "torch": index_spelling.torch_read,
        "tensorflow": index_spelling.tf_read,
    },
    kind="indexing",
    result_name=("{0}_picked", "picked"),
    notation="#1[#index]",
    samples=INDICES,
)
setitem = Op(
    put_in,
    lambda shape, *_, **__: shape,
    write_rule,
    name="setitem",
    params={"index": ()},
    spelling={
        "numpy": "{result} = np.array({0})\n{result}[{index}] = {1}",
        "torch": index_spelling.torch_write,
        "tensorflow": index_spelling.tf_write,
        "jax": "{0}.at[{index}].set({1})",
    },
    kind="indexing",
    result_name=("{0}_written", "written"),
    notation=r"\operatorname{set}(#1)",
    samples=(
        Sample(((3, 4), (4,)), {"index": (1,)}),
        Sample(((3, 4), (3, 2)), {"index": (slice(None), slice(0, 2))}),
        Sample(((3, 4), ()), {"index": (slice(None, None, -2),)}),
        Sample(((5,), (2,), (2,)), {"index": (IndexSlot(0),)}, integers={2: 5}),
        Sample(
            ((2, 3, 4), (2, 2), (2,)),
            {"index": (slice(None), 1, IndexSlot(0))},
            integers={2: 4},
        ),
    ),
)
scatter_add = Op(
    add_in,
    shapes.given,
    scatter_rule,
    name="scatter_add",
    params={"shape": (), "index": ()},
    spelling={
        "numpy": index_spelling.numpy_add,
        "torch": index_spelling.torch_add,
        "tensorflow": index_spelling.tf_add,
        "jax": "jnp.zeros({shape}, {0}.dtype).at[{index}].add({0})",
    },
    kind="indexing",
    result_name=("{0}_placed", "placed"),
    notation=r"\operatorname{put}(#1)",
    samples=(
        Sample(((4,),), {"shape": (3, 4), "index": (1,)}),
        Sample(((3, 2),), {"shape": (3, 4), "index": (slice(None), slice(1, None, 2))}),
        Sample(
            ((5, 4), (5,)), {"shape": (3, 4), "index": (IndexSlot(0),)}, integers={1: 3}
        ),
        Sample(
            ((5,), (5,), (5,)),
            {"shape": (3, 4), "index": (IndexSlot(0), IndexSlot(1))},
            integers={1: 3, 2: 4},
        ),
        Sample(
            ((2, 2, 3), (2, 1), (3,)),
            {"shape": (2, 3, 4), "index": (slice(None), IndexSlot(0), IndexSlot(1))},
            integers={1: 3, 2: 4},
        ),
    ),
)


def add_to(x: Any, written: Any, *arrays: Any, index: tuple[Any, ...]) -> Any:
    """A copy of ``x`` with ``written`` added at ``index``, as often as it is named there."""
    result = as_array(x).copy()
    np.add.at(result, filled(index, arrays), written)
    return result


def add_rule(position: int) -> Rule | None:
    """The gradient of an array that was added to, and of what was added."""
    if position == 0:
        return Rule(lambda dy, y, x, *_, index: dy, "what was there goes on as it is")
    if position == 1:
        return Rule(
            lambda dy, y, x, written, *arrays, index: getitem(dy, *arrays, index=index),
            "read where it was added",
        )
    return None


add_at = Op(
    add_to,
    lambda shape, *_, **__: shape,
    add_rule,
    name="add_at",
    params={"index": ()},
    spelling={
        "numpy": index_spelling.numpy_add_to,
        "torch": index_spelling.torch_add_to,
        "tensorflow": index_spelling.tf_add_to,
        "jax": "{0}.at[{index}].add({1})",
    },
    kind="indexing",
    result_name=("{0}_added", "added"),
    notation=r"\operatorname{add}(#1)",
    samples=(
        Sample(((3, 4), (4,)), {"index": (1,)}),
        Sample(((3, 4), (3, 2)), {"index": (slice(None), slice(0, 2))}),
        Sample(((3, 4), ()), {"index": (slice(None, None, -2),)}),
        Sample(((5,), (3,), (3,)), {"index": (IndexSlot(0),)}, integers={2: 5}),
    ),
)


def along_shape(shape: Shape, indices: Shape, *, axis: int) -> Shape:
    """As many entries along ``axis`` as are asked for; the other lengths broadcast."""
    (place,) = shapes.axes_of(axis, len(shape))
    if len(shape) != len(indices):
        message = f"indices of shape {indices} need as many axes as the array of shape {shape}"
        raise ShapeError("E101", message)
    around = (*shape[:place], 1, *shape[place + 1 :])
    return shapes.broadcast(around, indices)


def add_along(written: Any, indices: Any, n: int, axis: int) -> Any:
    """Zeros, ``n`` along ``axis``, with ``written`` added at ``indices``."""
    shape = list(np.shape(written))
    shape[axis] = n
    result = np.zeros_like(written, shape=shape)
    places = list(np.indices(np.shape(written), sparse=True))
    places[axis] = np.broadcast_to(indices, np.shape(written))
    np.add.at(result, tuple(places), written)
    return result


def add_along_shape(written: Shape, indices: Shape, *, n: int, axis: int) -> Shape:
    """The shape of what is written, with ``n`` entries along ``axis``."""
    (place,) = shapes.axes_of(axis, len(written))
    shapes.broadcast(written, indices)
    return (*written[:place], int(n), *written[place + 1 :])


take_along_axis = Op(
    np.take_along_axis,
    along_shape,
    (
        Rule(
            lambda dy, y, x, indices, axis: add_along_axis(
                dy, indices, n=x.shape[axis], axis=axis
            ),
            "each gradient goes back to the entry that was taken; the others get 0",
        ),
        None,
    ),
    params={"axis": -1},
    spelling={
        "numpy": lambda site: (
            f"np.take_along_axis({{0}}, {{1}}, {site.params['axis']})"
        ),
        "torch": lambda site: (
            f"torch.take_along_dim({{0}}, {{1}}, {site.params['axis']})"
        ),
        "tensorflow": lambda site: (
            f"tf.experimental.numpy.take_along_axis({{0}}, {{1}}, {site.params['axis']})"
        ),
    },
    kind="indexing",
    notation=r"\operatorname{take}(#1, #2)",
    samples=(
        Sample(((2, 3), (2, 4)), {"axis": 1}, integers={1: 3}),
        Sample(((3, 2), (1, 2)), {"axis": 0}, integers={1: 3}),
        Sample(((3,), (5,)), integers={1: 3}),
        Sample(((2, 3), (1, 2)), {"axis": -1}, integers={1: 3}),
    ),
)


def _grid(site: Site) -> str:
    """An index that counts along every axis but one, where it is the indices."""
    (axis,) = axes_listed(site, site.params["axis"])
    n = ndim(site)
    items = []
    for place in range(n):
        ones = ", ".join("-1" if one == place else "1" for one in range(n))
        count = f"np.arange({{0}}.shape[{place}])"
        items.append(
            "{1}" if place == axis else count if n == 1 else f"{count}.reshape({ones})"
        )
    return ", ".join(items)


def _zeros_along(site: Site) -> str:
    (axis,) = axes_listed(site, site.params["axis"])
    lengths = [
        "{n}" if place == axis else f"{{0}}.shape[{place}]"
        for place in range(ndim(site))
    ]
    return f"({', '.join(lengths)},)"


add_along_axis: Op = Op(
    add_along,
    add_along_shape,
    (
        Rule(
            lambda dy, y, x, indices, n, axis: np.take_along_axis(
                dy, indices, axis=axis
            ),
            "read where it was put",
        ),
        None,
    ),
    name="add_along_axis",
    params={"n": 0, "axis": -1},
    spelling={
        "numpy": lambda site: (
            f"{{result}} = np.zeros({_zeros_along(site)}, dtype={{0}}.dtype)\n"
            f"np.add.at({{result}}, ({_grid(site)},), {{0}})"
        ),
        "torch": lambda site: (
            f"torch.zeros({_zeros_along(site)}, dtype={{0}}.dtype)"
            f".scatter_add({site.params['axis']}, {{1}}.expand({{0}}.shape), {{0}})"
        ),
        "tensorflow": lambda site: (
            (
                "tf.reduce_sum(tf.expand_dims({0}, <axis>)"
                " * tf.one_hot({1}, {n}, axis=<axis>, dtype={0}.dtype), axis=<next>)"
            )
            .replace("<axis>", str(axes_listed(site, site.params["axis"])[0]))
            .replace("<next>", str(axes_listed(site, site.params["axis"])[0] + 1))
        ),
        "jax": lambda site: (
            f"jnp.zeros({_zeros_along(site)}, {{0}}.dtype)"
            f".at[{_grid(site).replace('np.', 'jnp.')}].add({{0}})"
        ),
    },
    kind="indexing",
    notation=r"\operatorname{put}(#1)",
    samples=(
        Sample(((2, 4), (2, 4)), {"n": 3, "axis": 1}, integers={1: 3}),
        Sample(((2, 4), (1, 4)), {"n": 3, "axis": -1}, integers={1: 3}),
        Sample(((5,), (5,)), {"n": 3}, integers={1: 3}),
        Sample(((1, 2), (1, 2)), {"n": 3, "axis": 0}, integers={1: 3}),
    ),
)
