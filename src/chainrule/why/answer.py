"""What an answer is: a number, what kind of number, the reason, the line and the entry that it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from chainrule.program import SourceSpan
from chainrule.program.source_places import place as where

Kind = Literal["zero", "nan", "infinite", "small", "large", "ordinary"]
Reason = Literal[
    "unit off",
    "clipped",
    "flat",
    "turning point",
    "zero factor",
    "zero input",
    "zero weight",
    "mask",
    "not chosen",
    "cancels",
    "never moves",
    "no path",
    "overflow",
    "pole",
    "undefined",
    "given",
    "steps too long",
    "shrinks",
    "grows",
    "largest contribution",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a number comes from.

    ``asked`` is what it is the number of, ``number`` what it is. ``reason`` is one of a few fixed words, for programs to
    read; ``sentences`` say it. ``place`` is the line responsible in the reader's source, ``cause`` the entry
    responsible, ``rows`` the rows of the batch through which it comes, where there is a batch. ``advice`` is what to
    write, tried; empty where there is none.
    """

    asked: str
    number: float
    kind: Kind
    reason: Reason
    sentences: tuple[str, ...]
    place: SourceSpan | None = None
    cause: str = ""
    rows: tuple[int, ...] = ()
    advice: str = ""

    def with_advice(self, advice: str) -> Answer:
        """The same, with what to write."""
        return replace(self, advice=advice)

    def __str__(self) -> str:
        lines = [*self.sentences]
        if self.place is not None and self.place.source:
            lines.append(
                f"  {where(self.place.file, self.place.line)}: {self.place.source}"
            )
        if self.advice:
            lines.append(f"What to write: {self.advice}")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The answer as one JSON object; numbers that are none are texts, ``"nan"`` and ``"inf"``."""
        number: float | str = self.number
        if not abs(self.number) < float("inf"):
            number = str(self.number)
        place = self.place and {
            "file": self.place.file,
            "line": self.place.line,
            "source": self.place.source,
        }
        return json.dumps(
            {
                "asked": self.asked,
                "number": number,
                "kind": self.kind,
                "reason": self.reason,
                "cause": self.cause,
                "rows": list(self.rows),
                "place": place or None,
                "sentences": list(self.sentences),
                "advice": self.advice,
            },
            ensure_ascii=False,
            indent=2,
        )
