"""What a value is called in a sentence: by its name, by the part of the source that computes it, by what it is the gradient of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree
from chainrule.check.names import without_count
from chainrule.check.steps.bends import Bends
from chainrule.check.steps.edits.record import Edit
from chainrule.check.steps.finals import Final
from chainrule.check.steps.sites import Sites
from chainrule.check.steps.truths import Truths, everywhere
from chainrule.program import Value

LONGEST = 40
NAMELESS = re.compile(r"value(_\d+)?")
"""What a recording calls a value that has no name."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words for the values of one script."""

    truths: Truths
    sites: Sites

    def described(self, value: Value | None) -> str | None:
        """A forward value by its name, or as the part of the source that computes it; None if that is long."""
        if value is None:
            return None
        if value.name and not NAMELESS.fullmatch(value.name):
            return value.name
        recording = self.truths.evidence.recording
        line = recording.producer.get(value)
        if line is None:
            return None
        first = line.args[0]
        if line.op is ops.subtract and isinstance(first, Value) and first.name:
            # z - max(z) is the logits still
            one, other = self.truths.of.get(first), self.truths.of.get(value)
            if (
                one
                and other
                and all(agree(a, b) for a, b in zip(one, other, strict=True))
            ):
                return first.name
        place = recording.place(value)
        node = self.sites.trees.node(*place) if isinstance(place, tuple) else None
        text = "" if node is None else ast.unparse(node)
        return text if 0 < len(text) <= LONGEST else None

    def of_readings(
        self, held: Iterable[Value], kept_off: Iterable[Value]
    ) -> Iterator[str]:
        """That targets are taken as constants, and that small numbers in the loss are left out."""
        if texts := self._listed(kept_off):
            yield f"what only keeps the loss finite is left out of its gradient: {texts}"
        if texts := self._listed(held):
            yield f"held constant, no gradient goes through: {texts}"

    def _listed(self, values: Iterable[Value]) -> str:
        known = (without_count(self.described(one)) for one in values)
        return ", ".join(dict.fromkeys(one or "a nameless value" for one in known))

    def of_both(self, edit: Edit, bends: Bends) -> str:
        """Of what two values are the gradients, where an edit puts the one in the other's place."""
        if len(edit.inner_operands) != 2:
            return ""
        old, new = edit.inner_operands
        if not new.shape and old.shape:
            # a number that it is multiplied by is put in no place
            return ""
        a, b = self._gradient_of(old.first), self._gradient_of(new.first)
        if a is None or b is None or not old.text or not new.text:
            return ""
        bend = bends.into(b)
        is_between = bend is not None and bend.y is bends.origin(a)
        through = (
            f"; the derivative of {bend.op.title} lies between them"
            if bend is not None and is_between
            else ""
        )
        return (
            f"{old.text} is the gradient of {self.described(a)}, {new.text} that of"
            f" {self.described(b)}{through}."
        )

    def of_no_step(self, final: Final) -> str:
        """That a parameter stays as it is on all data, and what its gradient is called, if it is computed; else nothing."""
        evidence = self.truths.evidence
        moves = [
            not np.array_equal(one.numbers[final.before], one.numbers[final.after])
            for one in evidence.worlds
            if final.after is not None
        ]
        if any(moves) or not moves:
            return ""
        name = final.name or "it"
        said = (
            f"{name} is never moved: what is taken off it here is 0 on all data, and its"
            " gradient is not."
        )
        for execution in evidence.recording.executions():
            for text, item in execution.results:
                if text and self._gradient_of(item) is final.parameter:
                    line = execution.site.statement.lineno
                    return f"{said} {text} in line {line} is that gradient; nothing adds it up."
        return said

    def _gradient_of(self, item: object) -> Value | None:
        """What something is the gradient of, if that can be said."""
        evidence = self.truths.evidence
        place = evidence.tape.at.get(item) if isinstance(item, Value) else None
        if place is None or place in evidence.behind_loss:
            return None
        matches = self.truths.matches(everywhere(evidence, place), scaled=True)
        return next((m.of for m in matches if self.described(m.of)), None)
