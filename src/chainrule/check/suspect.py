"""A statement under suspicion: what its result should be, and what stands near it that could have been meant."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.check.agree import close, factor, same_layout
from chainrule.check.place import Known, Place, known
from chainrule.check.spelled import Words
from chainrule.check.study import Study, compute
from chainrule.program import Array, Line, Value
from chainrule.program.program import substitute
from chainrule.program.run import measure, resolve
from chainrule.trace.statements.watch import Execution

MOST_OTHERS = 60


@dataclass(frozen=True, slots=True)
class Bend:
    """An activation: its function, and its slope in the words of what goes in or what comes out."""

    name: str
    forward: Callable[[Array], Array]
    slopes: tuple[str, ...]


BENDS = (
    Bend("tanh", np.tanh, ("1 - {y}**2", "1 - np.tanh({x})**2")),
    Bend("the sigmoid", lambda x: 1 / (1 + np.exp(-x)), ("{y} * (1 - {y})",)),
    Bend("relu", lambda x: np.maximum(0, x), ("{x} > 0", "{y} > 0")),
    Bend("exp", np.exp, ("{y}",)),
    Bend("square", np.square, ("2 * {x}",)),
    Bend("softplus", lambda x: np.log1p(np.exp(x)), ("1 / (1 + np.exp(-{x}))",)),
    Bend("log", np.log, ("1 / {x}",)),
    Bend(
        "leaky relu",
        lambda x: np.where(x > 0, x, 0.01 * x),
        ("np.where({x} > 0, 1, 0.01)",),
    ),
    Bend("sin", np.sin, ("np.cos({x})",)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Bent:
    """Two forward values of which one is an activation of the other."""

    bend: Bend
    x: Value
    y: Value


AUGMENTED = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.MatMult: np.matmul,
}


@dataclass(eq=False)
class Suspect:
    """One statement that may be at fault, and the test that a change of it has to pass.

    ``places`` are its executions on the way to the claim (several, in a loop); a change is made to all of them at
    once, and what follows is run again. ``wanted`` is what the claim should be in each world; of a ``free`` one, which
    holds its learning rate, up to a positive number.
    """

    places: Sequence[Place]
    words: Words
    claims: tuple[Value, ...]
    target: Value
    wanted: Sequence[Array]
    free: bool = False

    @property
    def place(self) -> Place:
        """The first execution."""
        return self.places[0]

    @property
    def study(self) -> Study:
        """The script."""
        return self.place.study

    @property
    def execution(self) -> Execution:
        """When it ran first."""
        return self.place.execution

    @property
    def root(self) -> ast.expr:
        """The expression as written."""
        return self.place.root

    # testing

    @cached_property
    def results(self) -> dict[Value, Place]:
        """What each execution made."""
        found: dict[Value, Place] = {}
        for place in self.places:
            for _, item in place.execution.results[:1]:
                if isinstance(item, Value):
                    found[item] = place
        return found

    @cached_property
    def path(self) -> list[Line]:
        """The lines from the first execution to the claim."""
        cone = frozenset().union(*(self.study.cone(claim) for claim in self.claims))
        touched = set(self.results)
        path = []
        for line in self.study.lines:
            if line.result in self.results or (
                line.result in cone and any(read in touched for read in line.reads())
            ):
                touched.add(line.result)
                path.append(line)
        return path

    def outcome(self, changed: ast.expr, world: int) -> Array:
        """The claim in a world, had the expression been written differently.

        Raises:
            Exception: where the change does not compute.
        """
        return np.asarray(self.replay(changed, world)[self.claims[0]])

    @property
    def cost(self) -> int:
        """How many lines are run to try a change on one data set."""
        return len(self.path) + 5

    def replay(self, changed: ast.expr, world: int) -> Mapping[Value, Array]:
        """A world's numbers, had the expression been written differently wherever it runs.

        Raises:
            Exception: where the change does not compute.
        """
        fresh: dict[Value, Array] = {}
        numbers = ChainMap(fresh, self.place.worlds[world])  # type: ignore[arg-type]
        with np.errstate(all="ignore"):
            for line in self.path:
                place = self.results.get(line.result)
                if place is not None:
                    fresh[line.result] = self._made(place, changed, line, numbers)
                elif not compute(line, numbers):
                    raise ValueError
        return numbers

    def _made(
        self,
        place: Place,
        changed: ast.expr,
        line: Line,
        numbers: Mapping[Value, Array],
    ) -> Array:
        value = np.asarray(place.evaluate(changed, numbers))
        site = place.execution.site
        before = line.args[0]
        if place.execution.written and isinstance(line.args[1], Value):
            args = [resolve(arg, numbers) for arg in line.args]
            params = {
                key: substitute(p, lambda size: measure(size, numbers))
                for key, p in line.params.items()
            }
            if site.augmented is not None:
                item = self.study.producer[line.args[1]].args[0]
                value = AUGMENTED[type(site.augmented)](resolve(item, numbers), value)
            return np.asarray(line.op.forward(args[0], value, *args[2:], **params))
        if site.augmented is not None:
            return np.asarray(
                AUGMENTED[type(site.augmented)](resolve(before, numbers), value)
            )
        return value

    def passes(self, changed: ast.expr) -> bool:
        """Whether the claim is right with the expression changed, on every data set."""
        if self.free:
            factors = self.surplus(changed)
            return factors is not None and bool(
                factors[0] > 0 and np.allclose(factors, factors[0], rtol=1e-6)
            )
        # the script's own data come last: fresh numbers tell things apart that coincide there
        return all(self._passes(changed, i) for i in (*range(1, len(self.wanted)), 0))

    def _passes(self, changed: ast.expr, world: int) -> bool:
        try:
            result = self.outcome(changed, world)
        except Exception:  # noqa: BLE001 - a change that does not compute is not what was meant
            return False
        return same_layout(result, self.wanted[world]) and close(
            result, self.wanted[world]
        )

    def surplus(self, changed: ast.expr) -> tuple[float, ...] | None:
        """The factor by which the claim is too large with the expression changed, on each data set."""
        factors = []
        for i, wanted in enumerate(self.wanted):
            try:
                result = self.outcome(changed, i)
            except Exception:  # noqa: BLE001 - as above
                return None
            one = factor([result], [wanted]) if np.any(wanted) else np.nan
            if one is None:
                return None
            factors.append(one)
        held = [one for one in factors if not np.isnan(one)]
        return tuple(factors) if held and self._is_constant(factors) else None

    def _is_constant(self, factors: Sequence[float]) -> bool:
        """Whether data sets of one size have one factor."""
        sizes = [
            tuple(np.shape(world[root]) for root in self.study.roots if root in world)
            for world in self.place.worlds
        ]
        alike = [
            one
            for one, size in zip(factors, sizes, strict=True)
            if size == sizes[0] and not np.isnan(one)
        ]
        return not alike or bool(np.allclose(alike, alike[0], rtol=1e-5))

    # what is there

    @cached_property
    def nodes(self) -> list[ast.expr]:
        """The parts of the expression, outermost first."""
        return list(self.place.nodes())

    @cached_property
    def leaves(self) -> list[tuple[ast.expr, Value]]:
        """The names and items of the expression that are arrays or numbers."""
        found = []
        for node in self.nodes:
            item = self.place.item(node) if self.place.is_leaf(node) else None
            if isinstance(item, Value):
                found.append((node, item))
        return found

    def others(self, item: Value, node: ast.expr) -> Iterator[Known]:
        """Other values at hand of the same shape, the nearest names first; older versions of a value, too."""
        own = ast.unparse(node)
        fitting = [
            known(text, other)
            for text, other in self.place.visible.items()
            if isinstance(other, Value)
            and other is not item
            and other.shape == item.shape
            and self.usable(other)
        ]
        fitting.sort(
            key=lambda one: (abs(len(one.id) - len(own)), -_common(one.id, own))
        )
        yield from self.older(item, own)
        yield from fitting[:MOST_OTHERS]

    def older(self, item: Value, text: str) -> Iterator[Known]:
        """What a parameter was before it was updated."""
        before = self.study.before.get(item)
        if before is not None:
            yield known(text, before, old=True)

    def usable(self, other: Value) -> bool:
        """Whether a value existed before the statement, so that it may be used in it."""
        own = {item for _, item in self.execution.results}
        return other not in own and not any(
            one in self.study.cone(other)
            for one in own
            if isinstance(one, Value) and one in self.study.producer
        )

    @cached_property
    def bent(self) -> list[Bent]:
        """The activations of the forward pass, found by their numbers."""
        return bent_values(self.study)

    @cached_property
    def texts(self) -> Mapping[Value, str]:
        """The user's names."""
        return self.words.texts

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of a part, as written."""
        return self.place.shape(node)


def bent_values(study: Study) -> list[Bent]:
    """Pairs of forward values of which one is an activation of the other, on every data set."""
    kept = study.notes.get("bent")
    if not isinstance(kept, list):
        kept = study.notes["bent"] = list(_bent(study))
    return kept


def _bent(study: Study) -> Iterator[Bent]:
    values = [
        value
        for value in study.derived.gradients
        if value.differentiable and value in study.trials[0].numbers
    ]
    # a shape that broadcasts is no pair; a pair must be computed one from the other
    for y in values:
        cone = study.cone(y)
        for x in values:
            if x is y or x.shape != y.shape or x not in cone:
                continue
            for bend in BENDS:
                if all(_is(bend, trial.numbers, x, y) for trial in study.trials):
                    yield Bent(bend, x, y)
                    break


def _is(bend: Bend, numbers: Mapping[Value, Array], x: Value, y: Value) -> bool:
    with np.errstate(all="ignore"):
        x_number, y_number = numbers[x], numbers[y]
        if (
            x_number.size == 0
            or abs(bend.forward(x_number.ravel()[-1:])[0] - y_number.ravel()[-1]) > 1e-6
        ):
            return False
        made = bend.forward(x_number)
        return bool(np.allclose(made, y_number, rtol=1e-9, atol=1e-12))


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
