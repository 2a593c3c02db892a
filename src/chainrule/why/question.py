"""What is asked: ``W1[0, 2]``, ``dW1``, ``loss`` – a value or its gradient, and which entries of it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import Array, Program, UsageError, Value
from chainrule.program.errors import nearest
from chainrule.why.pass_names import without_turn


@dataclass(frozen=True)
class Question:
    """A value of the program, its gradient or itself, and the entries asked about."""

    value: Value
    gradient: bool
    mask: Array
    text: str


def understood(
    asked: str, program: Program, loss: Value, parameters: tuple[Value, ...]
) -> Question:
    """The question in terms of the program.

    A name that is learnt or given means its gradient, any other name its value; ``dNAME`` and ``∂L/∂NAME`` mean the
    gradient.

    Raises:
        UsageError: E327 for a name that does not exist, E411 for an index that does not.
    """
    named = _latest(program, parameters)
    name, bracket, inside = asked.strip().partition("[")
    name = name.strip()
    gradient = name in named and (
        named[name] in parameters
        or (named[name] in program.inputs and named[name].differentiable)
    )
    if name not in named:
        bare = (
            name.rpartition("∂")[2]
            if "∂" in name
            else name.removeprefix("grad_").removeprefix("d")
        )
        if bare not in named or bare == name:
            raise _unknown(name, named)
        name, gradient = bare, True
    value = named[name]
    if gradient and not value.differentiable:
        raise UsageError(
            "E327",
            f"{name} holds no real numbers, so it has no gradient",
            hint="ask for a value of the forward pass that has one",
        )
    mask = np.zeros(value.shape, bool)
    mask[_index(asked, f"[{inside}" if bracket else "", value)] = True
    shown = f"[{inside.strip()}" if bracket else ""
    text = (
        f"∂{loss.word or loss.name or 'L'}/∂{name}{shown}"
        if gradient
        else f"{name}{shown}"
    )
    return Question(value, gradient, mask, text)


def _latest(program: Program, parameters: tuple[Value, ...]) -> dict[str, Value]:
    """Values by the names that the reader has for them: of those bound again and again the last, of what is learnt the first."""
    found = program.named()
    for name, value in program.named().items():
        base = without_turn(name)
        if base != name and found.get(base) not in parameters:
            found[base] = value
    return found


def _unknown(name: str, named: Mapping[str, Value]) -> UsageError:
    hint = nearest(name, named, "ask for one of these, or for its gradient: dNAME")
    names = [
        one
        for one in named
        if without_turn(one) not in named or without_turn(one) == one
    ]
    shown = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    return UsageError(
        "E327",
        f"no value is called {name!r}",
        detail=f"names there are: {shown}",
        hint=hint,
    )


def _index(asked: str, text: str, value: Value) -> Any:
    """The entries that an index means.

    Raises:
        UsageError: E411.
    """
    shape = f"{value.name} has the shape {value.shape}"
    try:
        key = ast.parse(f"_{text}", mode="eval").body if text else None
        index = ... if key is None else _read(key.slice)  # type: ignore[attr-defined]
    except (SyntaxError, ValueError, TypeError, AttributeError):
        raise UsageError(
            "E411",
            f"{asked!r} is not a name with an index",
            detail=shape,
            hint=f"for example {_example(value)}",
        ) from None
    try:
        np.zeros(value.shape)[index]
    except IndexError as error:
        raise UsageError(
            "E411",
            f"{asked}: {error}",
            detail=shape,
            hint=f"indices count from 0, for example {_example(value)}",
        ) from None
    return index


def _read(node: ast.expr) -> Any:
    match node:
        case ast.Tuple(elts=parts):
            return tuple(map(_read, parts))
        case ast.Slice(lower=low, upper=high, step=step):
            return slice(
                *(
                    None if part is None else ast.literal_eval(part)
                    for part in (low, high, step)
                )
            )
        case _:
            found = ast.literal_eval(node)
            return operator.index(found)


def _example(value: Value) -> str:
    inside = ", ".join("0" for _ in value.shape)
    return f"{value.name}[{inside}]" if inside else f"{value.name}"
