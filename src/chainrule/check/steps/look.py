"""An expression looked at for edits: what it reads, what it could read, what the forward pass knows of these."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.bends import Bend, Bends
from chainrule.check.steps.edits.record import Edit, Operand
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.operand_nodes import operand_nodes
from chainrule.check.steps.sites import Site, Sites
from chainrule.check.steps.tape import number_of
from chainrule.check.steps.texts import Texts, common
from chainrule.check.steps.truths import Truths
from chainrule.program import Arg, Op, Shape, Size, Value
from chainrule.program.program import concrete

MOST_RUNS = 60
"""Of more executions than these, the names of the first and the last ones decide what may be named."""


@dataclass(eq=False)
class Look:
    """One site, with everything an edit may be made of."""

    truths: Truths
    sites: Sites
    texts: Texts
    bends: Bends
    site: Site
    wanted: Shape | None = None

    @property
    def evidence(self) -> Evidence:
        """The script's lines on several data sets."""
        return self.truths.evidence

    @property
    def op(self) -> Op | None:
        """The operation of the expression, where it is one."""
        return self.site.op

    @property
    def shape(self) -> Shape:
        """The shape of the result, in the first execution."""
        return self.evidence.tape.values[self.site.runs[0].result].shape

    @cached_property
    def args(self) -> tuple[Operand, ...]:
        """What the expression is computed from."""
        runs = self.site.runs
        n_args = len(runs[0].args)
        if any(len(run.args) != n_args for run in runs):
            return ()
        nodes = operand_nodes(self.site.node, n_args, self.sites.modules)
        return tuple(
            Operand(
                tuple(run.args[i] for run in runs),
                nodes[i],
                ast.unparse(nodes[i]) if nodes[i] is not None else "",  # type: ignore[arg-type]
            )
            for i in range(n_args)
        )

    @cached_property
    def old(self) -> Operand:
        """What the expression is now."""
        node = self.site.node
        values = self.evidence.tape.values
        items = tuple(values[run.result] for run in self.site.runs)
        text = "" if node is None else ast.unparse(node)
        return Operand(items, node if isinstance(node, ast.expr) else None, text)

    @cached_property
    def names(self) -> list[Operand]:
        """Everything that can be named at every execution."""
        runs = self.site.runs
        if len(runs) > MOST_RUNS:
            return []
        statement = self.site.statement
        found = common([self.texts.visible(run, statement) for run in runs])
        named = [Operand(items, None, text) for text, items in found.items()]
        every = [self.texts.indexed(run, statement) for run in runs]
        for text in every[0]:
            if all(text in one for one in every):
                pairs = [one[text] for one in every]
                items, index = zip(*pairs, strict=True)
                named.append(Operand(items, None, text, index=index))
        return named

    @cached_property
    def aligned(self) -> list[Operand]:
        """Lists that are as long as this expression runs often: their items, one an execution."""
        n_runs = len(self.site.runs)
        if not 1 < n_runs <= MOST_RUNS:
            return []
        start = min(self.evidence.moment(run.result) for run in self.site.runs)
        return [
            Operand(items, None, f"{text}[i]")
            for text, items in self.texts.lists(start).items()
            if len(items) == n_runs
        ]

    @cached_property
    def handed_on(self) -> list[tuple[str, tuple[Arg, ...]]]:
        """What a loop binds further down, and could hand on to its next turn: nothing yet in the first."""
        runs = self.site.runs
        if not 1 < len(runs) <= MOST_RUNS:
            return []
        statement = self.site.statement
        first = self.texts.visible(runs[0], statement)
        later = common([self.texts.visible(run, statement) for run in runs[1:]])
        return [
            (text, items)
            for text, items in later.items()
            if text not in first
            and text.isidentifier()
            and self.is_handed_on(Operand(items, None, text))
        ]

    @cached_property
    def arrays(self) -> list[Operand]:
        """The names of arrays and numbers that were recorded."""
        return [
            one
            for one in self.names
            if isinstance(one.first, Value) and one.first.dtype.kind in "fiub"
        ]

    @cached_property
    def standing_for(self) -> dict[Value, Operand]:
        """The name for each value, derived gradients included: what is the same as one on all data sets."""
        at, found = self.evidence.tape.at, dict[Value, Operand]()
        for name in self.arrays:
            first = name.first
            if isinstance(first, Value) and first in at and name.index is None:
                found.setdefault(first, name)
                for one in self.truths.at(at[first]):
                    if one.factor == 1.0:
                        found.setdefault(self.truths.gradient(one.of), name)
        return found

    def older(self, operand: Operand) -> Operand | None:
        """What an operand was before its update, where it was updated already."""
        before = self._before
        items = tuple(
            before.get(one, one) if isinstance(one, Value) else one
            for one in operand.items
        )
        if items == operand.items:
            return None
        return Operand(items, operand.node, operand.text, old=True)

    @cached_property
    def _before(self) -> dict[Value, Value]:
        """What each new version of a parameter was when the loss was computed."""
        found: dict[Value, Value] = {}
        earlier = self.evidence.earlier
        roots = {update.before for update in self.evidence.updates}
        for after in earlier:
            start = after
            while start in earlier and start not in roots:
                start = earlier[start]
            if start in roots and start is not after:
                found[after] = start
        return {**found, **dict(self._views(found))}

    def _views(self, moved: Mapping[Value, Value]) -> Iterator[tuple[Value, Value]]:
        """What views show of what was moved, and what they showed before."""
        recording = self.evidence.recording
        for after, before in recording.notes.views.items():
            line = recording.producer.get(after)
            if line is not None and line.args[0] in moved:
                yield after, before

    @property
    def is_outer(self) -> bool:
        """Whether the value is read outside of its statement."""
        tape, run = self.evidence.tape, self.site.runs[0]
        inside = {
            place
            for site in self.site.statement.sites
            for other in site.runs
            for place in other.lines
        }
        readers = tape.readers[run.result]
        return not readers or any(reader not in inside for reader in readers)

    @cached_property
    def parameters(self) -> frozenset[Value]:
        """What is learnt."""
        return frozenset(self.evidence.parameters)

    @property
    def is_of_forward(self) -> bool:
        """Whether only the forward pass is in this value, as in a slope, and not what the prediction was held against."""
        return self.site.runs[0].result not in self.evidence.judged

    def of_forward(self, arg: Operand) -> bool:
        """Whether only the forward pass is in what an argument stands for."""
        at, judged = self.evidence.tape.at, self.evidence.judged
        return isinstance(arg.first, Value) and at.get(arg.first) not in judged

    @cached_property
    def held_before(self) -> Operand | None:
        """What the name that is bound here held before, where it was something of the same shape."""
        statement = self.site.statement.node
        if not (
            isinstance(statement, ast.Assign) and self.site.node is statement.value
        ):
            return None
        held = [
            self._held_before(self.evidence.tape.values[run.result])
            for run in self.site.runs
        ]
        if all(before is None for before in held):
            return None
        # a sum that is added up begins as a plain 0
        items = tuple(0.0 if before is None else before for before in held)
        return Operand(items, None, ast.unparse(statement.targets[0]))

    def _held_before(self, value: Value) -> Value | None:
        recording = self.evidence.recording
        for slot in recording.slots.get(value, {}):
            past = [one.value for one in recording.history.get(slot, ())]
            place = past.index(value) if value in past else 0
            if place and past[place - 1].shape == value.shape:
                before = past[place - 1]
                return before if before in self.evidence.tape.at else None
        return None

    @cached_property
    def forward_numbers(self) -> list[Operand]:
        """Numbers that the forward pass multiplies or divides by, as they are written there: ``np.sqrt(d)``."""
        found: dict[str, Operand] = {}
        tape, recording = self.evidence.tape, self.evidence.recording
        n_runs = len(self.site.runs)
        for place in self.evidence.behind_loss:
            line = tape.line(place)
            if line is None or line.op not in (ops.multiply, ops.divide):
                continue
            for arg in line.args:
                if (
                    not isinstance(arg, Value)
                    or arg.shape != ()
                    or arg in tape.values[: tape.n_inputs]
                ):
                    continue
                if (
                    tape.at[arg] in self.evidence.active
                    or recording.position.get(arg, -1) < 0
                ):
                    continue
                key = recording.place(arg)
                node = self.sites.trees.node(*key) if isinstance(key, tuple) else None
                if isinstance(node, ast.Call):
                    text = ast.unparse(node)
                    found.setdefault(text, Operand((arg,) * n_runs, None, text))
        return list(found.values())

    def is_side(self, name: Operand, bend: Bend, *, y: bool) -> bool:
        """Whether a name is what comes out of a bend like this one, or what goes in, whenever it is either."""
        found = [
            self.bends.out_of(item) if y else self.bends.into(item)
            for item in name.items
            if isinstance(item, Value)
        ]
        known = [one for one in found if one is not None]
        return bend in known and all(one.op is bend.op for one in known)

    def is_handed_on(self, name: Operand) -> bool:
        """Whether a name was bound further down the source, in the turn before."""
        recording = self.evidence.recording
        line = self.site.statement.line
        for item in name.items:
            place = recording.place(item) if isinstance(item, Value) else None
            if isinstance(place, tuple) and place[1][0] > line:
                return True
        return False

    def fits(self, shape: Shape) -> bool:
        """Whether a value of this shape can take part without making the result larger."""
        try:
            return np.broadcast_shapes(shape, self.shape) == self.shape
        except ValueError:
            return False

    def others(self, arg: Operand) -> Iterator[Operand]:
        """The other names of an argument's shape."""
        for name in self.arrays:
            if (
                name.shape == arg.shape
                and name.items != arg.items
                and name.text != arg.text
            ):
                yield name

    @cached_property
    def params(self) -> dict[str, Any]:
        """The operation's parameters, lengths as they are."""
        return concrete(self.site.params)

    @cached_property
    def options(self) -> Operand:
        """The operation's parameters in each execution: an index is another one in every turn."""
        tape = self.evidence.tape
        lines = [tape.line(run.result) for run in self.site.runs]
        items: tuple[Any, ...] = tuple(
            self.params if line is None else concrete(line.params) for line in lines
        )
        return Operand(items, None, "")

    def edit(
        self,
        kind: str,
        sentence: str,
        new: Callable[..., Any],
        *operands: Operand,
        write: Callable[[ast.stmt], ast.stmt | None] | None = None,
        **words: str,
    ) -> Edit:
        """An edit of this expression as a whole."""
        return Edit(self.site, kind, sentence, new, operands, words, write=write)

    def edit_arg(
        self,
        kind: str,
        sentence: str,
        i: int,
        change: Callable[..., Any],
        *others: Operand,
        **words: str,
    ) -> Iterator[Edit]:
        """An edit of one argument of the operation: ``change(argument, *others)`` in its place."""
        op, n_args = self.op, len(self.args)
        if op is None or (op is ops.getitem and i > 0):
            return

        def new(*given: Any) -> Any:
            mine = list(given[:n_args])
            mine[i] = change(mine[i], *given[n_args:-1])
            return op(*mine, **given[-1])

        yield Edit(
            self.site,
            kind,
            sentence,
            new,
            (*self.args, *others, self.options),
            words,
            i,
            change,
            (self.args[i], *others),
        )

    def edit_params(
        self, kind: str, sentence: str, op: Op, changed: Mapping[str, Any], **words: str
    ) -> Edit:
        """An edit of the operation's options, or of the operation itself."""
        params = {**op.params, **self.params, **changed}

        def new(*given: Any) -> Any:
            return op(*given, **params)

        return Edit(self.site, kind, sentence, new, self.args, words, params=changed)

    def number(self, operand: Operand) -> Any:
        """What an operand is in the script's own world, in the first execution; None for what a later pass computed."""
        at, first = self.evidence.tape.at, operand.first
        measured = first.value if isinstance(first, Size) else first
        if isinstance(measured, Value) and measured not in at:
            return None
        held = number_of(operand.first, at, self.evidence.worlds[0].numbers)
        return held if operand.index is None or held is None else held[operand.index[0]]
