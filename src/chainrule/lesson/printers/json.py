"""The lesson as JSON: a versioned schema, every number in full, read back as the same parts."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from chainrule.lesson.parts import Part
from chainrule.lesson.printers.schema import SCHEMA, model, name_of
from chainrule.lesson.reading import Reading
from chainrule.program import Array


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a lesson comes to in numbers: the loss before and after the update, and every array by name."""

    loss: float
    loss_after: float | None = None
    values: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, Array] = field(default_factory=dict)
    updated: Mapping[str, Array] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Document:
    """A lesson that was read: its parts and its numbers."""

    parts: tuple[Part, ...]
    outcome: Outcome


def to_json(parts: Iterable[Part], outcome: Outcome) -> str:
    """The JSON text; what is not finite is written as "NaN", "Infinity" or "-Infinity".

    >>> from chainrule.lesson.parts import Heading
    >>> x = np.array([[1.0, np.nan]])
    >>> text = to_json([Heading("Why", 2, "why")], Outcome(0.5, values={"x": x}))
    >>> json.loads(text)["values"], json.loads(text)["parts"][0]["is"]
    ({'x': [[1.0, 'NaN']]}, 'heading')
    """
    after = outcome.loss_after
    document = {
        "schema": SCHEMA,
        "loss": _finite(float(outcome.loss)),
        "loss_after": None if after is None else _finite(float(after)),
        "values": _arrays(outcome.values),
        "gradients": _arrays(outcome.gradients),
        "updated": _arrays(outcome.updated),
        **_reading(outcome.reading),
        "parts": [_encoded(part) for part in parts],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str | bytes) -> Document:
    """Read a lesson back; what does not fit the schema is a ``ValueError`` that says where.

    >>> from chainrule.lesson.parts import Heading
    >>> from_json(to_json([Heading("Why", 2, "why")], Outcome(0.5))).parts
    (Heading(text='Why', level=2, anchor='why'),)
    """
    read: Any = model().model_validate_json(text)
    said = {one.name: getattr(read, one.name) for one in fields(Reading)}
    outcome = Outcome(
        read.loss,
        read.loss_after,
        read.values,
        read.gradients,
        read.updated,
        Reading(**{**said, "messages": tuple(read.messages), "row": tuple(read.row)}),
    )
    return Document(tuple(part.restored() for part in read.parts), outcome)


def _reading(reading: Reading) -> dict[str, Any]:
    said = {one.name: getattr(reading, one.name) for one in fields(reading)}
    return {name: list(x) if isinstance(x, tuple) else x for name, x in said.items()}


def _finite(x: float) -> float | str:
    if np.isnan(x):
        return "NaN"
    if np.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return x


def _arrays(arrays: Mapping[str, Array]) -> dict[str, Any]:
    return {name: _nested(np.asarray(array)) for name, array in arrays.items()}


def _nested(array: Array) -> Any:
    """An array as lists in lists."""
    if array.dtype.kind in "biu" or bool(np.isfinite(array).all()):
        return array.tolist()
    if array.ndim == 0:
        return _finite(float(array))
    return [_nested(part) for part in array]


def _encoded(value: Any) -> Any:
    """A part, a formula or a field of one as plain data; an object says in ``is`` which class it was."""
    match value:
        case np.ndarray():
            return {
                "dtype": str(value.dtype),
                "shape": list(value.shape),
                "data": _nested(value),
            }
        case np.generic():
            return _encoded(value.item())
        case enum.IntEnum():
            return int(value)
        case float():
            x = _finite(value)
            return {"float": x} if isinstance(x, str) else x
        case None | str() | int():
            return value
        case tuple() | list():
            return [_encoded(item) for item in value]
    members = {
        f.name: _encoded(getattr(value, f.name)) for f in fields(value) if f.compare
    }
    return {"is": name_of(type(value)), **members}
