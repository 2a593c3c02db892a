"""Where a hand-written value was computed: expressions of the source, each with all its executions.

An expression that the forward pass runs, too, is no suspect: its caller is, as an expression of its own whose
value is what the call returned.
"""

from __future__ import annotations

import ast
import linecache
import symtable
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

from chainrule import ops
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.recorder import Spot
from chainrule.program import Arg, Line, Op, Value
from chainrule.trace.source import Span, span_of
from chainrule.trace.statements.watch import Execution

Key = tuple[str, Span]
COMPREHENSIONS = frozenset({"<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"})


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """One execution of an expression: its lines, what it read from elsewhere, what came out, in which call."""

    lines: tuple[int, ...]
    args: tuple[Arg, ...]
    result: int
    frame: int


@dataclass(eq=False)
class Site:
    """An expression of the source with its executions, in order. ``op`` is None where it is a call of several lines.

    Of an argument of a call, the lines of an execution are those that read what was handed over.
    """

    key: Key
    node: ast.expr | ast.stmt | None
    statement: Statement
    op: Op | None
    params: dict[str, object]
    runs: list[Ran] = field(default_factory=list)
    is_argument: bool = False

    @property
    def results(self) -> list[int]:
        """The places of what came out, an execution each."""
        return [one.result for one in self.runs]


@dataclass(eq=False)
class Statement:
    """A statement of the source, with the expressions in it that computed something by hand."""

    file: str
    line: int
    node: ast.stmt | None
    function: str
    sites: list[Site] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, int]:
        """Where it stands."""
        return self.file, self.line

    @property
    def first(self) -> int:
        """The place of the first thing it computed."""
        return min(site.runs[0].lines[0] for site in self.sites)

    @property
    def last_results(self) -> list[int]:
        """Everything it computed last in each execution."""
        return [place for site in self.sites for place in site.results]


class Trees:
    """The syntax trees of the files that were run, and what stands where in them."""

    def __init__(self, file: str, text: str) -> None:
        self.texts = {file: text}
        self._nodes: dict[str, dict[Span, ast.expr | ast.stmt]] = {}
        self._statements: dict[str, list[ast.stmt]] = {}
        self._trees: dict[str, ast.Module] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._outer: dict[str, frozenset[str]] = {}

    def text(self, file: str) -> str:
        """The source of a file."""
        if file not in self.texts:
            self.texts[file] = "".join(linecache.getlines(file))
        return self.texts[file]

    def tree(self, file: str) -> ast.Module:
        """The tree of a file; an empty one where it is no Python."""
        if file not in self._trees:
            try:
                self._trees[file] = ast.parse(self.text(file))
            except SyntaxError:
                self._trees[file] = ast.Module([], [])
        return self._trees[file]

    def names(self, file: str) -> frozenset[str]:
        """Every name that a file reads or binds."""
        if file not in self._names:
            self._names[file] = frozenset(
                node.id if isinstance(node, ast.Name) else node.arg
                for node in ast.walk(self.tree(file))
                if isinstance(node, ast.Name | ast.arg)
            )
        return self._names[file]

    def module_names(self, file: str) -> frozenset[str]:
        """The names that functions of a file read, and do not bind: those of the module."""
        if file not in self._outer:
            text = ast.unparse(self.tree(file))
            table = symtable.symtable(text, file, "exec")
            self._outer[file] = frozenset(_global_names(table))
        return self._outer[file]

    def node(self, file: str, span: Span) -> ast.expr | ast.stmt | None:
        """The expression, or the augmented assignment, at a span."""
        if file not in self._nodes:
            found: dict[Span, ast.expr | ast.stmt] = {}
            for node in ast.walk(self.tree(file)):
                if isinstance(node, ast.expr | ast.AugAssign):
                    found.setdefault(span_of(node), node)
            self._nodes[file] = found
        return self._nodes[file].get(span)

    def subscripts(self, file: str, line: int) -> list[ast.Subscript]:
        """What is read in brackets in the function that begins at a line; else in the whole file."""
        inside = next(
            (
                node
                for node in ast.walk(self.tree(file))
                if isinstance(node, ast.FunctionDef) and node.lineno == line
            ),
            self.tree(file),
        )
        return [one for one in ast.walk(inside) if isinstance(one, ast.Subscript)]

    def suite(self, file: str, statement: ast.stmt) -> list[ast.stmt] | None:
        """The statements among which one stands."""
        for node in ast.walk(self.tree(file)):
            for name in ("body", "orelse", "finalbody"):
                suite = getattr(node, name, None)
                if isinstance(suite, list) and any(one is statement for one in suite):
                    return suite
        return None

    def loop(self, file: str, statement: ast.stmt | None) -> ast.For | ast.While | None:
        """The innermost loop around a statement."""
        found: ast.For | ast.While | None = None
        for node in ast.walk(self.tree(file)):
            if isinstance(node, ast.For | ast.While) and any(
                one is statement for part in node.body for one in ast.walk(part)
            ):
                # ast.walk goes from the outside in
                found = node
        return found

    def statement(self, file: str, span: Span) -> ast.stmt | None:
        """The innermost statement around a span."""
        if file not in self._statements:
            self._statements[file] = [
                node for node in ast.walk(self.tree(file)) if isinstance(node, ast.stmt)
            ]
        best: ast.stmt | None = None
        for node in self._statements[file]:
            whole = span_of(node)
            is_around = whole[:2] <= span[:2] and span[2:] <= whole[2:]
            if is_around and (best is None or span_of(best)[:2] <= whole[:2]):
                best = node
        return best


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    if table.get_type() == "function":
        yield from (one.get_name() for one in table.get_symbols() if one.is_global())
    for child in table.get_children():
        yield from _global_names(child)


@dataclass(eq=False)
class Sites:
    """All expressions of a script that computed what the loss is not made of; if ``forward``, what it is made of."""

    evidence: Evidence
    forward: bool = False

    @cached_property
    def trees(self) -> Trees:
        """The sources."""
        recording = self.evidence.recording
        return Trees(recording.file, recording.text)

    @cached_property
    def modules(self) -> frozenset[str]:
        """What the script calls its modules: ``np`` in ``np.sum(x)`` is no argument."""
        scope = self.evidence.recording.notes.scope
        return frozenset(
            name for name, item in scope.items() if isinstance(item, ModuleType)
        )

    @cached_property
    def _forward_places(self) -> set[Key]:
        """Every span of every frame in which a value of the forward pass was computed."""
        tape, spots = self.evidence.tape, self.evidence.recording.spots
        found: set[Key] = set()
        for place in self.evidence.behind_loss:
            found.update(
                (spot.file, spot.span) for spot in spots.get(tape.values[place], ())
            )
        return found

    def blamed(self, place: int) -> Spot | None:
        """The frame in which what was computed would have to be written otherwise."""
        spots = self.evidence.recording.spots.get(self.evidence.tape.values[place], ())
        for spot in spots:
            if self.forward or (spot.file, spot.span) not in self._forward_places:
                return spot
        return spots[0] if spots else None

    @cached_property
    def statements(self) -> list[Statement]:
        """The statements in the order in which they first ran."""
        found: dict[tuple[str, int], Statement] = {}
        for site in self._all:
            statement = site.statement
            found.setdefault((statement.file, statement.line), statement)
        return sorted(found.values(), key=lambda one: one.first)

    @cached_property
    def of_place(self) -> dict[int, Site]:
        """The site at which each hand-written value was computed."""
        return {
            place: site
            for site in self._all
            for ran in site.runs
            for place in ran.lines
        }

    @cached_property
    def _all(self) -> list[Site]:
        tape = self.evidence.tape
        groups: dict[Key, list[tuple[int, int]]] = {}
        for place in range(tape.n_inputs, self.evidence.n_recorded):
            is_forward = place in self.evidence.behind_loss
            if is_forward is not self.forward or not self._line(place).args:
                # a constant written out is nobody's computation
                continue
            spot = self.blamed(place)
            if spot is not None:
                frame = self._function_frame(place, spot)
                groups.setdefault((spot.file, spot.span), []).append((place, frame))
        statements: dict[tuple[str, int], Statement] = {}
        sites: list[Site] = []
        for key, places in groups.items():
            kinds: dict[Op | None, list[Ran]] = {}
            for ran in self._runs(places):
                op = self._line(ran.result).op if len(ran.lines) == 1 else None
                kinds.setdefault(op, []).append(ran)
            for op, runs in kinds.items():
                statement = self._statement(key, places[0][0], statements)
                if op is ops.identity and self._only_kept(statement, runs[0]):
                    continue
                params = {} if op is None else dict(self._line(runs[0].result).params)
                site = Site(key, self.trees.node(*key), statement, op, params, runs)
                statement.sites.append(site)
                sites.append(site)
        return sites

    def _only_kept(self, statement: Statement, ran: Ran) -> bool:
        """Whether what the forward pass knows is only handed back, or kept beside other things: a cache is no gradient."""
        value = getattr(statement.node, "value", None)
        beside = isinstance(statement.node, ast.Return) or isinstance(value, ast.Tuple)
        return beside and ran.result not in self.evidence.judged

    def _function_frame(self, place: int, spot: Spot) -> int:
        """The frame of the function around: a comprehension has one of its own, and none of the names."""
        spots = self.evidence.recording.spots[self.evidence.tape.values[place]]
        after = spots[spots.index(spot) :]
        for one in after:
            if one.function not in COMPREHENSIONS:
                return one.frame
        return spot.frame

    def _statement(
        self, key: Key, place: int, statements: dict[tuple[str, int], Statement]
    ) -> Statement:
        file, span = key
        node = self.trees.statement(file, span)
        line = node.lineno if node is not None else span[0]
        found = statements.get((file, line))
        if found is None:
            spot = self.blamed(place)
            function = spot.function if spot is not None else ""
            found = statements[file, line] = Statement(file, line, node, function)
        return found

    def _line(self, place: int) -> Line:
        line = self.evidence.tape.line(place)
        if line is None:
            message = "an input was not computed"
            raise LookupError(message)
        return line

    @cached_property
    def _ends(self) -> list[int]:
        """How many lines had been recorded when each bound expression was done."""
        return sorted({one.n_lines for one in self.evidence.recording.executions()})

    def _is_apart(self, last: tuple[int, int], place: int, frame: int) -> bool:
        """Whether a line begins another execution than the one before it."""
        if frame != last[1]:
            return True
        follows = place == last[0] + 1 and not self._is_between(last[0], place)
        # the lines of a helper's call may have others in between
        return not follows and not self._same_call(last[0], place)

    def _runs(self, places: Sequence[tuple[int, int]]) -> Iterator[Ran]:
        """The executions of one expression: lines that follow one another and are made of one another."""
        block: list[tuple[int, int]] = []
        for place, frame in places:
            if block and self._is_apart(block[-1], place, frame):
                yield from self._split(block)
                block = []
            block.append((place, frame))
        if block:
            yield from self._split(block)

    def _is_between(self, one: int, other: int) -> bool:
        """Whether a bound expression was done between two lines."""
        moment = self.evidence.moment
        at = bisect_left(self._ends, moment(one) + 1)
        return at < len(self._ends) and self._ends[at] <= moment(other)

    def _same_call(self, one: int, other: int) -> bool:
        """Whether two lines belong to one call of a function below the blamed frame."""
        spots = self.evidence.recording.spots
        a = spots.get(self.evidence.tape.values[one], ())
        b = spots.get(self.evidence.tape.values[other], ())
        blamed = self.blamed(one)
        if blamed is None or blamed not in a or blamed not in b:
            return False
        i, j = a.index(blamed), b.index(blamed)
        return i > 0 and j > 0 and a[i - 1].frame == b[j - 1].frame

    def _split(self, block: Sequence[tuple[int, int]]) -> Iterator[Ran]:
        tape = self.evidence.tape
        parts: list[list[int]] = []
        for place, _ in block:
            mine = [p for p in parts if not set(tape.reads[place]).isdisjoint(p)]
            others = [p for p in parts if p not in mine]
            parts = [*others, [*(x for p in mine for x in p), place]]
        if len(parts) > 1 and self._same_call(parts[0][0], parts[-1][0]):
            parts = [[x for p in parts for x in p]]
        for part in parts:
            inside = set(part)
            args: list[Arg] = []
            for place in part:
                for arg in self._line(place).args:
                    if isinstance(arg, Value) and tape.at[arg] in inside:
                        continue
                    if len(part) == 1 or (isinstance(arg, Value) and arg not in args):
                        args.append(arg)
            yield Ran(tuple(part), tuple(args), part[-1], block[0][1])

    def execution(self, ran: Ran, statement: Statement) -> Execution | None:
        """What the instrumented statement saw when this ran; None where it was not instrumented."""
        moment = self.evidence.moment(ran.result)
        for one in self._by_frame.get(ran.frame, ()):
            if one.n_lines > moment and one.site.statement.lineno == statement.line:
                return one
        return None

    @cached_property
    def _by_frame(self) -> dict[int, list[Execution]]:
        found: dict[int, list[Execution]] = {}
        for one in self.evidence.recording.executions():
            found.setdefault(one.frame, []).append(one)
        return found
