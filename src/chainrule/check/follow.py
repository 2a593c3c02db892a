"""Functions followed line by line: read into NumPy, run once on traced values, handed over like a script."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.definitions import (
    Definition,
    NoSource,
    called_by,
    definition,
    scope_of,
)
from chainrule.check.frameworks.custom import Custom, Finding, Replayed
from chainrule.check.languages import Language, Unknown, read
from chainrule.check.languages.namespace import NAMESPACE
from chainrule.check.script import is_new
from chainrule.program import Array, ChainruleError, Value
from chainrule.program.sources import line_in
from chainrule.trace import Traced
from chainrule.trace.statements import Reader, Script
from chainrule.trace.statements.rewrite import rewritten
from chainrule.trace.statements.watch import Site
from chainrule.trace.statements.watched import watched


class NotFollowed(Exception):  # noqa: N818 - it says what happened
    """Functions that cannot be followed line by line, and why."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One run, line by line: what was recorded, which value claims to be the gradient of which input.

    ``failure`` is what stopped the backward. ``nothing`` are the inputs for which None came back. ``outputs`` and ``upstreams`` are numbers. ``definitions`` are
    the functions as they were read, the backward last; ``scope`` is what they can name.
    """

    script: Script
    language: Language
    given: Mapping[Value, Value]
    gradients: Mapping[int, Array | None]
    nothing: tuple[str, ...]
    outputs: tuple[Array, ...]
    upstreams: tuple[Array, ...]
    findings: tuple[Finding, ...]
    backward: Definition
    scope: Mapping[str, Any]
    failure: Exception | None = None

    @property
    def inputs(self) -> dict[str, Value]:
        """The inputs whose gradients are asked for, by name."""
        return {value.name or "": value for value in self.given.values()}


def follow(
    custom: Custom, inputs: Sequence[Any], *, seed: int, batched: bool = False
) -> Followed:
    """Run forward and backward once, recorded.

    Raises:
        NotFollowed: with the reason: a call that is not known, a step that cannot be recorded.
    """
    try:
        return _Following(custom, inputs, seed=seed, batched=batched).run()
    except NotFollowed:
        raise
    except Exception as error:
        # whatever Python raises where a stand-in is not the array it stands for
        raise NotFollowed(reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """Why a function could not be followed, in a clause."""
    if isinstance(error, NoSource | Unknown):
        return str(error)
    if isinstance(error, ChainruleError):
        at = error.where
        place = f" ({line_in(at.file, at.line)})" if at is not None else ""
        return f"{error.message}{place}"
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


class _Following:
    """One reading of a custom gradient's functions."""

    def __init__(
        self, custom: Custom, inputs: Sequence[Any], *, seed: int, batched: bool
    ) -> None:
        self.custom = custom
        self.inputs = inputs
        self.rng = np.random.default_rng(seed)
        self.definitions = [definition(one) for one in custom.functions]
        self.file = self.definitions[-1].file
        self.scope = scope_of([one.function for one in self.definitions])
        self.helpers = called_by(self.definitions, self.scope)
        self.language = custom.language(self.scope, batched=batched)
        self.reader = Reader(self.file, None, 1, watch=is_new)
        self.outputs: list[Array] = []
        self.upstream_values: list[Value] = []
        self.returned: set[Value] = set()
        self.loss: Value | None = None
        self.failure: Exception | None = None

    def run(self) -> Followed:
        """Everything once."""
        reader = self.reader
        tracer, watch = reader.tracer, reader.watch
        if watch is None:
            raise NotFollowed
        tracer.boundary = frozenset((_call.__code__,))
        watch.returned = self._is_again
        translated = self._translated()
        arguments = {
            position: name for name, position in self.custom.arguments(self.inputs)
        }
        names = self.custom.names(len(self.inputs))
        traced = [self._traced(names[i], one) for i, one in enumerate(self.inputs)]
        inputs = {
            i: one.value for i, one in enumerate(traced) if isinstance(one, Traced)
        }
        samples = self._samples(inputs)
        try:
            replayed: Replayed = _call(
                self.custom.replay, [translated, traced, self._upstream]
            )
        except Exception as error:
            if self.loss is None:
                raise
            self.failure = error
            replayed = Replayed({})
        gradients = replayed.gradients
        given, nothing = {}, []
        for position, name in arguments.items():
            one = gradients.get(position)
            if one is None:
                if position in gradients:
                    nothing.append(name)
                continue
            if not isinstance(one, Traced):
                raise NotFollowed(
                    f"the gradient of {name} is not computed from what backward is given"
                )
            given[one.value] = inputs[position]
        if self.loss is None:
            raise NotFollowed("forward gives no array of floats")
        script = Script(
            self.file,
            tracer.builder.run(()),
            self.loss,
            tuple(inputs[i] for i in arguments if inputs[i] not in samples),
            tuple(reader.bound),
            (),
            "",
            watch,
            weights=tuple(self.upstream_values),
        )
        return Followed(
            script,
            self.language,
            given,
            {
                i: one.number if isinstance(one, Traced) else None
                for i, one in gradients.items()
            },
            tuple(nothing),
            tuple(self.outputs),
            tuple(tracer.builder.numbers[one] for one in self.upstream_values),
            replayed.findings,
            self.definitions[-1],
            self.scope,
            self.failure,
        )

    def _samples(self, inputs: Mapping[int, Value]) -> set[Value]:
        """The inputs that run over samples, as the first does: another batch has other lengths of them."""
        values = list(inputs.values())
        lengths = {one.shape[0] for one in values[:1] if one.shape}
        return {one for one in values if one.shape and one.shape[0] in lengths}

    def _is_again(self, site: Site, value: Value) -> bool:
        """Whether what backward returns is no value of its own: handed through, or returned twice."""
        if site.function not in (self.custom.backward_name, "_lambda"):
            return False
        forward = (
            self.reader.tracer.builder.producer.get(self.loss) if self.loss else None
        )
        if forward is None:
            return False
        line = self.reader.tracer.builder.producer.get(value)
        early = line is None or self.reader.tracer.builder.position(
            line
        ) < self.reader.tracer.builder.position(forward)
        again = early or value in self.returned
        self.returned.add(value)
        return again

    def _traced(self, name: str, one: Any) -> Any:
        if isinstance(one, np.ndarray) and one.dtype.kind in "fiub":
            return self.reader.tracer.input(one.copy(), name)
        return one

    def _upstream(self, outs: Sequence[Any], names: Sequence[str]) -> list[Any]:
        """A gradient for each result, and the loss of which it is the gradient."""
        tracer = self.reader.tracer
        total: Any = None
        given: list[Any] = []
        for out, name in zip(outs, names, strict=False):
            if not isinstance(out, Traced):
                raise NotFollowed(
                    "forward gives something that is not computed from its inputs"
                )
            if out.dtype.kind != "f":
                given.append(np.zeros(out.number.shape))
                continue
            numbers = self.rng.standard_normal(out.number.shape) + 0.1
            dy = tracer.input(numbers, name)
            self.outputs.append(out.number)
            self.upstream_values.append(dy.value)
            share = np.sum(np.multiply(out, dy))
            total = share if total is None else total + share
            given.append(dy)
        if total is not None:
            self.loss = total.value
            tracer.builder.christen(total.value, "loss")
        return given

    def _translated(self) -> list[Callable[..., Any]]:
        """The functions in NumPy's words, with notes taken, and those they call."""
        watch = self.reader.watch
        if watch is None:
            raise NotFollowed
        noted = {**self.scope, "np": self._numpy, **self.reader.names()}
        plain = {**self.scope, "np": self._numpy}
        for helper in self.helpers:
            try:
                known = ast.Module([read(helper.tree, self.language)], [])
            except Unknown as reason:
                noted[helper.name] = _refusing(reason)
                continue
            _define(known, helper.file, plain, helper.name)
            tree = copy.deepcopy(known)
            if helper.file == self.file:
                tree = watched(tree, watch)
            _define(rewritten(tree), helper.file, noted, helper.name)
        made = []
        for one in self.definitions:
            known = ast.Module([read(one.tree, self.language)], [])
            tree = (
                watched(copy.deepcopy(known), watch) if one.file == self.file else known
            )
            made.append(_define(rewritten(tree), one.file, noted))
        watch.scope = {"__chainrule_plain__": plain}
        return made

    @property
    def _numpy(self) -> Any:
        held = self.scope.get("np")
        return NAMESPACE if self.language.modules or held is None else held


def _refusing(reason: Unknown) -> Callable[..., Any]:
    """A function that cannot be read, and says so when it is called."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise reason

    return refuse


def _call(function: Callable[..., Any], args: Iterable[Any]) -> Any:
    return function(*args)


def _define(
    tree: ast.Module, file: str, scope: dict[str, Any], name: str | None = None
) -> Any:
    """The function of a tree that holds one; under ``name`` it can be called by others."""
    code = compile(ast.fix_missing_locations(tree), file, "exec")
    (statement,) = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    missing = object()
    before = scope.get(statement.name, missing)
    exec(code, scope)  # noqa: S102 - the caller's own function
    function = scope.pop(statement.name)
    if before is not missing:
        scope[statement.name] = before
    if name is not None:
        scope[name] = function
    return function
