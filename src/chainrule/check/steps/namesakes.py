"""What a script can reach from its names, and which of it is called the gradient of what.

A gradient is called by the last name on the way to it (``dW1``, ``net[0].dW``), or stands in something that is called
so as what it is of stands elsewhere: ``grads["W1"]`` and ``params["W1"]``, ``layer.grads["W"]`` and ``layer.W``, the
list ``nabla_w`` and the only other list of these shapes.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, replace
from typing import Any

from chainrule.check.names import (
    LISTED,
    OF_GRADIENTS,
    OF_PARAMETERS,
    THE_GRADIENT,
    bases,
    names_a_gradient,
)
from chainrule.program import Shape, Value
from chainrule.trace import Traced
from chainrule.trace.instrument.code import functions_in, is_library

DEEPEST, MOST = 5, 400
"""How far from a name of the script is looked, and how much."""
Way = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """An array or a number: how it is written, the names, keys and places on the way to it, and what it is.

    ``is_fixed`` says that it stands in a tuple, and no other can be put there.
    """

    text: str
    way: Way
    value: Value
    is_fixed: bool

    @property
    def word(self) -> str:
        """The last name on the way."""
        return next((one for one in reversed(self.way) if isinstance(one, str)), "")

    @property
    def of(self) -> list[Way]:
        """The ways to what this may be the gradient of, the likeliest first; none where no name speaks of one."""
        found: list[Way] = [()]
        speaks = False
        for i, step in enumerate(self.way):
            others: list[Hashable] = [step]
            is_last_word = isinstance(step, str) and not any(
                isinstance(one, str) for one in self.way[i + 1 :]
            )
            if isinstance(step, str) and OF_GRADIENTS.match(step) and not is_last_word:
                speaks, others = True, []
            elif is_last_word and isinstance(step, str) and names_a_gradient(step):
                speaks, others = True, list(bases(step))
            if others:
                found = [(*way, one) for one in others for way in found]
        return [_plainly(way) for way in found] if speaks else []


def namesakes(
    held: Mapping[str, Any],
    position: Mapping[Value, int],
    origin: Callable[[Value], Value],
) -> tuple[list[tuple[Reached, Reached]], bool]:
    """What is called a gradient, and the input that it is called the gradient of; of several, the one made last.

    Beside them, whether that is all: of a list of gradients some may not have the shapes of what they are of.
    ``position`` says where each value is computed, -1 of an input, and ``origin`` what another name or version is of.
    """
    named = (replace(one, value=origin(one.value)) for one in reached(held))
    # what a script was stopped at may hold what was never recorded
    there = [one for one in named if one.value in position]
    made = [one for one in there if position[one.value] >= 0]
    roots = [
        one
        for one in there
        if position[one.value] < 0 and one.value.differentiable and not one.is_fixed
    ]
    lists = dict(_of_lists(roots, made))
    is_all = all(of is not None for of in lists.values())
    return paired(made, roots, position, lists), is_all


def paired(
    made: Iterable[Reached],
    roots: Sequence[Reached],
    position: Mapping[Value, int],
    lists: Mapping[Reached, Reached | None] | None = None,
) -> list[tuple[Reached, Reached]]:
    """What is called the gradient of a root, and the root; ``lists`` says it of what stands in lists."""
    found: dict[Value, tuple[Reached, Reached]] = {}
    # of dW and what a penalty is added to it in, the one that is made last
    for one in sorted(made, key=lambda one: position[one.value]):
        alike = [root for root in roots if root.value.shape == one.value.shape]
        of = _named_by(one, alike) or (lists or {}).get(one) or _spread(one, roots)
        if of is None and THE_GRADIENT.fullmatch(one.word) and len(alike) == 1:
            (of,) = alike
        if of is not None:
            found[of.value] = one, of
    return list(found.values())


def _named_by(gradient: Reached, alike: list[Reached]) -> Reached | None:
    for wanted in gradient.of:
        same = [one for one in alike if _plainly(one.way) == wanted]
        near = {
            one.value: one for one in alike if _ends_alike(_plainly(one.way), wanted)
        }
        if same or len(near) == 1:
            return same[0] if same else next(iter(near.values()))
    return None


def _spread(gradient: Reached, roots: Sequence[Reached]) -> Reached | None:
    """What a gradient of another shape is called after: a sum over everything is taken off of every entry."""
    shape = gradient.value.shape
    return _named_by(gradient, [one for one in roots if _fits(shape, one.value.shape)])


def _fits(small: Shape, large: Shape) -> bool:
    """Whether an array spreads over another."""
    ends = zip(reversed(small), reversed(large), strict=False)
    return len(small) <= len(large) and all(n in (1, most) for n, most in ends)


def _ends_alike(way: Way, wanted: Way) -> bool:
    """``grads["W1"]`` and ``net.W1``: one is reached by some steps more."""
    n = min(len(way), len(wanted))
    return n > 0 and way[-n:] == wanted[-n:] and isinstance(way[-1], str)


def _plainly(way: Way) -> Way:
    """A way without what says no more than that something is learnt, if anything is left."""
    left = tuple(
        one
        for one in way
        if not (isinstance(one, str) and OF_PARAMETERS.fullmatch(one))
    )
    return left or way


def _of_lists(
    roots: list[Reached], made: list[Reached]
) -> Iterator[tuple[Reached, Reached | None]]:
    """Lists that are called gradients, place by place with the list of inputs that has most of their shapes."""
    theirs, mine = _lists(roots), _lists(made)
    for way, several in mine.items():
        name = way[-1] if way else ""
        if not isinstance(name, str) or not LISTED.match(name):
            continue
        shapes = _shapes(several)
        shared = {
            theirs_way: shapes.items() & _shapes(one).items()
            for theirs_way, one in theirs.items()
            if one.keys() == several.keys()
        }
        most = max(map(len, shared.values()), default=0)
        alike = [theirs_way for theirs_way, same in shared.items() if len(same) == most]
        if most and len(alike) == 1:
            for place, one in several.items():
                of = theirs[alike[0]][place]
                yield one, of if of.value.shape == one.value.shape else None


def _lists(several: list[Reached]) -> dict[Way, dict[Hashable, Reached]]:
    found: dict[Way, dict[Hashable, Reached]] = {}
    for one in several:
        if len(one.way) > 1 and isinstance(one.way[-1], int):
            found.setdefault(one.way[:-1], {})[one.way[-1]] = one
    return found


def _shapes(several: Mapping[Hashable, Reached]) -> dict[Hashable, Shape]:
    return {place: one.value.shape for place, one in several.items()}


def reached(held: Mapping[str, Any]) -> Iterator[Reached]:
    """Every array and number that the names of a script lead to, by items and attributes."""
    seen = set[int]()
    ahead: list[tuple[str, Way, Any, bool]] = [
        (name, (name,), item, False) for name, item in held.items()
    ]
    n = 0
    while ahead and n < MOST:
        text, way, item, is_fixed = ahead.pop(0)
        if isinstance(item, Traced):
            n += 1
            yield Reached(text, way, item.value, is_fixed)
        elif len(way) < DEEPEST and id(item) not in seen:
            parts = list(_parts(item))
            if parts:
                seen.add(id(item))
            ahead += [
                (text + written, (*way, step), part, isinstance(item, tuple))
                for written, step, part in parts
            ]


def _parts(item: Any) -> Iterator[tuple[str, Hashable, Any]]:
    """What a list, a dict or an object of the script's own holds, and how it is written."""
    match item:
        case dict():
            for key, part in item.items():
                if isinstance(key, str | int):
                    yield f"[{key!r}]", key, part
        case list() | tuple():
            for place, part in enumerate(item):
                yield f"[{place}]", place, part
        case _ if hasattr(item, "__dict__") and any(
            not is_library(one.__code__.co_filename) for one in functions_in(type(item))
        ):
            for name, part in vars(item).items():
                yield f".{name}", name, part
