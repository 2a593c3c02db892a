"""A custom gradient recorded: its functions run as they are written, once, with a listener in the framework's place."""

from __future__ import annotations

import ast
import copy
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.definitions import (
    Definition,
    NoSource,
    called_by,
    definition,
    scope_of,
)
from chainrule.check.frameworks.custom import (
    Custom,
    Finding,
    Replayed,
    gradient_names,
)
from chainrule.check.languages import Listener, Unknown
from chainrule.check.languages.listener import (
    GIVEN,
    RETURNED,
    listened,
    marked_returns,
    returned,
    with_arguments,
)
from chainrule.check.steps.notes import user_frame
from chainrule.check.steps.recorder import Reading
from chainrule.check.steps.recording import Recording, recording_of
from chainrule.program import Array, ChainruleError, Value
from chainrule.program.source_places import line_in
from chainrule.trace import Traced
from chainrule.trace.statements.rewrite import rewritten
from chainrule.trace.statements.watched import watched


class NotRecorded(Exception):  # noqa: N818 - it says what happened
    """Functions whose lines cannot be recorded, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One run: what was recorded, which value was returned as the gradient of which input.

    ``returned`` and ``inputs`` are by position, and so are the numbers in ``gradients``; ``nothing`` are the inputs
    for which None came back; ``failure`` is what stopped the backward.
    """

    recording: Recording
    loss: Value
    inputs: Mapping[int, Value]
    returned: Mapping[int, Value]
    gradients: Mapping[int, Array | None]
    nothing: tuple[str, ...]
    outputs: tuple[Array, ...]
    upstreams: tuple[Array, ...]
    findings: tuple[Finding, ...]
    backward: Definition
    failure: Exception | None = None


def recorded(
    custom: Custom, inputs: Sequence[Any], *, seed: int, text: str | None = None
) -> Recorded:
    """Forward and backward run once; with ``text``, as that has them in the place of their file.

    Raises:
        NotRecorded: with the reason: a call that is not known, a step that cannot be recorded.
    """
    try:
        return _Recording(custom, inputs, seed=seed, text=text).run()
    except NotRecorded:
        raise
    except Exception as error:
        # whatever Python raises where a stand-in is not the array it stands for
        raise NotRecorded(reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """Why functions could not be recorded, in a clause."""
    if isinstance(error, NoSource | Unknown):
        return str(error)
    if isinstance(error, ChainruleError):
        at = error.where
        place = f" ({line_in(at.file, at.line)})" if at is not None else ""
        return f"{error.message}{place}"
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


class _Recording:
    """One run of a custom gradient's functions."""

    def __init__(
        self, custom: Custom, inputs: Sequence[Any], *, seed: int, text: str | None
    ) -> None:
        self.custom = custom
        self.rng = np.random.default_rng(seed)
        self.definitions = [definition(one) for one in custom.functions]
        self.backward = self.definitions[-1]
        file = self.backward.file
        scope = scope_of([one.function for one in self.definitions])
        helpers = called_by(self.definitions, scope)
        self.reading = Reading(file, None, 1)
        self.reading.text = text or "".join(linecache.getlines(file))
        if text is not None:
            self.definitions = [_as_in(text, one, file) for one in self.definitions]
            helpers = [_as_in(text, one, file) for one in helpers]
        self.language = custom.language(scope)
        if len(self.definitions) > 1:
            # names of the first frame may be used in the others: a function around them is, and forward is not
            self.reading.notes.key(sys._getframe())  # noqa: SLF001 - the documented way to a frame
        self.reading.tracer.boundary = frozenset((_call.__code__,))
        self.functions = self._defined(scope, helpers)
        self.traced = [
            self._traced(name, one)
            for name, one in zip(custom.names(len(inputs)), inputs, strict=True)
        ]
        self.arguments = {at: name for name, at in custom.arguments(inputs)}
        self.outputs: list[Array] = []
        self.upstreams: list[Value] = []
        self.loss: Value | None = None

    def run(self) -> Recorded:
        """Everything once."""
        failure = None
        with np.errstate(all="ignore"):
            try:
                replayed: Replayed = _call(
                    self.custom.replay, [self.functions, self.traced, self._upstream]
                )
            except Exception as error:
                if self.loss is None:
                    raise
                failure, replayed = error, Replayed(self._so_far())
        if self.loss is None:
            raise NotRecorded("forward gives no array of floats")
        back: dict[int, Value] = {}
        nothing = []
        for position, name in self.arguments.items():
            one = replayed.gradients.get(position)
            if isinstance(one, Traced):
                back[position] = one.value
            elif one is not None:
                raise NotRecorded(
                    f"the gradient of {name} is not computed from what backward is given"
                )
            elif position in replayed.gradients:
                nothing.append(name)
        builder = self.reading.tracer.builder
        return Recorded(
            replace(recording_of(self.reading, None), language=self.language),
            self.loss,
            {i: self.traced[i].value for i in self.arguments},
            back,
            {
                i: one.number if isinstance(one, Traced) else None
                for i, one in replayed.gradients.items()
            },
            tuple(nothing),
            tuple(self.outputs),
            tuple(builder.numbers[one] for one in self.upstreams),
            replayed.findings,
            self.backward,
            failure,
        )

    def _so_far(self) -> dict[int, Any]:
        """What a backward that stopped had called the gradients of its arguments."""
        bound = {one.name: one.value for one in self.reading.bound}
        found = {}
        for position, name in self.arguments.items():
            for called in gradient_names(name):
                if called in bound:
                    found[position] = Traced(self.reading.tracer, bound[called])
        return found

    def _traced(self, name: str, one: Any) -> Any:
        if isinstance(one, np.ndarray) and one.dtype.kind in "fiub":
            return self.reading.tracer.input(one.copy(), name)
        return one

    def _upstream(self, outs: Sequence[Any], names: Sequence[str]) -> list[Any]:
        """A gradient for each result, and the loss of which it is the gradient."""
        tracer = self.reading.tracer
        total: Any = None
        given: list[Any] = []
        for out, name in zip(outs, names, strict=False):
            if not isinstance(out, Traced):
                raise NotRecorded(
                    "forward gives something that is not computed from its inputs"
                )
            if out.dtype.kind != "f":
                given.append(np.zeros(out.number.shape))
                continue
            dy = tracer.input(self.rng.standard_normal(out.number.shape) + 0.1, name)
            self.outputs.append(out.number)
            self.upstreams.append(dy.value)
            share = np.sum(np.multiply(out, dy))
            total = share if total is None else total + share
            given.append(dy)
        if total is not None:
            # no line of the user's is the loss itself: a result may be handed through
            self.loss = tracer.record(ops.identity, (total,)).value
            tracer.builder.christen(self.loss, "loss")
        return given

    def _defined(
        self, scope: dict[str, Any], helpers: Iterable[Definition]
    ) -> list[Callable[..., Any]]:
        """The functions with notes taken and the framework listened to, and those they call."""
        listener = Listener(self.language)
        tracer = self.reading.tracer
        noted = {
            **scope,
            **listener.names(),
            **self.reading.names(),
            RETURNED: returned(tracer.record),
            GIVEN: self._given,
        }
        self.reading.notes.scope = noted
        for helper in helpers:
            noted[helper.name] = self._made(helper, noted)
        return [self._made(one, noted) for one in self.definitions]

    def _given(self, **arguments: Any) -> None:
        """What a function is called with can be named in it, also where it is read nowhere."""
        frame = self.reading.notes.key(user_frame())
        for name, one in arguments.items():
            self.reading.notes.hold(("name", frame, name), one)

    def _made(self, one: Definition, scope: dict[str, Any]) -> Any:
        tree = ast.Module([copy.deepcopy(one.tree)], [])
        tree = marked_returns(tree, self.custom.backward_name)
        for node in ast.walk(tree):
            # what is annotated is no part of the run
            if isinstance(node, ast.arg):
                node.annotation = None
            elif isinstance(node, ast.FunctionDef):
                node.returns = None
        if one.file == self.reading.file:
            notes = self.reading.notes
            tree = watched(tree, copy.deepcopy(tree), notes.sites, notes.parts)
        tree = with_arguments(rewritten(tree))
        if self.language.modules:
            tree = listened(tree)
        code = compile(ast.fix_missing_locations(tree), one.file, "exec")
        names: dict[str, Any] = {}
        exec(code, scope, names)  # noqa: S102 - the caller's own function
        (function,) = names.values()
        return function


def _as_in(text: str, one: Definition, file: str) -> Definition:
    """A definition as it stands in another text of its file: the function of its name at its place among those."""
    if one.file != file:
        return one
    before = "".join(linecache.getlines(file))
    places = [node.lineno for node in _of_name(before, one.name)]
    if one.tree.lineno not in places:
        raise NotRecorded(f"{one.name} cannot be found in a changed text")
    tree = copy.copy(list(_of_name(text, one.name))[places.index(one.tree.lineno)])
    tree.decorator_list = []
    return Definition(one.name, tree, file, one.function)


def _of_name(text: str, name: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield node


def _call(function: Callable[..., Any], args: Iterable[Any]) -> Any:
    return function(*args)
