"""A ``jax.custom_vjp`` function, run in double precision, or replayed through its fwd and bwd."""

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
    is_float,
    listed,
    named,
)
from chainrule.check.languages import Language
from chainrule.check.languages.frameworks import jax_numpy
from chainrule.program import Array


@dataclass(frozen=True)
class Jax:
    """A ``jax.custom_vjp`` function."""

    function: Any

    @property
    def name(self) -> str:
        """The function."""
        return str(getattr(self.function, "__name__", "custom_vjp"))

    @property
    def backward_name(self) -> str:
        """The function that gives the gradients."""
        return str(getattr(inspect.unwrap(self.function.bwd), "__name__", "bwd"))

    @property
    def line(self) -> int:
        """Where its backward begins."""
        return first_line(self.function.bwd)

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """Those given to ``defvjp``."""
        return (self.function.fwd, self.function.bwd)

    def language(self, scope: Mapping[str, Any]) -> Language:
        """JAX."""
        return jax_numpy(scope)

    @property
    def _fixed(self) -> tuple[int, ...]:
        """The positions of arguments that are no arrays."""
        return tuple(self.function.nondiff_argnums or ())

    def names(self, n_inputs: int) -> list[str]:
        """The names of the function's arguments."""
        return named(inspect.unwrap(self.function), n_inputs)

    def plain(self, inputs: Sequence[Any]) -> list[Any]:
        """Arrays of floats in double precision."""
        return [
            _wide(one)
            if i not in self._fixed and (hasattr(one, "dtype") or is_float(one))
            else one
            for i, one in enumerate(inputs)
        ]

    def _wanted(self, inputs: Sequence[Any]) -> list[int]:
        return [
            i
            for i, one in enumerate(inputs)
            if i not in self._fixed
            and (is_float(one) or getattr(getattr(one, "dtype", 0), "kind", "") == "f")
        ]

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs."""
        names = self.names(len(inputs))
        return [(names[i], i) for i in self._wanted(inputs)]

    def _arrays(self, inputs: Sequence[Any]) -> list[Any]:
        import jax.numpy as jnp

        wanted = self._wanted(inputs)
        return [
            jnp.asarray(one, dtype="float64") if i in wanted else one
            for i, one in enumerate(inputs)
        ]

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The results of floats."""
        import jax

        with _double(jax):
            return [
                np.asarray(one)
                for one in listed(self.function(*self._arrays(inputs)))
                if one.dtype.kind == "f"
            ]

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """The gradients its backward gives."""
        import jax

        with _double(jax):
            arrays, wanted = self._arrays(inputs), self._wanted(inputs)

            def of_floats(*floats: Any) -> Any:
                given = dict(zip(wanted, floats, strict=True))
                return self.function(
                    *(given.get(i, one) for i, one in enumerate(arrays))
                )

            out, back = jax.vjp(of_floats, *(arrays[i] for i in wanted))
            ups = iter(upstreams)
            given = [
                jax.numpy.asarray(next(ups))
                if one.dtype.kind == "f"
                else np.zeros(one.shape, jax.dtypes.float0)
                for one in listed(out)
            ]
            grads = back(
                type(out)(given) if isinstance(out, tuple | list) else given[0]
            )
            return [np.asarray(one) for one in grads]

    def habits(
        self, inputs: Sequence[Any], upstreams: Sequence[Array]
    ) -> tuple[Finding, ...]:
        """Whether fwd gives what the function itself gives: JAX calls one or the other."""
        del upstreams
        import jax

        with _double(jax):
            arrays = self._arrays(inputs)
            own = [np.asarray(one) for one in listed(self.function(*arrays))]
            out = self.function.fwd(*arrays)
            found = [np.asarray(one) for one in listed(out[0])]
        if len(own) == len(found) and all(
            a.shape == b.shape
            and np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)
            for a, b in zip(own, found, strict=True)
        ):
            return ()
        return (
            Finding(
                f"fwd gives another value than {self.name} itself: the function changes when it is differentiated.",
                "forward differs",
            ),
        )

    def replay(
        self,
        translated: Sequence[Callable[..., Any]],
        traced: Sequence[Any],
        upstream: Upstream,
    ) -> Replayed:
        """What fwd keeps, handed to bwd."""
        fwd, bwd = translated
        result, kept = fwd(*traced)
        outs = listed(result)
        skip = len(self._fixed) + 1
        (name,) = named(self.function.bwd, 1, skip=skip)
        names = [name] if len(outs) == 1 else [f"{name}_{i}" for i in range(len(outs))]
        ups = upstream(outs, names)
        given = type(result)(ups) if isinstance(result, tuple | list) else ups[0]
        fixed = [traced[i] for i in self._fixed]
        returned = bwd(*fixed, kept, given)
        free = [i for i in range(len(traced)) if i not in self._fixed]
        names = self.names(len(traced))
        wanted = [j for j, i in enumerate(free) if i in self._wanted(traced)]
        found = counted(listed(returned), [names[i] for i in free], wanted, asks="JAX")
        findings = list(found.findings)
        if not isinstance(returned, tuple | list):
            findings.insert(
                0,
                Finding(
                    "bwd returns an array and not a tuple: JAX wants a tuple, also of one gradient.",
                    "not a tuple",
                ),
            )
        return Replayed(
            {free[j]: one for j, one in found.gradients.items()}, tuple(findings)
        )


def _wide(one: Any) -> Any:
    array = np.asarray(one)
    return array.astype(float) if array.dtype.kind == "f" else array


def _double(jax: Any) -> Any:
    """JAX in double precision for a while; the name has moved between versions."""
    found = getattr(jax, "enable_x64", None)
    return found(True) if found is not None else jax.experimental.enable_x64()
