"""The second door: a plain script, run as it is, becomes a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from chainrule.program import ChainruleError, Run, Value
from chainrule.program.asked import require_pass
from chainrule.program.sources import read_source
from chainrule.trace.events import Named, ParameterMoved
from chainrule.trace.recording import Recording
from chainrule.trace.slice import cut
from chainrule.trace.statements.descent import with_descent
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
    updates: tuple[ParameterMoved, ...]
    printed: str
    watch: Watch | None = None
    failure: ChainruleError | None = None
    rebound: tuple[ParameterMoved, ...] = ()
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
        UsageError: E411 if the training has fewer than ``n_pass`` passes.
    """
    file = str(path)
    reader = Reader(file, loss, n_pass, watch=watch)
    reader.tracer.pairs = bool(watch)
    reader.text = with_descent(read_source(file) if text is None else text)
    failure = reader.attempt()
    if failure is not None and not watch:
        raise failure
    program = reader.tracer.builder.run(())
    try:
        chosen = choose_loss(program, [(b.name, b.value) for b in reader.bound], loss)
    except ChainruleError as unclear:
        raise failure or unclear from None
    # what failed may have had more passes before it
    require_pass(n_pass, n_pass if failure else reader.n_passes)
    needed = {*program.program.pruned([chosen]).values()}
    updates = tuple(update for update in reader.updates if update.after not in needed)
    # a name that is asked for is what the pass reads: in a later pass of a loop, the value before its update
    names = {**_first(reader.bound), **_read_last(reader.rebound, updates, needed)}
    parameters = choose_parameters(
        program, chosen, [u.before for u in updates], wrt, names
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


def _read_last(
    rebound: Sequence[ParameterMoved],
    updates: Sequence[ParameterMoved],
    needed: AbstractSet[Value],
) -> dict[str, Value]:
    """The value of each updated name that the pass read, under the name that its first value has."""
    earlier = {update.after: update.before for update in rebound}
    found: dict[str, Value] = {}
    for update in updates:
        first = update.before
        while first in earlier:
            first = earlier[first]
        if update.before in needed and first.name is not None:
            found.setdefault(first.name, update.before)
    return found


def _first(bound: Sequence[Named]) -> dict[str, Value]:
    """The first value each name was given."""
    found: dict[str, Value] = {}
    for one in bound:
        found.setdefault(one.name, one.value)
    return found
