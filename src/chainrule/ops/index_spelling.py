"""How entries are read and written by index in each framework, each of which leaves something out."""

from __future__ import annotations

from typing import Any

from chainrule.ops.spelling import Site, ndim
from chainrule.program import IndexSlot, Value
from chainrule.program.program import arg_shape


def _backwards(item: Any) -> bool:
    return isinstance(item, slice) and item.step is not None and item.step < 0


def _axes(site: Site, index: tuple[Any, ...]) -> list[int | None]:
    """The axis of the array that each item of an index is about; None for a new axis and for dots."""
    used = sum(item is not None and item is not ... for item in index)
    axes: list[int | None] = []
    place = 0
    for item in index:
        if item is None or item is ...:
            axes.append(None)
            place += ndim(site) - used if item is ... else 0
        else:
            axes.append(place)
            place += 1
    return axes


def _turned(item: slice) -> slice:
    """The slice of a reversed axis that reads what ``item`` reads backwards."""
    start = None if item.start is None else -item.start - 1
    stop = None if item.stop is None else -item.stop - 1
    return slice(start, stop, None if item.step == -1 else -item.step)


def written(index: tuple[Any, ...], first: int = 1) -> str:
    """An index as text, its arrays as the arguments from ``first`` on."""
    return ", ".join(_item(item, first) for item in index) or "..."


def _item(item: Any, first: int) -> str:
    match item:
        case IndexSlot(position=position):
            return f"{{{position + first}}}"
        case slice(start=start, stop=stop, step=step):
            parts = ["" if part is None else str(part) for part in (start, stop)]
            return ":".join([*parts, *([] if step is None else [str(step)])])
        case None:
            return "None"
        case _ if item is ...:
            return "..."
        case _:
            return str(item)


def _forwards(site: Site) -> tuple[str, tuple[Any, ...]]:
    """PyTorch has no negative steps: the reversed array, and the index that reads it forwards."""
    index = site.params["index"]
    turned = [
        axis
        for item, axis in zip(index, _axes(site, index), strict=True)
        if _backwards(item) and axis is not None
    ]
    if not turned:
        return "{0}", index
    return f"{{0}}.flip({', '.join(map(str, turned))})", tuple(
        _turned(item) if _backwards(item) else item for item in index
    )


def _like_numpy(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """A number beside index arrays as an array too: NumPy counts it as one when it places their axes."""
    if not any(isinstance(item, IndexSlot) and item.picked is None for item in index):
        return index
    return tuple(
        f"torch.tensor([{item}])" if isinstance(item, int) else item for item in index
    )


def torch_read(site: Site) -> str:
    """``x[index]`` in PyTorch."""
    array, index = _forwards(site)
    if _like_numpy(index) != index:
        return f"{array}[{written(_like_numpy(index))}]"
    return "{0}[{index}]" if array == "{0}" else f"{array}[{written(index)}]"


def _positions(site: Site, shape: str, arange: str, size: str) -> str:
    return f"{arange}({size}).reshape({shape})"


def torch_write(site: Site) -> str:
    """A copy with something written into it, in PyTorch."""
    if any(_backwards(item) for item in site.params["index"]):
        places = "torch.arange({0}.numel()).reshape({0}.shape)"
        array, index = _forwards(site)
        places = array.replace("{0}", places)
        return (
            "{result} = {0}.clone()\n"
            f"{{result}}.view(-1)[{places}[{written(index, 2)}]] = {{1}}"
        )
    index = site.params["index"]
    place = written(_like_numpy(index), 2) if _like_numpy(index) != index else "{index}"
    return f"{{result}} = {{0}}.clone()\n{{result}}[{place}] = {{1}}"


def numpy_add(site: Site) -> str:
    """Zeros with something added at an index, in NumPy; a plain index never names an entry twice."""
    zeros = "{result} = np.zeros({shape}, dtype={0}.dtype)\n"
    if any(
        isinstance(item, IndexSlot) and item.picked is None
        for item in site.params["index"]
    ):
        return (
            zeros
            + f"np.add.at({{result}}, ({written(_sliced(site.params['index']))},), {{0}})"
        )
    return zeros + "{result}[{index}] = {0}"


def _sliced(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index whose slices are written as calls, as they must be outside of brackets."""
    return tuple(
        f"slice({item.start}, {item.stop}, {item.step})"
        if isinstance(item, slice)
        else item
        for item in index
    )


def torch_add(site: Site) -> str:
    """Zeros with something added at an index, in PyTorch."""
    zeros = "{result} = torch.zeros({shape}, dtype={0}.dtype)\n"
    index = site.params["index"]
    if any(_backwards(item) for item in index):
        places, turned = _torch_places(site)
        return zeros + (
            f"{{result}}.view(-1).index_add_(0, {places}[{written(turned)}].reshape(-1), {{0}}.reshape(-1))"
        )
    if not any(isinstance(item, IndexSlot) and item.picked is None for item in index):
        return zeros + "{result}[{index}] = {0}"
    if all(isinstance(item, IndexSlot) for item in index):
        arrays = ", ".join(f"{{{item.position + 1}}}" for item in index)
        return zeros + f"{{result}}.index_put_(({arrays},), {{0}}, accumulate=True)"
    place = written(_like_numpy(index)) if _like_numpy(index) != index else "{index}"
    return zeros + (
        "{result}.view(-1).index_add_(0, "
        f"torch.arange({{result}}.numel()).reshape({{shape}})[{place}].reshape(-1), {{0}}.reshape(-1))"
    )


def _torch_places(site: Site) -> tuple[str, tuple[Any, ...]]:
    """The number of each entry, reversed where the index reads backwards."""
    index = site.params["index"]
    used = sum(item is not None and item is not ... for item in index)
    turned = []
    place = 0
    for item in index:
        if item is ...:
            place += len(site.result.shape) - used
        elif item is not None:
            if _backwards(item):
                turned.append(str(place))
            place += 1
    return (
        f"torch.arange({{result}}.numel()).reshape({{shape}}).flip({', '.join(turned)})",
        tuple(_turned(item) if _backwards(item) else item for item in index),
    )


def tf_read(site: Site) -> str:
    """``x[index]`` in TensorFlow, which knows slices, and gathers what index arrays name."""
    index = site.params["index"]
    holes = [item for item in index if isinstance(item, IndexSlot)]
    if not holes:
        return "{0}[{index}]" if index else "{0}"
    return _gathered(site, "{0}", index, ndim(site), first=1)


def _gathered(
    site: Site, array: str, index: tuple[Any, ...], n_axes: int, first: int
) -> str:
    """Slices first, then a gather along the axes of the index arrays, moved to the front for that."""
    plain = all(
        item == slice(None) for item in index if not isinstance(item, IndexSlot)
    )
    holes = [place for place, item in enumerate(index) if isinstance(item, IndexSlot)]
    if len(holes) == 1 and plain and index[holes[0]].picked is not None:
        return f"tf.boolean_mask({array}, {{{first}}}, axis={holes[0]})"
    if len(holes) == 1 and not any(
        isinstance(item, int) or item is None for item in index
    ):
        cut = (
            ""
            if plain
            else f"[{written(tuple(slice(None) if isinstance(i, IndexSlot) else i for i in index))}]"
        )
        axes = _axes_of(index, n_axes)
        return f"tf.gather({array}{cut}, {{{first}}}, axis={axes[holes[0]]})"
    gathered = _gathered_nd(array, index, n_axes, first)
    return _put_back(site, gathered, index, n_axes, first)


def _axes_of(index: tuple[Any, ...], n_axes: int) -> list[int]:
    used = sum(item is not None and item is not ... for item in index)
    axes, place = [], 0
    for item in index:
        axes.append(place)
        place += n_axes - used if item is ... else 0 if item is None else 1
    return axes


def _in_full(index: tuple[Any, ...], n_axes: int) -> tuple[Any, ...]:
    """An index with a slice for each axis that it leaves out."""
    dots = index.index(...) if ... in index else len(index)
    missing = n_axes - sum(item is not None and item is not ... for item in index)
    return (*index[:dots], *(slice(None) for _ in range(missing)), *index[dots + 1 :])


def _put_back(
    site: Site, gathered: str, index: tuple[Any, ...], n_axes: int, first: int
) -> str:
    """What was gathered, its axes where NumPy puts them: those of the index arrays where these stand together, else first."""
    full = _in_full(index, n_axes)
    free = [item is None or isinstance(item, slice) for item in full]
    start, end = free.index(False), len(full) - free[::-1].index(False)
    together = not any(free[start:end])
    n_gathered = max(
        len(arg_shape(site.args[item.position + first]))
        for item in full
        if isinstance(item, IndexSlot)
    )
    kept = [item for item in full if isinstance(item, slice)]
    ahead = sum(isinstance(item, slice) for item in full[: start * together])
    order = [
        *(n_gathered + i for i in range(ahead)),
        *range(n_gathered),
        *(n_gathered + i for i in range(ahead, len(kept))),
    ]
    if order != sorted(order):
        gathered = f"tf.transpose({gathered}, {tuple(order)})"
    if None in full:
        whole: list[Any] = [slice(None)] * n_gathered
        axes = [
            None if item is None else slice(None)
            for item in full
            if item is None or isinstance(item, slice)
        ]
        at = sum(free[:start]) if together else 0
        gathered += f"[{written((*axes[:at], *whole, *axes[at:]))}]"
    return gathered


def _gathered_nd(array: str, index: tuple[Any, ...], n_axes: int, first: int) -> str:
    """Several index arrays at once: their axes to the front, and one gather."""
    full = tuple(item for item in _in_full(index, n_axes) if item is not None)
    chosen = [place for place, item in enumerate(full) if not isinstance(item, slice)]
    rest = [place for place in range(n_axes) if place not in chosen]
    slices = tuple(item if isinstance(item, slice) else slice(None) for item in full)
    cut = "" if all(item == slice(None) for item in slices) else f"[{written(slices)}]"
    order = (*chosen, *rest)
    turned = f"{array}{cut}"
    if order != tuple(range(n_axes)):
        turned = f"tf.transpose({turned}, {order})"
    whole = next(
        f"{{{item.position + first}}}" for item in full if isinstance(item, IndexSlot)
    )
    for item in full:
        if isinstance(item, IndexSlot) and f"{{{item.position + first}}}" != whole:
            whole = f"{whole} + 0 * {{{item.position + first}}}"
    arrays = ", ".join(
        f"0 * ({whole}) + "
        + (
            f"{{{full[place].position + first}}}"
            if isinstance(full[place], IndexSlot)
            else str(full[place])
        )
        for place in chosen
    )
    if all(isinstance(full[place], IndexSlot) for place in chosen) and len(chosen) == 1:
        arrays = whole
    return f"tf.gather_nd({turned}, tf.stack([{arrays}], axis=-1))"


def tf_add(site: Site) -> str:
    """Zeros with something added at an index, in TensorFlow: entries by their number in a row."""
    index = site.params["index"]
    holes = [item for item in index if isinstance(item, IndexSlot)]
    if len(holes) == 1 and len(index) == 1 and holes[0].picked is None:
        return "tf.scatter_nd(tf.expand_dims({1}, -1), {0}, {shape})"
    if not site.result.shape and not holes:
        # a single number has one entry, and TensorFlow no whole number for the product of no lengths
        return "tf.reshape({0}, ())"
    numbers = "tf.reshape(tf.range(tf.reduce_prod({shape})), {shape})"
    places = (
        _gathered(site, numbers, index, len(site.result.shape), first=1)
        if holes
        else f"{numbers}[{{index}}]"
        if index
        else numbers
    )
    return (
        f"tf.reshape(tf.scatter_nd(tf.reshape({places}, (-1, 1)), tf.reshape({{0}}, (-1,)), "
        "[tf.reduce_prod({shape})]), {shape})"
    )


def tf_write(site: Site) -> str:
    """A copy with something written into it, in TensorFlow: entries by their number in a row."""
    index = site.params["index"]
    numbers = "tf.reshape(tf.range(tf.size({0})), {0}.shape)"
    holes = [item for item in index if isinstance(item, IndexSlot)]
    places = (
        _gathered(site, numbers, index, ndim(site), first=2)
        if holes
        else f"{numbers}[{{index}}]"
        if index
        else numbers
    )
    is_array = isinstance(site.args[1], Value)
    new = "{1}" if is_array else "tf.cast({1}, {0}.dtype)"
    return (
        f"{{result}} = {places}\n"
        "{result} = tf.reshape(tf.tensor_scatter_nd_update(tf.reshape({0}, (-1,)), "
        f"tf.reshape({{result}}, (-1, 1)), tf.reshape(tf.broadcast_to({new}, {{result}}.shape), (-1,))), {{0}}.shape)"
    )


def _repeats(site: Site) -> bool:
    """Whether an index may name an entry twice."""
    index = site.params["index"]
    return any(isinstance(item, IndexSlot) and item.picked is None for item in index)


def numpy_add_to(site: Site) -> str:
    """A copy with something added at an index, in NumPy."""
    copy = "{result} = np.array({0})\n"
    if _repeats(site):
        place = written(_sliced(site.params["index"]), 2)
        return f"{copy}np.add.at({{result}}, ({place},), {{1}})"
    return copy + "{result}[{index}] += {1}"


def torch_add_to(site: Site) -> str:
    """A copy with something added at an index, in PyTorch."""
    copy = "{result} = {0}.clone()\n"
    index = site.params["index"]
    if not _repeats(site) and not any(_backwards(item) for item in index):
        return copy + "{result}[{index}] += {1}"
    places = "torch.arange({0}.numel()).reshape({0}.shape)"
    array, turned = _forwards(site)
    place = f"{array.replace('{0}', places)}[{written(_like_numpy(turned), 2)}]"
    return (
        f"{{result}} = {place}\n"
        "{result} = {0}.reshape(-1).index_add(0, {result}.reshape(-1), "
        "{1}.expand({result}.shape).reshape(-1)).reshape({0}.shape)"
    )


def tf_add_to(site: Site) -> str:
    """A copy with something added at an index, in TensorFlow: entries by their number in a row."""
    return tf_write(site).replace("nd_update", "nd_add")
