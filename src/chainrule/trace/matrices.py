"""NumPy's matrices: NumPy itself is asked of which shape and kind a result is; a program knows arrays alone.

What is called with a matrix is called twice: with the numbers, as NumPy does it, and with stand-ins for the arrays that
have the matrices' memory, which writes the lines. The result gets the shape that NumPy's has, and is a matrix where
NumPy's is one. Numbers that are not NumPy's are refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import ChainruleError
from chainrule.trace import refusals
from chainrule.trace.gather import holds_traced, plain_of, stacked
from chainrule.trace.sharing import NumpyCall
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing
from chainrule.trace.written_out import is_same

Call = Callable[..., Any]


def is_matrix(item: Any) -> bool:
    """Whether something is a matrix, or stands for one."""
    return item.is_matrix if type(item) is Traced else type(item) is np.matrix


def among(items: Iterable[Any]) -> bool:
    """Whether a matrix is among arguments, or in lists of them."""
    for one in items:
        kind = type(one)
        if kind is list or kind is tuple:
            found = among(one)
        else:
            found = one.is_matrix if kind is Traced else kind is np.matrix
        if found:
            return True
    return False


def called(
    tracer: Any,
    own: Call,
    follow: Call,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    keeps_axes: bool = False,
) -> Any:
    """What ``follow`` gives for arrays, in the shape and of the kind of what ``own`` gives for matrices.

    ``keeps_axes`` says that ``follow`` has NumPy's option to do so.

    Raises:
        CannotTrace: E301 where the two differ in more than that.
    """
    tracer.has_matrices = True
    arrays = [_as_array(tracer, one) for one in args]
    options = {key: _as_array(tracer, one) for key, one in kwargs.items()}
    try:
        found = own(*map(_real, args), **{k: _real(one) for k, one in kwargs.items()})
    except Exception:
        _told_of_arrays(follow, arrays, options)
        raise
    if keeps_axes and isinstance(found, np.matrix):
        options["keepdims"] = True
    result = follow(*arrays, **options)
    out = kwargs.get("out")
    if out is not None:
        return out[0] if isinstance(out, tuple) and len(out) == 1 else out
    result = _like(tracer, result, found)
    NumpyCall(tracer, own, args, kwargs).share_memory(result)
    return result


def _told_of_arrays(follow: Call, args: Iterable[Any], kwargs: Any) -> None:
    """Where NumPy objects: our own error, if there is one, has a place and says what to do."""
    try:
        follow(*args, **kwargs)
    except ChainruleError:
        raise
    except Exception:  # noqa: BLE001 - NumPy's own is told
        return


def _real(item: Any) -> Any:
    """What NumPy is given: arrays and matrices of its own, which may be written to."""
    if type(item) is Traced:
        item.current(item.tracer)
        return item.plain
    if type(item) is list or type(item) is tuple:
        return type(item)(map(_real, item))
    return item.copy() if isinstance(item, np.ndarray) else plain_of(item)


def _as_array(tracer: Any, item: Any) -> Any:
    """A matrix as the array that has its memory."""
    if type(item) is np.matrix:
        item = tracer.array_of(item)
    if type(item) is Traced:
        return item.as_kind(is_matrix=False)
    if type(item) is list or type(item) is tuple:
        return type(item)(_as_array(tracer, one) for one in item)
    return item


def _like(tracer: Tracing, result: Any, found: Any) -> Any:
    """A result in the shape and of the kind of NumPy's own."""
    if isinstance(result, tuple | list):
        parts = [_like(tracer, *pair) for pair in zip(result, found, strict=True)]
        kind = type(result)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    if type(result) is not Traced:
        if isinstance(found, np.ndarray) and found.dtype.kind == "c":
            raise refusals.matrix("is complex", tracer.here())
        # what nothing traced is in, NumPy has computed
        return found if isinstance(result, np.ndarray) else result
    shape = np.shape(found)
    if result.number.shape != shape and result.number.size == np.size(found):
        column = shape[1:] == (1,) and shape[0] > 1
        whole = (-1, 1) if column else (1, -1) if shape[:1] == (1,) else shape
        result = tracer.unbound(lambda _: np.reshape(result, whole))
    if not is_same(result, found):
        raise refusals.matrix("gives another result than an array would", tracer.here())
    return result.as_kind(is_matrix=isinstance(found, np.matrix))


def keeps_axes(function: Any) -> bool:
    """Whether a function has the option ``keepdims``."""
    op = ops.op_of(function)
    return op is not None and "keepdims" in op.params


# what is a matrix's own


def sign(tracer: Tracing, ufunc: np.ufunc, left: Any, right: Any) -> Any:
    """``M * x`` and ``M ** n``, which are those of matrices; whatever is between others is the ufunc."""
    own = SIGNS.get(ufunc) if among((left, right)) else None
    if own and ufunc is np.power and is_matrix(left) and len({*left.shape}) == 2:
        raise refusals.power_of_matrix(left.shape, tracer.here())
    return called(tracer, *own, (left, right), {}) if own else ufunc(left, right)


def _product(left: Any, right: Any) -> Any:
    if not np.ndim(left) or not np.ndim(right):
        return np.multiply(left, right)
    return np.matmul(_rows(left), _rows(right))


def _rows(array: Any) -> Any:
    """What meets a matrix: a list or a flat array is a row."""
    array = stacked(array) if holds_traced(array) else array
    return array if np.ndim(array) > 1 else np.reshape(array, (1, -1))


def _inverse(array: Any) -> Any:
    rows, columns = array.shape
    return np.linalg.inv(array) if rows == columns else np.linalg.pinv(array)


SIGNS: Mapping[np.ufunc, tuple[Call, Call]] = {
    np.multiply: (operator.mul, _product),
    np.power: (operator.pow, np.linalg.matrix_power),
}
ATTRIBUTES: Mapping[str, Call] = {
    "A": lambda array: array,
    "A1": np.ravel,
    "I": _inverse,
    "H": np.transpose,
}
"""What a matrix has beside what an array has; each is also what a method gives, as ``getA()``."""


def attribute(matrix: Any, name: str) -> Any:
    """An attribute of a matrix, or a method; None for one that arrays do not have by a function of NumPy."""
    tracer = matrix.tracer
    if name in ATTRIBUTES:
        own = operator.attrgetter(name)
        return called(tracer, own, ATTRIBUTES[name], (matrix,), {})
    if name.removeprefix("get") in {*ATTRIBUTES, "T"} and name.startswith("get"):
        return lambda: getattr(matrix, name.removeprefix("get"))
    function = getattr(np, name, None) if hasattr(np.ndarray, name) else None
    if function is None:
        return None

    def own_method(one: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(one, name)(*args, **kwargs)

    return lambda *args, **kwargs: called(
        tracer,
        own_method,
        function,
        (matrix, *args),
        kwargs,
        keeps_axes=keeps_axes(function),
    )


def index_of(matrix: Any, key: Any, *, written: bool = False) -> Any:
    """An index that takes from the array what ``matrix[key]`` is: of two axes, where the array would have one.

    What is ``written`` by lists of places is written to the array's entries, as NumPy does it.
    """
    memory, plain = matrix.memory, plain_of(key)
    items = plain if type(plain) is tuple else (plain,)
    fancy = any(isinstance(one, list | range | np.ndarray) for one in items)
    if np.ndim(memory[plain]) != 1 or (written and fancy):
        return key
    own = key if type(key) is tuple else (key,)
    column = len(items) > 1 and np.isscalar(items[1])
    return (*own, None) if column else (None, *own)
