"""What leaves for code that knows nothing of stand-ins: plain numbers, and what was written into them on the way back."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.trace.gather import holds_traced, plain_of
from chainrule.trace.instrument.code import is_library
from chainrule.trace.lending import Lending
from chainrule.trace.lengths import TracedInt
from chainrule.trace.objects import FollowedObject
from chainrule.trace.traced import Traced


class Lowered:
    """Arguments as plain numbers, and what was written into them."""

    def __init__(
        self, lender: Lending, how: str, kept: Callable[[Any], bool] | None = None
    ) -> None:
        self.lender = lender
        self.tracer = lender.tracer
        self.how = how
        self.kept = kept
        self.given: list[tuple[Traced, Any, Any]] = []

    def item(self, item: Any) -> Any:
        """An argument without anything traced in it."""
        kind = type(item)
        if self.kept is not None and self.kept(item):
            return plain_of(item)
        if kind is types.FunctionType or kind is types.MethodType:
            own = _is_users_own(item)
            return CalledBack(self.lender, item, self.how) if own else item
        if kind is Traced:
            return self._numbers(item)
        if kind is FollowedObject:
            return item.lowered()
        if kind is TracedInt:
            self.tracer.fix(item.ref)
            return int(item)
        if kind is list or kind is tuple:
            if not holds_traced(item) and not any(type(one) is dict for one in item):
                return item
            return kind(self.item(one) for one in item)
        if kind is dict:
            return {key: self.item(one) for key, one in item.items()}
        return item

    def _numbers(self, item: Traced) -> Any:
        value = item.value
        self.tracer.let_go(value, self.how)
        number = self.tracer.builder.numbers[value]
        if not item.is_array:
            return item.plain
        copy = item.plain
        self.given.append((item, copy, number))
        return copy

    def take_back(self) -> None:
        """Arrays that were written into are what was written."""
        for item, copy, number in self.given:
            same = np.array_equal(copy, number, equal_nan=copy.dtype.kind == "f")
            if not same and copy.shape == number.shape:
                item.write(self.tracer.array_of(copy, item.value.name))


class CalledBack:
    """A function of the user's that is called from where stand-ins are not known: it gives back numbers."""

    def __init__(self, lender: Lending, function: Any, how: str) -> None:
        self.lender = lender
        self.function = function
        self.how = how
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives, as numbers."""
        found = self.lender.callee(self.function)(*args, **kwargs)
        return self.lender.lowered(found, self.how)

    def __reduce__(self) -> Any:
        # another process is given the function itself
        return functools.partial, (self.function,)


def _is_users_own(function: Any) -> bool:
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and not is_library(code.co_filename)


def dotted(function: Any) -> str:
    """A function as a person writes it: from the outermost module that has it.

    >>> import json
    >>> dotted(json.dumps), dotted(np.linalg.eigvals), dotted(len)
    ('json.dumps', 'numpy.linalg.eigvals', 'len')
    """
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    parts = (getattr(function, "__module__", None) or "builtins").split(".")
    for n in range(1, len(parts) + 1):
        module = sys.modules.get(".".join(parts[:n]))
        if vars(module or object).get(name) is function:
            parts = parts[:n]
            break
    if parts[0] in {"builtins", "__main__"} or "<locals>" in name:
        return name.replace("<locals>.", "")
    return ".".join([*parts, name])
