"""A ``torch.autograd.Function``, run in double precision, or replayed with a context of ours."""

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
    counted,
    first_line,
    listed,
    named,
)
from chainrule.check.languages import Language
from chainrule.check.languages.frameworks import pytorch
from chainrule.program import Array

MUTABLE = "PyTorch hands the same tensor to others"


class Context:
    """What ``forward`` and ``backward`` get as ``ctx``: a place for attributes, and for tensors."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.saved_tensors: tuple[Any, ...] = ()
        self._saves = 0

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors; a second call forgets those of the first."""
        self._saves += 1
        self.saved_tensors = tensors

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """The old name."""
        return self.saved_tensors

    def mark_non_differentiable(self, *_: Any) -> None:
        """Outputs that have no gradient."""

    def mark_dirty(self, *_: Any) -> None:
        """Inputs that are written into."""

    def set_materialize_grads(self, value: bool) -> None:  # noqa: FBT001 - PyTorch's signature
        """Whether a gradient that nobody computed is zeros or None."""

    def findings(self) -> tuple[Finding, ...]:
        """What was noticed."""
        if self._saves < 2:
            return ()
        return (
            Finding(
                f"ctx.save_for_backward is called {self._saves} times: only what the last call saves is kept. Save all in one call.",
                "saved twice",
                wrong=False,
            ),
        )


@dataclass(frozen=True)
class Torch:
    """A ``torch.autograd.Function``."""

    function: Any

    @property
    def name(self) -> str:
        """The class."""
        return str(self.function.__name__)

    @property
    def backward_name(self) -> str:
        """The method that gives the gradients."""
        return str(inspect.unwrap(self.function.backward).__name__)

    @property
    def line(self) -> int:
        """Where its backward begins."""
        return first_line(self.function.backward)

    @property
    def _separate(self) -> bool:
        """Whether the context is set up by a method of its own."""
        base = type(self.function).__mro__ and self.function.__mro__[1:]
        inherited = next(
            (one.setup_context for one in base if hasattr(one, "setup_context")), None
        )
        return self.function.setup_context is not inherited

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Forward, what sets up the context, backward."""
        setup = (self.function.setup_context,) if self._separate else ()
        return (self.function.forward, *setup, self.function.backward)

    def language(self, scope: Mapping[str, Any]) -> Language:
        """PyTorch."""
        return pytorch(scope)

    def names(self, n_inputs: int) -> list[str]:
        """The names of forward's arguments."""
        return named(self.function.forward, n_inputs, skip=0 if self._separate else 1)

    def plain(self, inputs: Sequence[Any]) -> list[Any]:
        """Tensors and arrays as arrays; one of floats that asks for no gradient is still an array."""
        return [_plain(one) for one in inputs]

    def _wanted(self, inputs: Sequence[Any]) -> list[int]:
        return [
            i
            for i, one in enumerate(inputs)
            if isinstance(one, np.ndarray) and one.dtype.kind == "f"
        ]

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The tensors of floats."""
        names = self.names(len(inputs))
        return [(names[i], i) for i in self._wanted(inputs)]

    def _tensors(self, inputs: Sequence[Any]) -> list[Any]:
        import torch

        wanted = self._wanted(inputs)
        return [
            torch.tensor(one, requires_grad=i in wanted)
            if isinstance(one, np.ndarray)
            else one
            for i, one in enumerate(inputs)
        ]

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The results that are tensors of floats."""
        return [
            np.asarray(one.detach().numpy())
            for one in listed(self.function.apply(*self._tensors(inputs)))
            if one.is_floating_point()
        ]

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """The gradients its backward gives."""
        tensors = self._tensors(inputs)
        grads = self._pulled(self.function.apply(*tensors), tensors, _copied(upstreams))
        return [None if grad is None else grad.numpy() for grad in grads]

    def _pulled(
        self,
        results: Any,
        tensors: Sequence[Any],
        upstreams: Sequence[Any],
        *,
        keep: bool = False,
    ) -> list[Any]:
        import torch

        outs = [one for one in listed(results) if one.requires_grad]
        wanted = [one for one in tensors if getattr(one, "requires_grad", False)]
        grads = torch.autograd.grad(
            outs,
            wanted,
            list(upstreams),
            allow_unused=True,
            retain_graph=keep,
        )
        return list(grads)

    def habits(
        self, inputs: Sequence[Any], upstreams: Sequence[Array]
    ) -> tuple[Finding, ...]:
        """Whether what is handed in is written to, and whether a second backward gives the same."""
        findings: list[Finding] = []
        tensors = self._tensors(inputs)
        results = self.function.apply(*tensors)
        ups = _copied(upstreams)
        first = self._pulled(results, tensors, ups, keep=True)
        for name, up, before in zip(
            self._upstream_names(len(ups)), ups, upstreams, strict=True
        ):
            if not np.array_equal(up.numpy(), before):
                findings.append(
                    Finding(
                        f"{name} is changed in place, and {MUTABLE}. Take {name}.clone() first.",
                        "changed in place",
                        about=name,
                    )
                )
        for name, one, before in zip(
            self.names(len(inputs)), tensors, inputs, strict=True
        ):
            if isinstance(before, np.ndarray) and not np.array_equal(
                one.detach().numpy(), before
            ):
                findings.append(
                    Finding(
                        f"{name} is changed in place: it is the caller's. Take {name}.clone() first.",
                        "changed in place",
                        about=name,
                    )
                )
        if not findings:
            findings += self._second(results, tensors, inputs, upstreams, first)
        return tuple(findings)

    def _second(
        self,
        results: Any,
        tensors: Sequence[Any],
        inputs: Sequence[Any],
        upstreams: Sequence[Array],
        first: Sequence[Any],
    ) -> list[Finding]:
        """A second backward through one context, and one after another forward."""
        try:
            again = self._pulled(results, tensors, _copied(upstreams), keep=True)
        except Exception as error:  # noqa: BLE001 - whatever the user's backward raises
            return [
                Finding(
                    f"A second backward (retain_graph=True) fails: {_said(error)}. Leave what is in ctx as it is.",
                    "ctx used up",
                    wrong=False,
                )
            ]
        if not _same(first, again):
            return [
                Finding(
                    "A second backward (retain_graph=True) gives other gradients: what ctx holds is changed by the first.",
                    "ctx used up",
                    wrong=False,
                )
            ]
        before = self.function.apply(*tensors)
        others = [
            np.asarray(one * 1.5 + 0.25)
            if isinstance(one, np.ndarray) and one.dtype.kind == "f"
            else one
            for one in inputs
        ]
        self.function.apply(*self._tensors(others))
        if not _same(first, self._pulled(before, tensors, _copied(upstreams))):
            return [
                Finding(
                    "The gradient changes when forward runs a second time before backward: keep what backward needs in ctx, not outside of it.",
                    "state outside ctx",
                )
            ]
        return []

    def _upstream_names(self, n: int) -> list[str]:
        return named(self.function.backward, n, skip=1)

    def replay(
        self,
        translated: Sequence[Callable[..., Any]],
        traced: Sequence[Any],
        upstream: Upstream,
    ) -> Replayed:
        """Forward and backward with a context of ours."""
        wanted = [i for i, one in enumerate(traced) if _is_float_traced(one)]
        ctx = Context(tuple(i in wanted for i in range(len(traced))))
        if self._separate:
            forward, setup, backward = translated
            result = forward(*traced)
            setup(ctx, tuple(traced), result)
        else:
            forward, backward = translated
            result = forward(ctx, *traced)
        outs = listed(result)
        ups = upstream(outs, self._upstream_names(len(outs)))
        returned = listed(backward(ctx, *ups))
        found = counted(returned, self.names(len(traced)), wanted, asks="PyTorch")
        return Replayed(found.gradients, (*found.findings, *ctx.findings()))


def _copied(upstreams: Sequence[Array]) -> list[Any]:
    """Tensors of their own: a backward may write into what it is given."""
    import torch

    return [torch.tensor(one) for one in upstreams]


def _is_float_traced(one: Any) -> bool:
    return getattr(getattr(one, "dtype", None), "kind", "") == "f"


def _plain(one: Any) -> Any:
    array = one.detach().cpu().numpy() if hasattr(one, "detach") else one
    if isinstance(array, np.ndarray):
        return array.astype(float) if array.dtype.kind == "f" else array
    return one


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(
        (a is None and b is None)
        or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))
        for a, b in zip(one, other, strict=True)
    )


def _said(error: BaseException) -> str:
    first = str(error).strip().splitlines()
    return f"{type(error).__name__}{f': {first[0]}' if first else ''}".rstrip(".")
