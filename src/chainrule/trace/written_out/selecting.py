"""Functions of NumPy that choose entries, or what is done to them, in simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.gather import look_up, plain_of

Axis = int | None


def heaviside(x1: Any, x2: Any) -> Any:
    """A step from 0 to 1, with a number of its own at 0."""
    return np.where(x1 > 0, 1.0, np.where(x1 < 0, 0.0, x2))


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The first choice whose condition holds."""
    chosen = default
    for condition, choice in reversed([*zip(condlist, choicelist, strict=True)]):
        chosen = np.where(condition, choice, chosen)
    return chosen


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **options: Any) -> Any:
    """Each function of the entries that its condition picks; a further one of those that none picks."""
    if not isinstance(condlist, list | tuple):
        condlist = [condlist]
    if len(funclist) == len(condlist) + 1:
        none: Any = True
        for condition in condlist:
            none = none & ~condition
        condlist = [*condlist, none]
    found = np.zeros_like(x)
    for condition, function in zip(condlist, funclist, strict=True):
        picked = function
        if callable(function):
            picked = function(x[condition], *args, **options)
        found[condition] = picked
    return found


def diag_indices_from(arr: Any) -> Any:
    """The places on the diagonal."""
    return (np.arange(len(arr)),) * int(arr.ndim)


def triu_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and above a diagonal."""
    return np.triu_indices(arr.shape[-2], k, arr.shape[-1])


def tril_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and below a diagonal."""
    return np.tril_indices(arr.shape[-2], k, arr.shape[-1])


def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many are not 0."""
    there = a if a.dtype == bool else np.not_equal(a, 0)
    return np.sum(there, axis=axis, keepdims=keepdims)


def nanmax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest of those that are numbers."""
    there = np.where(np.isnan(a), -np.inf, a)
    return np.max(there, axis=axis, keepdims=keepdims)


def nanmin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The smallest of those that are numbers."""
    there = np.where(np.isnan(a), np.inf, a)
    return np.min(there, axis=axis, keepdims=keepdims)


def flatnonzero(a: Any) -> Any:
    """The places of all in a row that are not 0."""
    return np.nonzero(np.ravel(a))[0]


def argwhere(a: Any) -> Any:
    """The places of what is not 0, a row each."""
    return np.stack(np.nonzero(a), axis=1)


def unravel_index(indices: Any, shape: Any) -> Any:
    """Places among all in a row, as places along each axis."""
    found: list[Any] = []
    for n in reversed(np.atleast_1d(shape).tolist()):
        found.insert(0, indices % n)
        indices = indices // n
    return tuple(found)


def lexsort(keys: Any, axis: int = -1) -> Any:
    """The order by the last key; among equal ones by the one before."""
    order = np.argsort(keys[0], axis=axis)
    for key in keys[1:]:
        again = np.argsort(np.take_along_axis(key, order, axis), axis=axis)
        order = np.take_along_axis(order, again, axis)
    return order


def unique(
    ar: Any,
    return_index: Any = False,  # noqa: FBT002 - NumPy's signature
    return_inverse: Any = False,  # noqa: FBT002
    return_counts: Any = False,  # noqa: FBT002
    axis: Axis = None,
) -> Any:
    """Each value once, in order: where they are sorted, those that differ from the one before."""
    items = np.ravel(ar) if axis is None else np.moveaxis(ar, axis, 0)
    n = items.shape[0]
    keys = items if axis is None else np.reshape(items, (n, -1))
    order = np.argsort(keys) if axis is None else np.lexsort(np.flip(keys.T, 0))
    ordered = keys[order]
    differs = np.not_equal(ordered[1:], ordered[:-1])
    if axis is not None:
        differs = np.any(differs, axis=1)
    new = np.concatenate([np.ones(1, dtype=bool), differs])
    first = order[new]
    values = items[first]
    found = [values if axis is None else np.moveaxis(values, 0, axis)]
    if return_index:
        found.append(first)
    if return_inverse:
        group = (np.cumsum(new) - 1)[np.argsort(order)]
        found.append(np.reshape(group, ar.shape) if axis is None else group)
    if return_counts:
        last = np.concatenate([differs, np.ones(1, dtype=bool)])
        found.append(np.nonzero(last)[0] - np.nonzero(new)[0] + 1)
    return tuple(found) if len(found) > 1 else found[0]


def isin(element: Any, test_elements: Any, *, invert: Any = False) -> Any:
    """Whether each entry is among others: whether the one it would stand before is itself."""
    ordered = np.sort(np.ravel(test_elements))
    if not ordered.shape[0]:
        return np.full(np.shape(element), bool(invert))
    place = np.minimum(np.searchsorted(ordered, element), ordered.shape[0] - 1)
    found = np.equal(look_up(ordered, place), element)
    return ~found if invert else found


def intersect1d(ar1: Any, ar2: Any) -> Any:
    """What is in both, each once."""
    values = np.unique(ar1)
    return values[np.isin(values, ar2)]


def setdiff1d(ar1: Any, ar2: Any) -> Any:
    """What is in one and not in the other, each once."""
    values = np.unique(ar1)
    return values[~np.isin(values, ar2)]


def union1d(ar1: Any, ar2: Any) -> Any:
    """What is in one or the other, each once."""
    return np.unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)]))


def digitize(x: Any, bins: Any, right: Any = False) -> Any:  # noqa: FBT002 - NumPy's signature
    """In which of the ranges between limits each number falls."""
    side: Any = "left" if right else "right"
    limits = np.asarray(plain_of(bins))
    if limits[0] <= limits[-1]:
        return np.searchsorted(bins, x, side=side)
    return len(limits) - np.searchsorted(np.flip(bins), x, side=side)


def histogram(
    a: Any,
    bins: Any = 10,
    range: Any = None,  # noqa: A002 - NumPy's name
    density: Any = None,
    weights: Any = None,
) -> Any:
    """How many fall into each range, or what they weigh, and its limits."""
    flat = np.ravel(a)
    if isinstance(bins, str):
        bins = np.histogram_bin_edges(a, bins, range)
    limits = (bins[0], bins[-1]) if np.ndim(bins) else range
    low, high = (np.min(flat), np.max(flat)) if limits is None else limits
    edges = bins if np.ndim(bins) else np.linspace(low, high, bins + 1)
    inside = (flat >= low) & (flat <= high)
    n = int(np.shape(edges)[0]) - 1
    place = np.searchsorted(edges[1:-1], flat[inside], side="right")
    weighed = None if weights is None else np.ravel(weights)[inside]
    counts: Any = np.bincount(place, weighed, minlength=n)
    if density:
        counts = counts / np.diff(edges) / np.sum(counts)
    return counts, edges


def histogram2d(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,  # noqa: A002 - NumPy's name
    *,
    density: Any = None,
    weights: Any = None,
) -> Any:
    """How many fall into each field, or what they weigh, and the limits of both sides."""
    sides = [np.ravel(np.asarray(one) if isinstance(one, list) else one) for one in (x, y)]  # fmt: skip
    own = isinstance(bins, list | tuple) and len(bins) == 2
    both = bins if own else [bins, bins]
    ends = range or [None, None]
    edges: list[Any] = []
    places: list[Any] = []
    within: list[Any] = []
    for side, wanted, limits in zip(sides, both, ends, strict=True):
        if np.ndim(wanted):
            edge = wanted
        else:
            low, high = limits or (np.min(side), np.max(side))
            edge = np.linspace(low, high, wanted + 1)
        within.append((side >= edge[0]) & (side <= edge[-1]))
        places.append(np.searchsorted(edge[1:-1], side, side="right"))
        edges.append(edge)
    n, m = (int(np.shape(edge)[0]) - 1 for edge in edges)
    inside = within[0] & within[1]
    place = (places[0] * m + places[1])[inside]
    weighed = None if weights is None else np.ravel(weights)[inside]
    counts: Any = np.reshape(np.bincount(place, weighed, minlength=n * m), (n, m))
    counts = counts * 1.0
    if density:
        counts = counts / np.outer(*map(np.diff, edges)) / np.sum(counts)
    return counts, *edges


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(heaviside, select, piecewise, diag_indices_from, triu_indices_from),
        *(tril_indices_from, count_nonzero, nanmax, nanmin, flatnonzero),
        *(argwhere, unravel_index, lexsort, unique, isin, intersect1d),
        *(setdiff1d, union1d, digitize, histogram, histogram2d),
    )
}
