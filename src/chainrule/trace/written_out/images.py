"""The linear filters of ``scipy.ndimage``: each place the sum of its weighed neighbours, axis by axis where that will do.

What lies beyond the edge is told by ``mode``, as in SciPy's documentation; the places that are read there are worked out
once, on whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.written_out.interpolators import RegularGridInterpolator

BEYOND = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap"}  # fmt: skip
"""What NumPy's padding calls SciPy's modes."""
Numbers = np.ndarray[Any, np.dtype[Any]]


def correlate1d(
    image: Any,
    weights: Any,
    axis: int = -1,
    *,
    mode: str = "reflect",
    cval: float = 0.0,
    origin: int = 0,
) -> Any:
    """Each place the sum of its neighbours along an axis, weighed."""
    axis %= np.ndim(image)
    around = np.reshape(weights, [-1 if i == axis else 1 for i in range(np.ndim(image))])  # fmt: skip
    origins = [origin if i == axis else 0 for i in range(np.ndim(image))]
    return _moved_over(image, around, mode, cval, origins)


def convolve1d(image: Any, weights: Any, axis: int = -1, **options: Any) -> Any:
    """The same with the weights turned round."""
    return correlate1d(image, np.flip(weights), axis, **options)


def correlate(
    image: Any, weights: Any, *, mode: str = "reflect", cval: float = 0.0
) -> Any:
    """Each place the sum of its neighbours, weighed."""
    return _moved_over(image, weights, mode, cval, [0] * np.ndim(image))


def convolve(image: Any, weights: Any, **options: Any) -> Any:
    """The same with the weights turned round, which of an even number lie one place on."""
    if not all(int(n) % 2 for n in np.shape(weights)):
        message = "an even number of weights"
        raise ValueError(message)
    return correlate(image, np.flip(weights), **options)


def _moved_over(
    image: Any, weights: Any, mode: str, cval: float, origins: list[int]
) -> Any:
    """The sum over all neighbours of their weight times the image moved by that much."""
    sizes = [int(n) for n in np.shape(weights)]
    lengths = [int(n) for n in np.shape(image)]
    starts = [n // 2 + origin for n, origin in zip(sizes, origins, strict=True)]
    if mode == "constant":
        room = [(start, n - 1 - start) for start, n in zip(starts, sizes, strict=True)]
        image = np.pad(image, room, constant_values=cval)
    total: Any = 0.0
    for place in np.ndindex(*sizes):
        moved = image
        if mode == "constant":
            moved = image[tuple(slice(i, i + n) for i, n in zip(place, lengths, strict=True))]  # fmt: skip
        else:
            for axis, (i, start) in enumerate(zip(place, starts, strict=True)):
                if i != start:
                    moved = np.take(moved, _places(lengths[axis], i - start, mode), axis)  # fmt: skip
        total = total + weights[place] * moved
    return total


def _places(n: int, shift: int, mode: str) -> Numbers:
    """Where the neighbours of n places are found that lie so far on."""
    size = abs(shift)
    padded = np.pad(np.arange(n), size, mode=BEYOND[mode])  # type: ignore[call-overload]
    found: Numbers = padded[size + shift : size + shift + n]
    return found


def gaussian_filter1d(
    image: Any,
    sigma: float,
    axis: int = -1,
    *,
    mode: str = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
) -> Any:
    """A blur along an axis."""
    radius = int(truncate * float(sigma) + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return correlate1d(image, weights / weights.sum(), axis, mode=mode, cval=cval)


def gaussian_filter(image: Any, sigma: Any, **options: Any) -> Any:
    """A blur, along one axis after the other."""
    axes = range(np.ndim(image))
    for axis, one in zip(axes, np.broadcast_to(sigma, len(axes)), strict=True):
        image = gaussian_filter1d(image, float(one), axis, **options) if one > 1e-15 else image  # fmt: skip
    return image


def uniform_filter(image: Any, size: Any = 3, **options: Any) -> Any:
    """The mean of the neighbours."""
    axes = range(np.ndim(image))
    for axis, n in zip(axes, np.broadcast_to(size, len(axes)), strict=True):
        image = correlate1d(image, np.full(int(n), 1 / int(n)), axis, **options)
    return image


def sobel(image: Any, axis: int = -1, **options: Any) -> Any:
    """The slope along an axis, smoothed along the others."""
    return _edges(image, axis, [1.0, 2.0, 1.0], options)


def prewitt(image: Any, axis: int = -1, **options: Any) -> Any:
    """The slope along an axis, evened out along the others."""
    return _edges(image, axis, [1.0, 1.0, 1.0], options)


def _edges(image: Any, axis: int, smooth: list[float], options: Any) -> Any:
    axis %= np.ndim(image)
    found = correlate1d(image, np.array([-1.0, 0.0, 1.0]), axis, **options)
    for other in range(np.ndim(image)):
        if other != axis:
            found = correlate1d(found, np.array(smooth), other, **options)
    return found


def laplace(image: Any, **options: Any) -> Any:
    """The sum of the second differences."""
    weights = np.array([1.0, -2.0, 1.0])
    return sum(
        correlate1d(image, weights, axis, **options) for axis in range(np.ndim(image))
    )


def map_coordinates(
    image: Any,
    coordinates: Any,
    *,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
) -> Any:
    """What lies at places of an image, by straight lines between the points (``order=1``); order 3 is not covered."""
    places = coordinates if np.ndim(coordinates) else np.asarray(coordinates)
    places = np.stack(places) if isinstance(places, list | tuple) else places
    lengths = [int(n) for n in np.shape(image)]
    if mode == "nearest":
        places = np.stack([np.clip(at, 0, n - 1) for at, n in zip(places, lengths, strict=True)])  # fmt: skip
    grid = [np.arange(float(n)) for n in lengths]
    fill = None if mode == "nearest" else cval
    between = "linear" if order else "nearest"
    of_grid = RegularGridInterpolator(
        grid, image, between, bounds_error=False, fill_value=fill
    )
    return of_grid(np.moveaxis(places, 0, -1))


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(correlate1d, convolve1d, correlate, convolve, gaussian_filter1d),
        *(gaussian_filter, uniform_filter, sobel, prewitt, laplace),
        map_coordinates,
    )
}
