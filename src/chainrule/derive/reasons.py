"""A rule's reason, said in the user's own names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from chainrule.program import Line, Rule, Size, Value

_WORD = re.compile(r"{(\w+)}")
_SUM, _CLOSED = re.compile(r" [+−-] "), re.compile(r"\([^()]*\)|\[[^][]*\]")
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
    if not names.keys() >= set(_WORD.findall(rule.why)):
        return rule.why
    return _WORD.sub(lambda found: _in_brackets(names[found[1]], found), rule.why)


def _in_brackets(name: str, found: re.Match[str]) -> str:
    """A sum that is divided, divides or is taken away stands in brackets."""
    before, after = (
        found.string[: found.start()].rstrip()[-1:],
        found.string[found.end() :][:1],
    )
    binds = before in ("/", "-", "−") or after == "/"
    return f"({name})" if binds and _SUM.search(_CLOSED.sub("", name)) else name


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
