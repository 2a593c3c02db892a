"""What stands between a user's code and its framework while it runs: every call on stand-ins is recorded as ops.

The source runs as it is written. Only where it reads an attribute, ``torch.sum`` or ``x.sum``, a listener is asked:
of a framework's module, or of a stand-in, it gives the function that records; of anything else, what is there.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.languages.language import Language
from chainrule.check.languages.namespace import NAMESPACE
from chainrule.program import ProgramError
from chainrule.trace import Traced

HEAR = "__chainrule_hear__"
RETURNED = "__chainrule_returned__"
GIVEN = "__chainrule_given__"
IGNORED = frozenset(
    {
        "dtype", "device", "requires_grad", "memory_format", "generator", "out_type", "name", "precision",
        "preferred_element_type", "copy", "dim_size",
    }
)  # fmt: skip
KINDS = {
    re.compile(r"(b?float|double|half)\d*$"): float,
    re.compile(r"(u?int|long|short)\d*$"): int,
    re.compile(r"bool_?$"): bool,
}
ABOUT = {"device": None, "requires_grad": True, "is_cuda": False, "layout": None}
"""What tensors tell about themselves that no gradient hangs on."""
MODES = frozenset({"no_grad", "enable_grad", "autocast", "name_scope"})
"""What only says how the framework should follow along."""
DERIVED = frozenset({"backward", "grad", "requires_grad_"})
"""What is asked of a tensor whose gradient is not taken by hand."""
Extreme = namedtuple("Extreme", ("values", "indices"))  # noqa: PYI024 - as PyTorch gives it


class Unknown(Exception):  # noqa: N818 - it says what happened
    """A call that has no word in NumPy or the catalogue."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text} is not known here")


class Listener:
    """Answers what a framework's module, or a stand-in, has under a name."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._paths: dict[ModuleType, str] = {}

    def names(self) -> dict[str, Any]:
        """What code that is listened to calls, and what it has imported by name."""
        found: dict[str, Any] = {HEAR: self.hear}
        for name, held in self.language.scope.items():
            path = self.language.path_of_function(held)
            if path is not None:
                found[name] = partial(self.call, path)
        return found

    def hear(self, owner: Any, name: str) -> Any:
        """``owner.name``."""
        if type(owner) is Traced:
            return self._of_array(owner, name)
        if isinstance(owner, ModuleType):
            path = self._paths.get(owner) or self.language.path_of(owner)
            if path is not None:
                return self._of_module(owner, path, name)
        return getattr(owner, name)

    def _of_module(self, module: ModuleType, path: str, name: str) -> Any:
        for pattern, kind in KINDS.items():
            if pattern.match(name):
                return kind
        held = getattr(module, name)
        if isinstance(held, ModuleType):
            self._paths[held] = self.language.named(held) or f"{path}.{name}"
        if isinstance(held, ModuleType) or name in MODES:
            return held
        if not callable(held):
            return getattr(np, name, held)
        if path == self.language.numpy_like and isinstance(held, np.ufunc):
            return getattr(np, name)
        return partial(self.call, f"{path}.{name}")

    def _of_array(self, array: Traced, name: str) -> Any:
        language = self.language
        if name in language.attributes:
            return _evaluated(
                ast.parse(language.attributes[name], mode="eval").body, {"x": array}
            )
        if name == "at" and language.numpy_like:
            return _At(array)
        if language.methods:
            if name in DERIVED:
                raise ProgramError(
                    "E329",
                    f"the gradients are {language.name}'s own here: no hand-written backward pass was found",
                    hint="chainrule explain tells the gradients of a forward pass in NumPy",
                )
            if name in ABOUT:
                return ABOUT[name]
            path = f"{language.home}{name}"
            if language.knows(path):
                return partial(self.call, path, array)
            if name.endswith("_") and not name.startswith("_"):
                return partial(self._written, array, name.removesuffix("_"))
        return getattr(array, name)

    def _written(self, array: Traced, name: str, *args: Any, **options: Any) -> Traced:
        """``g.mul_(m)``: what it gives is written into ``g``."""
        match name, args:
            case "masked_fill", (mask, value):
                array[mask] = value
            case "zero", ():
                array[...] = 0.0
            case (("copy" | "fill"), (value, *_)):
                array[...] = value
            case _:
                found = self.call(f"{self.language.home}{name}", array, *args, **options)  # fmt: skip
                array[...] = found
        return array

    def call(self, path: str, *args: Any, **options: Any) -> Any:
        """A framework's function, recorded as what it is in NumPy or the catalogue.

        Raises:
            Unknown: if it has no word there.
        """
        language = self.language
        given = {key: one for key, one in options.items() if key not in IGNORED}
        if "unbiased" in given:
            given["correction"] = int(bool(given.pop("unbiased")))
        prefix, _, name = path.rpartition(".")
        if language.methods and name in ("max", "min") and len(args) + len(given) > 1:
            return self._extreme(name, *args, **given)
        for phrase in language.by_name.get(path, ()):
            known = {
                key
                if key in phrase.parameters
                else language.synonyms.get(key, key): one
                for key, one in given.items()
            }
            filled = phrase.applied(args, known)
            if filled is not None:
                return _evaluated(*filled)
        if name == "matmul":
            sides = [_turned(side, given.pop(f"transpose_{letter}", False)) for side, letter in zip(args, "ab", strict=True)]  # fmt: skip
            if not given:
                return sides[0] @ sides[1]
        for known_path in (path, f"{language.home}{name}"):
            if known_path in language.elementwise and not given:
                return getattr(NAMESPACE, language.elementwise[known_path])(*args)
        if language.numpy_like and prefix.startswith(language.numpy_like):
            inner = prefix.removeprefix(language.numpy_like).removeprefix(".")
            place = getattr(np, inner) if inner else NAMESPACE
            if hasattr(place, name):
                return getattr(place, name)(*args, **given)
        return self._by_itself(path, args, options)

    def _by_itself(
        self, path: str, args: tuple[Any, ...], options: Mapping[str, Any]
    ) -> Any:
        """A function that nothing recorded goes into, called; its tensors are arrays."""
        if any(type(one) is Traced for one in (*args, *options.values())):
            raise Unknown(path)
        prefix, *names = path.split(".")
        held: Any = self.language.modules[prefix]
        for name in names:
            held = getattr(held, name)
        made = held(*args, **options)
        number = made.detach().numpy() if hasattr(made, "detach") else made
        is_float = isinstance(number, np.ndarray) and number.dtype.kind == "f"
        return number.astype(float) if is_float else number

    def _extreme(self, name: str, array: Any, *args: Any, **options: Any) -> Any:
        """``torch.max`` of two arrays, or along an axis with the places."""
        if args and isinstance(args[0], Traced):
            return (np.maximum if name == "max" else np.minimum)(array, args[0])
        dim = options.get("dim", args[0] if args else None)
        keep = options.get("keepdim", args[1] if len(args) > 1 else False)
        value, place = (np.max, np.argmax) if name == "max" else (np.min, np.argmin)
        return Extreme(
            value(array, axis=dim, keepdims=keep), place(array, axis=dim, keepdims=keep)
        )


class _At:
    """``x.at[key].set(value)`` and its like: new arrays."""

    def __init__(self, array: Traced, key: Any = None) -> None:
        self.array, self.key = array, key

    def __getitem__(self, key: Any) -> _At:
        return _At(self.array, key)

    def set(self, value: Any) -> Any:
        """With some entries replaced."""
        return NAMESPACE.with_items(self.array, self.key, value)

    def add(self, value: Any) -> Any:
        """With something added to some entries."""
        return NAMESPACE.with_added(self.array, self.key, value)

    def multiply(self, value: Any) -> Any:
        """With some entries multiplied."""
        return NAMESPACE.with_scaled(self.array, self.key, value)

    mul = multiply


def _turned(side: Any, turned: object) -> Any:
    return np.swapaxes(side, -1, -2) if turned else side


def _evaluated(expression: ast.expr, holes: Mapping[str, Any]) -> Any:
    tree = ast.fix_missing_locations(ast.Expression(expression))
    return eval(compile(tree, __file__, "eval"), {"np": NAMESPACE, **holes})  # noqa: S307 - a table of our own


def listened(tree: ast.Module) -> ast.Module:
    """A tree in which every attribute is read through the listener."""
    heard: ast.Module = _Hearing().visit(tree)
    return ast.fix_missing_locations(heard)


class _Hearing(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        asked = ast.Call(
            ast.Name(HEAR, ast.Load()), [node.value, ast.Constant(node.attr)], []
        )
        return ast.copy_location(asked, node)


def with_arguments(tree: ast.Module) -> ast.Module:
    """A tree in which functions tell first what they were called with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            told = [ast.keyword(name, ast.Name(name, ast.Load())) for name in names]
            call = ast.Expr(ast.Call(ast.Name(GIVEN, ast.Load()), [], told))
            node.body.insert(0, ast.copy_location(call, node.body[0]))
    return ast.fix_missing_locations(tree)


def marked_returns(tree: ast.Module, name: str) -> ast.Module:
    """A tree in which what a function returns by a name becomes a line of its own, at the place of the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            _Marking().visit(node)
    return ast.fix_missing_locations(tree)


class _Marking(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.AST:
        match node.value:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                parts[:] = [_mark(one) for one in parts]
            case ast.Dict(values=parts):
                parts[:] = [_mark(one) for one in parts]
            case ast.expr() as value:
                node.value = _mark(value)
        return node


def _mark(value: ast.expr) -> ast.expr:
    if not isinstance(value, ast.Name):
        return value
    call = ast.Call(ast.Name(RETURNED, ast.Load()), [copy.deepcopy(value)], [])
    return ast.copy_location(call, value)


def returned(record: Callable[..., Any]) -> Callable[[Any], Any]:
    """What marked returns call: what is handed through, or returned once more, becomes a value of its own."""
    known: set[Any] = set()

    def own(value: Any) -> Any:
        if type(value) is not Traced:
            return value
        again = value.value in known or value.value not in value.tracer.builder.producer
        known.add(value.value)
        return record(ops.identity, (value,)) if again else value

    return own
