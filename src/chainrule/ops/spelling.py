"""Spellings that choose: calls that leave out what is at its default, and say a dialect's own words for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.program import Arg, Shape, Value


@dataclass(frozen=True, slots=True)
class Site:
    """Where a spelling is used: the line's arguments and their shapes, its parameters as numbers, its result."""

    args: tuple[Arg, ...]
    params: Mapping[str, Any]
    shapes: tuple[Shape, ...]
    result: Value


Spelling = Callable[[Site], str]


def call(function: str, defaults: Mapping[str, Any], **renamed: str) -> Spelling:
    """``function`` of all arguments and of those parameters that are not at their ``defaults``.

    What is ``renamed`` has another word in the dialect, or none.
    """

    def template(site: Site) -> str:
        words = [f"{{{position}}}" for position in range(len(site.args))]
        said = [name for name, usual in defaults.items() if site.params[name] != usual]
        words += [f"{renamed.get(name, name)}={{{name}}}".lstrip("=") for name in said]
        return f"{function}({', '.join(words)})"

    return template


def torch_reduction(function: str) -> Spelling:
    """A reduction in PyTorch, which calls an axis ``dim`` and wants it named where it is kept."""

    def template(site: Site) -> str:
        axis, keepdims = site.params["axis"], site.params.get("keepdims", False)
        if axis is None and not keepdims:
            return f"{function}({{0}})"
        dim = tuple(range(len(site.shapes[0]))) if axis is None else axis
        return f"{function}({{0}}, dim={dim}{', keepdim=True' if keepdims else ''})"

    return template


def tf_reduction(function: str) -> Spelling:
    """A reduction in TensorFlow."""
    return call(function, {"axis": None, "keepdims": False})


def tensors(function: str) -> Spelling:
    """A PyTorch function of two tensors, where a plain number is made one like the other argument."""

    def template(site: Site) -> str:
        words = ["{0}", "{1}"]
        for position, other in ((0, 1), (1, 0)):
            if not isinstance(site.args[position], Value):
                words[position] = f"torch.full_like({{{other}}}, {{{position}}})"
        return f"{function}({', '.join(words)})"

    return template


def fixed(template: str) -> Spelling:
    """A template whose ``<axis>`` is always written out, also where it is the default."""

    def filled(site: Site) -> str:
        text = template
        for name, param in site.params.items():
            text = text.replace(f"<{name}>", repr(param))
        return text

    return filled


def ndim(site: Site) -> int:
    """How many axes the first argument has."""
    return len(site.shapes[0])


def axes_listed(site: Site, axis: Any) -> tuple[int, ...]:
    """The axes of a parameter as non-negative integers; None means all."""
    if axis is None:
        return tuple(range(ndim(site)))
    listed = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(int(one) % ndim(site) for one in listed)
