"""What a check found: a verdict for every hand-written line, as data, as JSON, as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check.agree import RELATIVE
from chainrule.check.edits import Edit, edited
from chainrule.check.surroundings.finding import Finding, by_lines
from chainrule.check.verdict import Verdict
from chainrule.program import Array
from chainrule.program.sources import read_source

FORMAT = "chainrule-check-1"
WRONG = (Verdict.WRONG, Verdict.RIGHT_HERE)
SMALLEST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two arrays differ: in how many entries of how many, and most at which."""

    n_differing: int
    n_entries: int
    largest: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LineReport:
    """One hand-written line: where it stands, what it claims to be, and what can be said about it.

    ``line`` counts from 1, columns from 0. ``cause`` is a sentence, ``kinds`` name its slips, ``fix`` is the
    statement to write instead, ``move`` says which statement belongs elsewhere, and ``edits`` do both to the source.
    ``value`` and ``true_value`` are those of the data set ``data``.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    source: str
    name: str
    gradient_of: str | None
    verdict: Verdict
    cause: str | None = None
    kinds: tuple[str, ...] = ()
    fix: str | None = None
    move: str | None = None
    edits: tuple[Edit, ...] = ()
    value: Array | None = None
    true_value: Array | None = None
    data: str = "as written"
    note: str | None = None

    @property
    def difference(self) -> Difference | None:
        """Where the value and the true value differ; None where they cannot be compared."""
        return difference(self.value, self.true_value)

    def to_dict(self) -> dict[str, Any]:
        """This line for JSON."""
        return {
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "source": self.source,
            "name": self.name,
            "gradient_of": self.gradient_of,
            "verdict": self.verdict.value,
            "cause": self.cause,
            "kinds": list(self.kinds),
            "fix": self.fix,
            "move": self.move,
            "value": _jsonable(self.value),
            "true_value": _jsonable(self.true_value),
            "data": self.data,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything a check found. It is true where nothing is wrong.

    ``lines`` are in the order of the source, and so are ``findings``, the mistakes and warnings beside the
    gradients; ``parameters`` says of each parameter what its gradient is, also where no line holds it alone; ``notes``
    concern the script as a whole.
    """

    file: str
    lines: tuple[LineReport, ...]
    n_data: int
    dtype: str = "float64"
    notes: tuple[str, ...] = ()
    failure: str | None = None
    findings: tuple[Finding, ...] = ()
    parameters: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no line is wrong, and nothing beside the lines is a mistake."""
        return (
            self.failure is None
            and not any(line.verdict in WRONG for line in self.lines)
            and not any(one.is_mistake for one in self.findings)
        )

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        from chainrule.check.text import text

        return text(self)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole: the worst of its lines', and WRONG where a mistake stands beside them."""
        found = {*self.parameters.values(), *(line.verdict for line in self.lines)}
        if any(one.is_mistake for one in self.findings):
            return Verdict.WRONG
        order = (Verdict.WRONG, Verdict.RIGHT_HERE, Verdict.CANNOT_TELL, Verdict.RIGHT)
        if self.failure is not None and Verdict.WRONG not in found:
            return (
                Verdict.WRONG
                if not found & {*WRONG}
                else next(v for v in order if v in found)
            )
        return next((verdict for verdict in order if verdict in found), Verdict.RIGHT)

    @property
    def is_open(self) -> bool:
        """Whether of some parameter's gradient nothing can be told; where the parameters are not known, of some line."""
        if self.parameters:
            return Verdict.CANNOT_TELL in self.parameters.values()
        return self.verdict is Verdict.CANNOT_TELL

    @property
    def exit_code(self) -> int:
        """0 if all is right, 1 if something is wrong, 3 if nothing is but not everything can be told."""
        return 1 if not self.ok else 3 * self.is_open

    @property
    def first_wrong(self) -> LineReport | None:
        """The first line that is wrong in itself."""
        return next((line for line in self.lines if line.verdict in WRONG), None)

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "format": FORMAT,
            "file": self.file,
            "verdict": self.verdict.value,
            "failure": self.failure,
            "notes": list(self.notes),
            "findings": [one.to_dict() for one in self.findings],
            "data_sets": self.n_data,
            "dtype": self.dtype,
            "tolerance": RELATIVE,
            "lines": [line.to_dict() for line in self.lines],
            "parameters": {name: one.value for name, one in self.parameters.items()},
        }

    def corrected(self) -> str:
        """The source with every fix that is known."""
        source = read_source(self.file)
        fixes = [
            edit for line in self.lines if line.verdict in WRONG for edit in line.edits
        ]
        beside = [piece for one in self.findings for piece in one.pieces]
        return edited(source, [*fixes, *by_lines(source, beside)])

    def diff(self) -> str:
        """The fixes as a unified diff; empty where there is nothing to change."""
        before = read_source(self.file).splitlines(keepends=True)
        after = self.corrected().splitlines(keepends=True)
        return "".join(difflib.unified_diff(before, after, self.file, self.file))


def difference(value: Array | None, true: Array | None) -> Difference | None:
    """Where two arrays of one size differ."""
    if value is None or true is None or value.size != true.size or value.size == 0:
        return None
    gap = np.abs(value.ravel().astype(float) - true.ravel().astype(float))
    scale = float(np.max(np.abs(true))) or 1.0
    shape = true.shape if true.ndim >= value.ndim else value.shape
    place = np.unravel_index(int(np.argmax(gap)), shape)
    return Difference(
        int(np.sum(gap > RELATIVE * scale)), value.size, tuple(int(i) for i in place)
    )


def _jsonable(array: Array | None) -> Any:
    if array is None:
        return None
    if array.size > SMALLEST_SHOWN:
        flat = array.ravel()
        return {"shape": list(array.shape), "first": [_number(x) for x in flat[:8]]}
    return _nested(array.tolist())


def _nested(item: Any) -> Any:
    return [_nested(one) for one in item] if isinstance(item, list) else _number(item)


def _number(number: Any) -> Any:
    return (
        number if not isinstance(number, float) or np.isfinite(number) else str(number)
    )


def left_open(names: Sequence[str]) -> tuple[str, ...]:
    """A note on parameters that are left open."""
    if not names:
        return ()
    said = f"no line was found to be the gradient of {', '.join(names)}; "
    return (f"{said}only what stands above was judged (--map NAME={names[0]})",)
