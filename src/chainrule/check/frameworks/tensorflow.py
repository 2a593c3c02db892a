"""A function decorated with ``tf.custom_gradient``, run in double precision, or replayed."""

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
from chainrule.check.languages.frameworks import eager_tensorflow
from chainrule.program import Array


@dataclass(frozen=True)
class TensorFlow:
    """A function that returns its result and a function for the gradient."""

    function: Any

    @property
    def _inner(self) -> Callable[..., Any]:
        inner: Callable[..., Any] = inspect.unwrap(self.function)
        return inner

    @property
    def name(self) -> str:
        """The function."""
        return str(getattr(self.function, "__name__", "custom_gradient"))

    @property
    def backward_name(self) -> str:
        """The function inside, by the name most give it."""
        names = [
            one.co_name
            for one in self._inner.__code__.co_consts
            if hasattr(one, "co_name")
        ]
        return names[-1] if names else "grad"

    @property
    def line(self) -> int:
        """Where it begins."""
        return first_line(self.function)

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """The function, which defines the other."""
        return (self._inner,)

    def language(self, scope: Mapping[str, Any]) -> Language:
        """TensorFlow."""
        return eager_tensorflow(scope)

    def names(self, n_inputs: int) -> list[str]:
        """The names of the function's arguments."""
        return named(self._inner, n_inputs)

    def plain(self, inputs: Sequence[Any]) -> list[Any]:
        """Tensors and arrays of floats in double precision."""
        return [_plain(one) for one in inputs]

    def _wanted(self, inputs: Sequence[Any]) -> list[int]:
        return [
            i
            for i, one in enumerate(inputs)
            if getattr(getattr(one, "dtype", None), "kind", "") == "f"
        ]

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The tensors of floats."""
        names = self.names(len(inputs))
        return [(names[i], i) for i in self._wanted(inputs)]

    def _tensors(self, inputs: Sequence[Any]) -> list[Any]:
        import tensorflow as tf

        return [
            tf.constant(one) if isinstance(one, np.ndarray) else one for one in inputs
        ]

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The results of floats."""
        results = listed(self.function(*self._tensors(inputs)))
        return [np.asarray(one) for one in results if one.dtype.is_floating]

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """The gradients its gradient function gives."""
        import tensorflow as tf

        tensors = self._tensors(inputs)
        wanted = [tensors[i] for i in self._wanted(inputs)]
        with tf.GradientTape() as tape:
            tape.watch(wanted)
            outs = [
                one for one in listed(self.function(*tensors)) if one.dtype.is_floating
            ]
        grads = tape.gradient(
            outs, wanted, output_gradients=[tf.constant(one) for one in upstreams]
        )
        return [None if grad is None else np.asarray(grad) for grad in grads]

    def habits(
        self, inputs: Sequence[Any], upstreams: Sequence[Array]
    ) -> tuple[Finding, ...]:
        """Nothing: tensors cannot be written to."""
        del inputs, upstreams
        return ()

    def replay(
        self,
        translated: Sequence[Callable[..., Any]],
        traced: Sequence[Any],
        upstream: Upstream,
    ) -> Replayed:
        """The result, and the function beside it called with its gradient."""
        (function,) = translated
        result, grad = function(*traced)
        outs = listed(result)
        ups = upstream(outs, named(grad, len(outs)))
        returned = listed(grad(*ups))
        return counted(
            returned,
            self.names(len(traced)),
            self._wanted(traced),
            asks="TensorFlow",
        )


def _plain(one: Any) -> Any:
    array = one.numpy() if hasattr(one, "numpy") else one
    if isinstance(array, np.ndarray | np.generic):
        array = np.asarray(array)
        return array.astype(float) if array.dtype.kind == "f" else array
    return one
