"""A recursion whose calls wait in a list: a program may be longer than Python's own stack is deep."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Recursion = Generator[Any, Any, Any]
"""What yields the calls that it waits for, is sent what they come to, and returns what it comes to itself."""


def unwound(call: Recursion) -> Any:
    """What a recursion comes to, however deep it goes.

    >>> def total(number):
    ...     return number + (yield total(number - 1)) if number else 0
    >>> unwound(total(10_000))
    50005000
    """
    waiting, answer = [call], None
    while waiting:
        try:
            asked = waiting[-1].send(answer)
        except StopIteration as done:
            waiting.pop()
            answer = done.value
        else:
            waiting.append(asked)
            answer = None
    return answer
