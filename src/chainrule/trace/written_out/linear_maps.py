"""Functions that are linear in an array, whatever they do inside: each is the matrix that it makes of every single entry."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.traced import Traced

LARGEST = 600
"""The matrix has a column for every entry: arrays of more are not written out."""


def by_matrix(module: str, name: str) -> Callable[..., Any]:
    """The definition of a function of a module that is linear in its first array."""

    def definition(*args: Any, **options: Any) -> Any:
        # what comes before the array, as a filter does, is plain
        place = next(i for i, one in enumerate(args) if type(one) is Traced)
        array, function = args[place], getattr(sys.modules[module], name)
        n = array.number.size
        if n > LARGEST:
            raise ValueError(n)
        columns = [
            function(*args[:place], one, *args[place + 1 :], **options)
            for one in np.eye(n).reshape(n, *map(int, array.shape))
        ]
        matrix = np.stack([one.ravel() for one in columns], axis=1)
        return np.reshape(matrix @ np.ravel(array), columns[0].shape)

    return definition


SIGNAL: Mapping[str, Callable[..., Any]] = {
    name: by_matrix("scipy.signal", name)
    for name in ("savgol_filter", "detrend", "filtfilt", "sosfilt", "sosfiltfilt", "resample", "decimate")
}  # fmt: skip
NDIMAGE: Mapping[str, Callable[..., Any]] = {
    name: by_matrix("scipy.ndimage", name)
    for name in ("shift", "zoom", "rotate", "affine_transform")
}
