"""A rule's reason, said in the user's own names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from chainrule.program import Line, Rule, Size, Value

_WORD = re.compile(r"{(\w+)}")
Describe = Callable[[Value], str]


def said(rule: Rule, line: Line, whole: Describe, spell: Describe) -> str:
    """``rule.why`` with the names of ``line`` in its braces, spelled; of a product, the whole that it is a part of."""
    _, result, *others = rule.words
    args = dict(zip(others, line.args, strict=False))
    # a product's rule speaks of the way to the result, which is the way to all it is a part of; others speak of its value
    tell = whole if line.op.kind == "product" else spell
    names = {
        word: tell(line.result) if word == result else _name(args[word], spell)
        for word in _WORD.findall(rule.why)
        if word == result or word in args
    }
    try:
        return rule.why.format_map(names)
    except (KeyError, IndexError):
        return rule.why


def _name(arg: Any, spell: Describe) -> str:
    match arg:
        case Value():
            return spell(arg)
        case Size(value=value, axes=None):
            return f"{spell(value)}.size"
        case Size(value=value, axes=tuple() as axes):
            return " * ".join(f"{spell(value)}.shape[{axis}]" for axis in axes)
        case _:
            return f"{arg:g}" if isinstance(arg, float) else str(arg)


def why_total(value: Value, reasons: Sequence[str], describe: Describe) -> str:
    """Why a gradient is what it is: its one reason, or that several uses add up."""
    name = describe(value)
    match reasons:
        case []:
            return f"the loss does not depend on {name}"
        case [reason]:
            return reason
        case _:
            return f"{name} is used {_times(len(reasons))}, and the gradients of its uses add up"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")
