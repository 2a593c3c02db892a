"""Fourier and cosine transforms as what they are: products with a matrix of cosines and one of sines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.pairs import Pair, parts_of

LONGEST = 2048
"""A transform of more numbers than this would be a matrix of too many."""
Norm = str | None


def _waves(n_rows: int, n_columns: int, n: int) -> tuple[Any, Any]:
    """Cosines and sines of every product of a place and a frequency, once round in ``n``."""
    if max(n_rows, n_columns) > LONGEST:
        message = f"a transform of {n} numbers"
        raise ValueError(message)
    # whole turns are taken out while the numbers are whole
    turns = np.outer(np.arange(n_rows), np.arange(n_columns)) % n
    angles = turns * (2 * np.pi / n)
    return np.cos(angles), np.sin(angles)


def _fitted(part: Any, n: int, axis: int) -> Any:
    """The first ``n`` along an axis, with zeros behind where there are fewer; that axis last."""
    last = np.moveaxis(part, axis, -1)
    length = int(last.shape[-1])
    if length >= n:
        return last[..., :n]
    rest = np.zeros((*map(int, last.shape[:-1]), n - length))
    return np.concatenate([last, rest], axis=-1)


def _scale(n: int, norm: Norm, *, back: bool) -> float:
    if norm == "ortho":
        return float(1 / np.sqrt(n))
    return 1 / n if back is (norm in (None, "backward")) else 1.0


def _transform(
    a: Any, n: Any, axis: int, norm: Norm, *, back: bool, half: bool = False
) -> Pair:
    n = int(np.shape(a)[axis] if n is None else n)
    real, imag = parts_of(a)
    cosines, sines = _waves(n, n // 2 + 1 if half else n, n)
    scale = _scale(n, norm, back=back)
    cosines, sines = cosines * scale, (sines if back else -sines) * scale
    first = _fitted(real, n, axis)
    parts = [first @ cosines, first @ sines]
    if imag is not None:
        second = _fitted(imag, n, axis)
        parts = [parts[0] - second @ sines, parts[1] + second @ cosines]
    return Pair(*(np.moveaxis(part, -1, axis) for part in parts))


def fft(a: Any, n: Any = None, axis: int = -1, norm: Norm = None) -> Any:
    """How much of each frequency there is."""
    return _transform(a, n, axis, norm, back=False)


def ifft(a: Any, n: Any = None, axis: int = -1, norm: Norm = None) -> Any:
    """What has these frequencies."""
    return _transform(a, n, axis, norm, back=True)


def rfft(a: Any, n: Any = None, axis: int = -1, norm: Norm = None) -> Any:
    """The lower half of the frequencies of real numbers; the upper half mirrors it."""
    return _transform(a, n, axis, norm, back=False, half=True)


def irfft(a: Any, n: Any = None, axis: int = -1, norm: Norm = None) -> Any:
    """The real numbers whose lower half of frequencies these are."""
    real, imag = parts_of(a)
    n = int(2 * (np.shape(a)[axis] - 1) if n is None else n)
    n_half = n // 2 + 1
    cosines, sines = _waves(n_half, n, n)
    # each frequency but the first, and the middle one, stands for its mirror image, too
    twice = np.full(n_half, 2.0)
    twice[0] = 1.0
    if n % 2 == 0:
        twice[-1] = 1.0
    weights = (twice * _scale(n, norm, back=True))[:, None]
    made = _fitted(real, n_half, axis) @ (weights * cosines)
    if imag is not None:
        made = made - _fitted(imag, n_half, axis) @ (weights * sines)
    return np.moveaxis(made, -1, axis)


def _over(one: Callable[..., Any], default: Any) -> Callable[..., Any]:
    """A transform over several axes, one after the other."""

    def several(a: Any, s: Any = None, axes: Any = default, norm: Norm = None) -> Any:
        ndim = len(np.shape(a))
        if axes is None:
            axes = range(ndim) if s is None else range(ndim - len(s), ndim)
        lengths = [None] * len(axes) if s is None else s
        for axis, n in zip(axes, lengths, strict=True):
            a = one(a, n, axis, norm)
        return a

    return several


def dct(x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Norm = None) -> Any:  # noqa: A002 - SciPy's name
    """A cosine transform of the second or the third kind."""
    if type not in (2, 3):
        message = f"a cosine transform of type {type}"
        raise ValueError(message)
    n = int(np.shape(x)[axis] if n is None else n)
    places = np.outer(2 * np.arange(n) + 1, np.arange(n))
    cosines = 2 * np.cos(np.pi / (2 * n) * (places % (4 * n)))
    if norm == "ortho":
        cosines = cosines * np.sqrt(1 / (2 * n))
        cosines[:, 0] *= np.sqrt(0.5)
    if type == 3:
        cosines = cosines.T.copy()
        cosines[0] *= 1.0 if norm == "ortho" else 0.5
    return np.moveaxis(_fitted(x, n, axis) @ cosines, -1, axis)


def idct(
    x: Any,
    type: int = 2,  # noqa: A002 - SciPy's name
    n: Any = None,
    axis: int = -1,
    norm: Norm = None,
) -> Any:
    """What has these cosines: the kind that takes the given one back."""
    made = dct(x, 5 - type, n, axis, norm)
    return made if norm == "ortho" else made / (2 * int(np.shape(made)[axis]))


def _dct_back(x: Any, type: int = 2, *rest: Any, **options: Any) -> Any:  # noqa: A002 - SciPy's name
    return dct(x, 5 - type, *rest, **options)


def fftshift(x: Any, axes: Any = None) -> Any:
    """The frequency 0 brought to the middle."""
    return _rolled(x, axes, 1)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """The middle brought to the beginning."""
    return _rolled(x, axes, -1)


def _rolled(x: Any, axes: Any, sign: int) -> Any:
    axes = range(len(np.shape(x))) if axes is None else axes
    for axis in (axes,) if isinstance(axes, int) else axes:
        half = int(np.shape(x)[axis]) // 2
        x = np.roll(x, sign * half, axis)
    return x


def unwrap(p: Any, discont: Any = None, axis: int = -1) -> Any:
    """Angles without their jumps by whole turns."""
    last = np.moveaxis(p, axis, -1)
    step = np.diff(last)
    near = np.remainder(step + np.pi, 2 * np.pi) - np.pi
    near = np.where((near == -np.pi) & (step > 0), np.pi, near)
    least = np.pi if discont is None else max(discont, np.pi)
    jump = np.where(np.abs(step) < least, 0.0, near - step)
    turned = last[..., 1:] + np.cumsum(jump, axis=-1)
    return np.moveaxis(np.concatenate([last[..., :1], turned], axis=-1), -1, axis)


TRANSFORMS: Mapping[str, Callable[..., Any]] = {
    **{one.__name__: one for one in (fft, ifft, rfft, irfft, fftshift, ifftshift)},
    "fft2": _over(fft, (-2, -1)),
    "ifft2": _over(ifft, (-2, -1)),
    "fftn": _over(fft, None),
    "ifftn": _over(ifft, None),
}
NUMPY = {**{f"fft.{name}": one for name, one in TRANSFORMS.items()}, "unwrap": unwrap}
SCIPY = {**TRANSFORMS, "dct": dct, "idct": idct}
FFTPACK = {
    **{name: one for name, one in TRANSFORMS.items() if not name.endswith("rfft")},
    "dct": dct,
    "idct": _dct_back,
}
"""The older module: real transforms have another layout there, and what takes a cosine transform back is not scaled."""
