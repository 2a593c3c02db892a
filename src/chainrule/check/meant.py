"""A forward pass with a mistake: the gradients may be right for what was meant, and then they are judged so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chainrule.check.report import WRONG, LineReport, Report
from chainrule.check.surroundings import Finding, Suspected, pieced
from chainrule.program import ChainruleError
from chainrule.program.source_places import line_in
from chainrule.trace.statements import Script
from chainrule.trace.statements.reader import in_place_of

NOTE = "the gradients are judged with the forward pass corrected as above"
MOST_TRIED = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """A script, how another text of it is read, and how what was read is judged."""

    script: Script
    read: Callable[[str], Script]
    judge: Callable[..., Report]

    def report(
        self,
        found: tuple[Finding, ...],
        suspects: Callable[[], Iterable[Suspected]] | None,
    ) -> Report:
        """The report with what was found, judged as meant if fewer lines are wrong so.

        ``suspects`` are findings that are ones only if correcting them makes every wrong line right; None where
        nothing is to be explained.
        """
        report, refused = self._attempted(self.script)
        if report is not None and (report.ok or suspects is None):
            return _with(report, found)
        meant = self._corrected(found)
        if meant is not None and (report is None or _n_wrong(meant) < _n_wrong(report)):
            return self._as_meant(meant, found)
        if report is None:
            raise _told(refused, found, self.script.file) or AssertionError
        unexplained = any(
            line.verdict in WRONG and not line.kinds for line in report.lines
        )
        tried = [one for one in (suspects or tuple)() if one.likely or unexplained]
        for one in tried[:MOST_TRIED]:
            both = (*found, *one.findings)
            # where nothing is wrong there are no causes to look for
            meant = self._corrected(both, causes=False)
            if meant is not None and _n_wrong(meant) == 0:
                return self._as_meant(meant, both)
        return _with(report, found)

    def _attempted(
        self, script: Script, **asked: bool
    ) -> tuple[Report | None, ChainruleError | None]:
        """The report, or what stands in its way; where the loss is not finite, with smaller parameters."""
        try:
            return self.judge(script, **asked), None
        except ChainruleError as error:
            if error.code != "E328":
                return None, error
            refused = error
        try:
            return self.judge(script, calm=True, **asked), None
        except ChainruleError:
            return None, refused

    def _corrected(self, found: Iterable[Finding], **asked: bool) -> Report | None:
        """The report on the script with what was found corrected; None if there is none."""
        pieces = [piece for one in found for piece in one.pieces]
        if not pieces:
            return None
        text = pieced(self.script.text, pieces)
        with in_place_of(self.script.file, text):
            try:
                return self._attempted(self.read(text), **asked)[0]
            except ChainruleError:
                return None

    def _as_meant(self, meant: Report, found: tuple[Finding, ...]) -> Report:
        lines = tuple(_as_in_the_file(line, self.script.text) for line in meant.lines)
        return _with(replace(meant, lines=lines, notes=(*meant.notes, NOTE)), found)


def _told(
    refused: ChainruleError | None, found: tuple[Finding, ...], file: str
) -> ChainruleError | None:
    """The error that stands in the way, with the mistakes that were found all the same."""
    if refused is not None:
        said = [
            f"{line_in(file, one.line)}: {one.sentence}"
            for one in found
            if one.is_mistake
        ]
        refused.detail = "\n".join(filter(None, (refused.detail, *said)))
    return refused


def _n_wrong(report: Report) -> int:
    return sum(line.verdict in WRONG for line in report.lines) + (
        report.failure is not None
    )


def _with(report: Report, found: tuple[Finding, ...]) -> Report:
    both = sorted((*found, *report.findings), key=lambda one: (one.line, one.column))
    return replace(report, findings=tuple(both))


def _as_in_the_file(line: LineReport, text: str) -> LineReport:
    """A line that was judged with a correction in it, as it stands in the file."""
    written = "\n".join(text.splitlines()[line.line - 1 : line.end_line])
    if line.source == written or line.fix is not None:
        return line
    return replace(line, source=written, note=line.note or "with the correction above")
