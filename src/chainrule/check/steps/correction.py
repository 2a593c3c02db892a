"""A correction: edits that are made together, with what they heal."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.check.steps.bench import Replaced
from chainrule.check.steps.edits.record import Edit
from chainrule.check.steps.finals import Final
from chainrule.check.steps.sites import Statement


@dataclass(eq=False)
class Correction:
    """Edits that were taken together, with what they heal and how results are computed with them."""

    edits: tuple[Edit, ...]
    healed: tuple[Final, ...]
    replaced: Replaced

    @property
    def statement(self) -> Statement:
        """Where the mistake is."""
        return self.edits[0].site.statement

    def by_statement(self) -> list[Correction]:
        """One correction for each statement that is edited."""
        groups: dict[Statement, list[Edit]] = {}
        for edit in self.edits:
            groups.setdefault(edit.site.statement, []).append(edit)
        return [
            Correction(tuple(edits), self.healed, self.replaced)
            for edits in groups.values()
        ]
