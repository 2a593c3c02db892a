"""Items with other values, sizes and turns put in, however deep they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import is_
from typing import Any

from chainrule.program.line import Line, moving_in, substitute
from chainrule.program.loop import Item, Loop
from chainrule.program.values import Arg, Size, Value

Stands = Mapping[Value, Arg]


def put(arg: Arg, new: Stands) -> Arg:
    """``arg`` with what stands for its value; the length of what became a number is what it was."""
    match arg:
        case Value():
            return new.get(arg, arg)
        case Size():
            value = new.get(arg.value, arg.value)
            return Size(value, arg.axes) if isinstance(value, Value) else arg.number
        case _:
            return arg


def rewritten(item: Item, new: Stands) -> Item:
    """``item`` reading what stands for its values; what it makes stays."""
    return mapped(item, lambda arg: put(arg, new))


def mapped(item: Item, change: Callable[[Any], Any]) -> Item:
    """``item`` with ``change`` applied to everything it reads: values, numbers, sizes, turns."""
    match item:
        case Line():
            args = tuple(map(change, item.args))
            moving = [k for k, one in item.params.items() if any(moving_in(one))]
            if not moving and all(map(is_, args, item.args)):
                return item
            params = dict(item.params)
            params |= {key: substitute(params[key], change) for key in moving}
            return replace(item, args=args, params=params)
        case Loop():
            return replace(
                item,
                n=change(item.n),
                items=tuple(mapped(one, change) for one in item.items),
                carried=tuple(
                    replace(one, start=change(one.start), next=change(one.next))
                    for one in item.carried
                ),
                stacks=tuple(
                    replace(one, inside=change(one.inside)) for one in item.stacks
                ),
            )


def results_of(item: Item) -> tuple[Value, ...]:
    """What an item computes, for those after it."""
    match item:
        case Line():
            return (item.result,)
        case Loop():
            return item.results
