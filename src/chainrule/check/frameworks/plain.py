"""A forward and a backward function in NumPy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.frameworks.custom import (
    Finding,
    Replayed,
    Upstream,
    first_line,
    gradient_names,
    is_float,
    listed,
    named,
)
from chainrule.check.languages import NUMPY, Language
from chainrule.program import Array


@dataclass(frozen=True)
class Plain:
    """Two functions of arrays."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]

    @property
    def name(self) -> str:
        """The backward's name."""
        return getattr(self.backward, "__name__", "backward")

    backward_name = name

    @property
    def line(self) -> int:
        """Where the backward begins."""
        return first_line(self.backward)

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Both."""
        return (self.forward, self.backward)

    def language(self, scope: Mapping[str, Any]) -> Language:
        """NumPy."""
        del scope
        return NUMPY

    def names(self, n_inputs: int) -> list[str]:
        """The names of forward's arguments."""
        return named(self.forward, n_inputs)

    def plain(self, inputs: Sequence[Any]) -> list[Any]:
        """Floats in double precision, so that noise is not mistaken for an error."""
        return [
            np.array(one, float)
            if is_float(one) or isinstance(one, list | tuple)
            else one
            for one in inputs
        ]

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs."""
        names = named(self.forward, len(inputs))
        return [(names[i], i) for i, one in enumerate(inputs) if is_float(one)]

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The result, without the cache."""
        result = self.forward(*map(_own, inputs))
        return [
            np.asarray(result[0] if isinstance(result, tuple) else result, dtype=float)
        ]

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """What the backward returns, by input."""
        given = list(map(_own, inputs))
        result = self.forward(*given)
        rest = result[1:] if isinstance(result, tuple) else tuple(given)
        returned = self.backward(upstreams[0].copy(), *rest)
        replayed = self._paired(returned, inputs)
        return [replayed.get(i) for _, i in self.arguments(inputs)]

    def habits(
        self, inputs: Sequence[Any], upstreams: Sequence[Array]
    ) -> tuple[Finding, ...]:
        """Whether the backward writes into the gradient it is given, or the forward into its inputs."""
        before = [one.copy() if isinstance(one, np.ndarray) else one for one in inputs]
        given, upstream = list(map(_own, inputs)), upstreams[0].copy()
        result = self.forward(*given)
        rest = result[1:] if isinstance(result, tuple) else tuple(given)
        self.backward(upstream, *rest)
        findings = []
        if not np.array_equal(upstream, upstreams[0]):
            name = next(iter(inspect.signature(self.backward).parameters), "it")
            findings.append(
                Finding(
                    f"{name} is changed in place: who handed it over may need it again. Take {name}.copy() first.",
                    "changed in place",
                    wrong=False,
                    about=name,
                )
            )
        names = named(self.forward, len(inputs))
        findings += [
            Finding(
                f"{name} is changed in place: it is the caller's. Take {name}.copy() first.",
                "changed in place",
                wrong=False,
                about=name,
            )
            for name, one, held in zip(names, before, given, strict=True)
            if isinstance(one, np.ndarray) and not np.array_equal(one, held)
        ]
        return tuple(findings)

    def replay(
        self,
        translated: Sequence[Callable[..., Any]],
        traced: Sequence[Any],
        upstream: Upstream,
    ) -> Replayed:
        """Forward and backward by the translated functions."""
        forward, backward = translated
        result = forward(*traced)
        out, rest = (
            (result[0], result[1:])
            if isinstance(result, tuple)
            else (result, tuple(traced))
        )
        (dy,) = upstream([out], named(self.backward, 1))
        return Replayed(self._paired(backward(dy, *rest), traced))

    def _paired(self, returned: Any, inputs: Sequence[Any]) -> dict[int, Any]:
        """Each returned gradient by the position of its input.

        Raises:
            ValueError: if there are more or fewer than float inputs.
        """
        floats = [
            (name, i)
            for i, (name, one) in enumerate(
                zip(named(self.forward, len(inputs)), inputs, strict=True)
            )
            if is_float(one) or getattr(getattr(one, "dtype", None), "kind", "") == "f"
        ]
        if isinstance(returned, dict):
            found = {}
            for key, one in returned.items():
                position = next(
                    (i for n, i in floats if key in gradient_names(n)), None
                )
                if position is not None:
                    found[position] = one
            return found
        grads = listed(returned)
        if len(grads) == len(inputs):
            return {i: grads[i] for _, i in floats}
        if len(grads) != len(floats):
            message = f"backward returned {len(grads)} gradients for {len(floats)} float inputs ({', '.join(n for n, _ in floats)})"
            raise ValueError(message)
        return dict(zip((i for _, i in floats), grads, strict=True))


def _own(one: Any) -> Any:
    return one.copy() if isinstance(one, np.ndarray) else one
