"""The schema of a lesson's JSON, grown out of the parts' own annotations, so that it cannot fall behind them."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
import warnings
from functools import cache
from typing import Annotated, Any, Final, ForwardRef, Literal, Union

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)
from pydantic.json_schema import PydanticJsonSchemaWarning

from chainrule.formula import Strength, tree
from chainrule.lesson import parts
from chainrule.lesson.reading import Confidence

SCHEMA: Final = "chainrule.lesson/1"
NOT_FINITE: Final = types.MappingProxyType(
    {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
)
KINDS: Final = "biuf"

NotFinite = Literal["NaN", "Infinity", "-Infinity"]


class Strict(BaseModel):
    """What all objects of the schema share: nothing is guessed, nothing is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)

    def restored(self) -> Any:
        """The part, formula or number that this object was."""
        raise NotImplementedError


class Float(Strict):
    """A number that JSON has no digits for."""

    value: NotFinite = Field(alias="float")

    def restored(self) -> float:
        """The number."""
        return NOT_FINITE[self.value]


class ArraySchema(Strict):
    """An array with its type and its shape."""

    dtype: str
    shape: list[int]
    data: Any

    @model_validator(mode="after")
    def _fits(self) -> ArraySchema:
        self.restored()
        return self

    def restored(self) -> Any:
        """The array."""
        dtype = np.dtype(self.dtype)
        if dtype.kind not in KINDS:
            raise ValueError(f"{self.dtype} is not a type of numbers")
        array = _array(self.data, dtype)
        if array.size == 0 and 0 in self.shape:
            return np.empty(self.shape, dtype)
        if list(array.shape) != self.shape:
            raise ValueError(f"the data are {list(array.shape)}, not {self.shape}")
        return array


def name_of(made: type) -> str:
    """What an object says in ``is``: a formula's parts are told from a lesson's by their first word.

    >>> name_of(parts.Row), name_of(tree.Row)
    ('row', 'formula.row')
    """
    front = "formula." if made.__module__ == tree.__name__ else ""
    return front + made.__name__.lower()


ORIGINS = (tree.Bound, tree.Group, tree.When)
"""Where a number comes from, which is no part of what a lesson says."""


@cache
def model() -> type[BaseModel]:
    """The model of a whole document."""
    made = _models()
    some_part = _one_of([_reference(c) for c in typing.get_args(parts.Part)])
    loss = Annotated[float | NotFinite, AfterValidator(_float)]
    arrays = dict[str, Annotated[Any, AfterValidator(_array)]]
    document = create_model(
        "Lesson",
        __base__=Strict,
        schema_=(_exactly(SCHEMA), Field(alias="schema")),
        loss=(loss, ...),
        loss_after=(loss | None, None),
        values=(arrays, ...),
        gradients=(arrays, ...),
        updated=(arrays, ...),
        roles=(dict[str, str], {}),
        loss_name=(str | None, None),
        implied_loss=(str | None, None),
        learning_rate=(float | None, None),
        optimizer=(str | None, None),
        confidence=(Confidence, "high"),
        messages=(list[str], []),
        row=(list[tuple[str, str, str, float, float]], []),
        parts=(list[some_part], ...),  # type: ignore[valid-type]
    )
    document.model_rebuild(_types_namespace=made)
    return document


def json_schema() -> dict[str, Any]:
    """The schema in JSON Schema's words."""
    with warnings.catch_warnings():
        # a union that holds itself is described without OpenAPI's extra word for its tag, which is no loss
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        return model().model_json_schema(by_alias=True)


def _models() -> dict[str, type[Strict]]:
    """A model for every dataclass that a lesson is made of."""
    made: dict[str, type[Strict]] = {}
    for module in (tree, parts):
        for found in vars(module).values():
            if (
                isinstance(found, type)
                and dataclasses.is_dataclass(found)
                and found not in ORIGINS
            ):
                made[_reference(found).__forward_arg__] = _model(found)
    for each in made.values():
        each.model_rebuild(_types_namespace={**made})
    return made


def _model(origin: type) -> type[Strict]:
    # where a number comes from is no part of what it says
    told = {f.name for f in dataclasses.fields(origin) if f.compare}
    hints = {
        name: hint
        for name, hint in typing.get_type_hints(origin).items()
        if name in told
    }
    members: dict[str, Any] = {
        name: (_translated(hint), ...) for name, hint in hints.items()
    }

    def restored(self: Strict) -> Any:
        return origin(**{f: _restored(getattr(self, f), hints[f]) for f in hints})

    tag = (_exactly(name_of(origin)), Field(alias="is"))
    name = _reference(origin).__forward_arg__
    # a field may be called as one of the model's own methods is; none is now, and this would say so
    made = create_model(name, __base__=Strict, tag_=tag, **members)
    made.restored = restored  # type: ignore[method-assign]
    return made


def _exactly(word: str) -> Any:
    return Literal[word]


def _reference(origin: type) -> ForwardRef:
    front = "Formula" if origin.__module__ == tree.__name__ else "Lesson"
    return ForwardRef(front + origin.__name__)


def _translated(hint: Any) -> Any:
    """An annotation of a part as one of the schema."""
    if hint is float:
        return int | float | Float
    if hint is Strength:
        return int
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _reference(hint)
    match typing.get_origin(hint):
        case None:
            return hint
        case origin if origin in (np.ndarray, npt.NDArray):
            # newer releases of NumPy keep the alias as it is written
            return ArraySchema
        case typing.Literal:
            return hint
        case origin if origin is tuple:
            inner = [
                item if item is Ellipsis else _translated(item)
                for item in typing.get_args(hint)
            ]
            return tuple[tuple(inner)]  # type: ignore[misc]
        case origin if origin in {Union, types.UnionType}:
            return _union(list(typing.get_args(hint)))
    raise TypeError(f"{hint} has no form in the schema")


def _union(members: list[Any]) -> Any:
    """Objects are told apart by what they say they are; what is no object, by its type."""
    objects = [
        m for m in members if isinstance(m, type) and dataclasses.is_dataclass(m)
    ]
    others = [_translated(m) for m in members if m not in objects]
    if objects:
        others.append(_one_of([_reference(m) for m in objects]))
    return Union[tuple(others)]  # noqa: UP007 - made of a list


def _one_of(references: list[ForwardRef]) -> Any:
    if len(references) == 1:
        return references[0]
    some: Any = Union[tuple(references)]  # noqa: UP007 - made of a list
    return Annotated[some, Field(discriminator="tag_")]


def _restored(value: Any, hint: Any) -> Any:
    if hint is Strength:
        return Strength(value)
    match value:
        case Strict():
            return value.restored()
        case tuple() | list():
            return tuple(_restored(item, None) for item in value)
        case _:
            return value


def _float(value: float | str) -> float:
    return NOT_FINITE[value] if isinstance(value, str) else float(value)


def _array(nested: Any, dtype: Any = None) -> Any:
    """Lists in lists as an array."""

    def number(item: Any) -> Any:
        if isinstance(item, list):
            return [number(inner) for inner in item]
        if isinstance(item, str):
            if item not in NOT_FINITE:
                raise ValueError(f"{item!r} is not a number")
            return NOT_FINITE[item]
        if not isinstance(item, (bool, int, float)):
            raise ValueError(f"{item!r} is not a number")  # noqa: TRY004 - pydantic gathers ValueErrors
        return item

    return np.array(number(nested), dtype)
