"""Custom gradients of PyTorch, JAX and TensorFlow as functions of plain arrays."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.differences import Differentiable
from chainrule.program import Array


def adapter(function: Any) -> Differentiable | None:
    """The adapter for a framework's custom gradient; None for a plain function."""
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    if (
        torch is not None
        and inspect.isclass(function)
        and issubclass(function, torch.autograd.Function)
    ):
        return Torch(function)
    if jax is not None and isinstance(function, jax.custom_vjp):
        return Jax(function)
    if "tensorflow" in sys.modules and _is_tensorflow(function):
        return TensorFlow(function)
    return None


def _is_tensorflow(function: Any) -> bool:
    """Whether a function was decorated with ``tf.custom_gradient``."""
    code = getattr(
        getattr(function, "__wrapped__", None) and function, "__code__", None
    )
    decorator = getattr(function, "_tf_decorator", None)
    return decorator is not None or (
        code is not None and "custom_gradient" in code.co_filename
    )


def plain(forward: Callable[..., Any], backward: Callable[..., Any]) -> Differentiable:
    """A forward and a backward function in NumPy that cannot be followed."""
    return Plain(forward, backward)


def _floats(inputs: Sequence[Any]) -> list[int]:
    return [i for i, one in enumerate(inputs) if np.asarray(one).dtype.kind == "f"]


def _named(
    function: Any, inputs: Sequence[Any], *, skip: int = 0
) -> list[tuple[str, int]]:
    try:
        names = list(inspect.signature(function).parameters)[skip:]
    except (TypeError, ValueError):
        names = []
    return [(names[i] if i < len(names) else f"arg{i}", i) for i in _floats(inputs)]


def _line(function: Any) -> int:
    try:
        return inspect.getsourcelines(function)[1]
    except (OSError, TypeError):
        return 0


@dataclass(frozen=True)
class Plain:
    """Two functions of arrays."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]

    @property
    def name(self) -> str:
        """The backward's name."""
        return getattr(self.backward, "__name__", "backward")

    @property
    def line(self) -> int:
        """Where the backward begins."""
        return _line(self.backward)

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs."""
        return _named(self.forward, inputs)

    def value(self, inputs: Sequence[Any]) -> Array:
        """The result, without the cache."""
        result = self.forward(*inputs)
        return np.asarray(
            result[0] if isinstance(result, tuple) else result, dtype=float
        )

    def pull(self, inputs: Sequence[Any], upstream: Array) -> list[Any]:
        """What the backward returns, by input."""
        result = self.forward(*inputs)
        rest = result[1:] if isinstance(result, tuple) else tuple(inputs)
        grads = self.backward(upstream, *rest)
        wanted = self.arguments(inputs)
        if isinstance(grads, dict):
            keys = {
                key.removeprefix("d").removeprefix("_"): one
                for key, one in grads.items()
            }
            return [grads.get(name, keys.get(name)) for name, _ in wanted]
        listed = list(grads) if isinstance(grads, tuple | list) else [grads]
        return [listed[i] for _, i in wanted] if len(listed) == len(inputs) else listed


@dataclass(frozen=True)
class Torch:
    """A ``torch.autograd.Function``, run in double precision."""

    function: Any

    @property
    def name(self) -> str:
        """The class."""
        return str(self.function.__name__)

    @property
    def line(self) -> int:
        """Where its backward begins."""
        return _line(self.function.backward)

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs, by the names in ``forward`` (after ctx, where there is one)."""
        names = list(inspect.signature(self.function.forward).parameters)
        return _named(
            self.function.forward,
            [_array(x) for x in inputs],
            skip=int(names[:1] == ["ctx"]),
        )

    def _tensors(self, inputs: Sequence[Any]) -> list[Any]:
        import torch

        floats = _floats([_array(x) for x in inputs])
        return [
            torch.tensor(_array(one), dtype=torch.float64, requires_grad=True)
            if i in floats
            else one
            for i, one in enumerate(inputs)
        ]

    def value(self, inputs: Sequence[Any]) -> Array:
        """The result."""
        return np.asarray(self.function.apply(*self._tensors(inputs)).detach().numpy())

    def pull(self, inputs: Sequence[Any], upstream: Array) -> list[Any]:
        """The gradients its backward gives."""
        import torch

        tensors = self._tensors(inputs)
        out = self.function.apply(*tensors)
        wanted = [tensors[i] for _, i in self.arguments(inputs)]
        grads = torch.autograd.grad(
            out, wanted, torch.tensor(upstream), allow_unused=True
        )
        return [None if grad is None else grad.numpy() for grad in grads]


@dataclass(frozen=True)
class Jax:
    """A ``jax.custom_vjp`` function, run in double precision."""

    function: Any

    @property
    def name(self) -> str:
        """The function."""
        return str(getattr(self.function, "__name__", "custom_vjp"))

    @property
    def line(self) -> int:
        """Where its backward begins."""
        return _line(getattr(self.function, "bwd", None))

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs."""
        return _named(self.function, [np.asarray(x) for x in inputs])

    def _arrays(self, inputs: Sequence[Any]) -> list[Any]:
        import jax.numpy as jnp

        arrays = [np.asarray(x) for x in inputs]
        return [
            jnp.asarray(a, dtype="float64") if a.dtype.kind == "f" else x
            for a, x in zip(arrays, inputs, strict=True)
        ]

    def value(self, inputs: Sequence[Any]) -> Array:
        """The result."""
        import jax

        with _double(jax):
            return np.asarray(self.function(*self._arrays(inputs)))

    def pull(self, inputs: Sequence[Any], upstream: Array) -> list[Any]:
        """The gradients its backward gives."""
        import jax

        with _double(jax):
            _, back = jax.vjp(self.function, *self._arrays(inputs))
            grads = back(jax.numpy.asarray(upstream))
            return [np.asarray(grads[i]) for _, i in self.arguments(inputs)]


@dataclass(frozen=True)
class TensorFlow:
    """A function decorated with ``tf.custom_gradient``, run in double precision."""

    function: Any

    @property
    def name(self) -> str:
        """The function."""
        return str(getattr(self.function, "__name__", "custom_gradient"))

    @property
    def line(self) -> int:
        """Where it begins."""
        return _line(inspect.unwrap(self.function))

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The float inputs."""
        return _named(inspect.unwrap(self.function), [np.asarray(x) for x in inputs])

    def _tensors(self, inputs: Sequence[Any]) -> list[Any]:
        import tensorflow as tf

        arrays = [np.asarray(x) for x in inputs]
        return [
            tf.constant(a, dtype=tf.float64) if a.dtype.kind == "f" else x
            for a, x in zip(arrays, inputs, strict=True)
        ]

    def value(self, inputs: Sequence[Any]) -> Array:
        """The result."""
        return np.asarray(self.function(*self._tensors(inputs)))

    def pull(self, inputs: Sequence[Any], upstream: Array) -> list[Any]:
        """The gradients its gradient function gives."""
        import tensorflow as tf

        tensors = self._tensors(inputs)
        with tf.GradientTape() as tape:
            for i in _floats([np.asarray(x) for x in inputs]):
                tape.watch(tensors[i])
            out = self.function(*tensors)
        wanted = [tensors[i] for _, i in self.arguments(inputs)]
        grads = tape.gradient(out, wanted, output_gradients=tf.constant(upstream))
        return [None if grad is None else np.asarray(grad) for grad in grads]


def _double(jax: Any) -> Any:
    """JAX in double precision for a while; the name has moved between versions."""
    found = getattr(jax, "enable_x64", None)
    return found(True) if found is not None else jax.experimental.enable_x64()


def _array(one: Any) -> Array:
    return np.asarray(one.detach().numpy() if hasattr(one, "detach") else one)
