"""The second door: a plain script, run as it is, becomes a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chainrule.program import ChainruleError, Run, Value
from chainrule.program.sources import read_source
from chainrule.trace.events import Named, Update
from chainrule.trace.recording import Recording
from chainrule.trace.slice import cut
from chainrule.trace.statements.reader import Reader
from chainrule.trace.statements.roles import choose_loss, choose_parameters
from chainrule.trace.statements.watch import Watch


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was read: all its lines, its loss, its parameters, what was bound and updated.

    ``rebound`` are the names given another array of the same shape, updates or not. ``text`` is the source that
    was run.
    """

    file: str
    recorded: Run
    loss: Value
    parameters: tuple[Value, ...]
    bound: tuple[Named, ...]
    updates: tuple[Update, ...]
    printed: str
    watch: Watch | None = None
    failure: ChainruleError | None = None
    rebound: tuple[Update, ...] = ()
    text: str = ""
    met: Mapping[Value, int] = field(default_factory=dict)
    recording: Recording | None = None

    @property
    def forward(self) -> Run:
        """The program from data and parameters to the loss, without what prepared them."""
        return cut(self.recorded, self.loss, self.parameters)


def read_script(
    path: str | Path,
    *,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    n_pass: int = 1,
    watch: bool | Callable[[str], bool] = False,
    text: str | None = None,
) -> Script:
    """Run a script, as ``python path`` would, and record it; a training loop is followed for one pass.

    With ``watch``, notes are taken at every bound expression: what it read, and what became of it; and a script
    that fails after its loss is read as far as it came, its ``failure`` kept; a column that meets a flat array is
    not refused. A function for ``watch`` says of which names ``name = other`` is a line of its own. ``text`` is run
    in place of what the file holds.

    Raises:
        ScriptError: E330 with the script's own error and its place.
        ProgramError: E325, E326 if the loss is not clear; E327 for an unknown name in ``wrt``.
    """
    file = str(path)
    reader = Reader(file, loss, n_pass, watch=watch)
    reader.tracer.pairs = bool(watch)
    reader.text = read_source(file) if text is None else text
    failure = reader.attempt()
    if failure is not None and not watch:
        raise failure
    program = reader.tracer.builder.run(())
    try:
        chosen = choose_loss(program, [(b.name, b.value) for b in reader.bound], loss)
    except ChainruleError as unclear:
        raise failure or unclear from None
    needed = {*program.program.pruned([chosen]).values()}
    updates = tuple(update for update in reader.updates if update.after not in needed)
    parameters = choose_parameters(
        program, chosen, [u.before for u in updates], wrt, _first(reader.bound)
    )
    return Script(
        file,
        program,
        chosen,
        parameters,
        tuple(reader.bound),
        updates,
        reader.printed.getvalue(),
        reader.watch,
        failure,
        tuple(reader.rebound),
        reader.text,
        reader.tracer.builder.met,
        recording=Recording(
            program,
            tuple(reader.tracer.events),
            {file: reader.text},
            reader.printed.getvalue(),
            "end" if failure is None else "error",
        ),
    )


def _first(bound: Sequence[Named]) -> dict[str, Value]:
    """The first value each name was given."""
    found: dict[str, Value] = {}
    for one in bound:
        found.setdefault(one.name, one.value)
    return found
