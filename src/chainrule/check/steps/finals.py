"""What each update takes as its gradient, held against the true one: the verdict on every parameter.

The step of an update is read backwards from the new version. A value through which all of the step passes is a
*cut*; the nearest cut that is the true gradient is the final. Cuts are looked for through what optimizers do and
no further: arithmetic entry by entry in which one gradient, single numbers, states and the parameter take part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import combinations, product

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE, close, same_layout
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.tape import Failed, Numbers, number_of
from chainrule.check.steps.truths import Truths
from chainrule.program import Arg, Array, Size, Value

CONVENTIONS = (1.0, 2.0, 0.5)
"""A loss is often written without the half that its gradient is taken with, or the other way round."""
NOTHING = 1e-12
"""What a gradient, and a step, is rounding below, beside a weight of about 1."""


class State(Enum):
    """What can be said about an update's gradient."""

    RIGHT = auto()
    WRONG = auto()
    CANNOT_TELL = auto()


@dataclass(eq=False)
class Final:
    """One update, the values in its step that may be its gradient, and the numbers that scale the step.

    ``cuts`` are nearest first. ``target`` is the place of the true gradient; ``entries`` says which of its entries
    are meant, where a statement updates some of them. ``taken`` is the nearest value with a name through which all of
    the step passes, whatever its layout; ``inner`` are the numbers that scale what was given that name. ``kept`` is what decay leaves
    of the parameter before the step, where it does; ``added`` is what a velocity is given in this step.
    """

    parameter: Value
    name: str
    after: int | None
    before: int
    target: int
    cuts: tuple[int, ...]
    rates: tuple[Arg, ...] = ()
    entries: Array | None = None
    state: State = State.CANNOT_TELL
    convention: float = 1.0
    chosen: int | None = None
    taken: int | None = None
    inner: tuple[Arg, ...] = ()
    columns: Array | None = None
    signs: dict[int, float] = field(default_factory=dict)
    kept: int | None = None
    added: int | None = None

    def part(self, number: Array) -> Array:
        """The entries that are meant."""
        return number if self.entries is None else number[self.entries]

    @property
    def goals(self) -> tuple[int, ...]:
        """The places that decide: the cuts, and the new version."""
        return (*self.cuts, *(() if self.after is None else (self.after,)))


@dataclass(eq=False)
class Finals:
    """The finals of a script in its worlds. ``direction`` is 1 where the loss is to fall, -1 where it is to rise.

    ``spared`` are the files and lines of statements that other steps, which are right, go through.
    """

    evidence: Evidence
    truths: Truths
    all: list[Final]
    convention: float = 1.0
    direction: float = 1.0
    conventions: tuple[float, ...] = CONVENTIONS
    is_free: bool = False
    is_implied: bool = False
    spared: frozenset[tuple[str, int]] = frozenset()

    def judge(self) -> None:
        """Give every final its state, by the direction and the convention that suit them."""
        worlds = [world.numbers for world in self.evidence.worlds]
        choices = list(product((1.0, -1.0), self.conventions))
        most = len(self.all)
        # a convention is one of all of them; what is right as it stands is right by itself
        if not self._settle(choices, worlds, lambda n, c: n == most or c == choices[0]):
            # some are right and some are wrong by a convention that is not the loss's own
            enough = 1 if self.is_free else most // 2 + 1
            self._settle(choices, worlds, lambda n, _: n >= enough)
        for one in self.all:
            one.state = State.RIGHT if self.is_right(one, worlds) else State.WRONG

    def _settle(
        self,
        choices: Iterable[tuple[float, float]],
        worlds: Sequence[Numbers],
        suits: Callable[[int, tuple[float, float]], bool],
    ) -> bool:
        """Take the first direction and convention by which so many finals are right that it suits."""
        for direction, convention in choices:
            self.direction, self.convention = direction, convention
            n_right = sum(self.is_right(one, worlds) for one in self.all)
            if n_right and suits(n_right, (direction, convention)):
                if direction < 0 and not self._may_rise():
                    self.direction = 1.0
                return True
        self.direction, self.convention = 1.0, 1.0
        return False

    def _may_rise(self) -> bool:
        """Whether what is computed may be climbed, as a likelihood is: an error, which is never below 0, may not."""
        place = self.evidence.tape.at[self.evidence.loss]
        return any(
            float(np.ravel(w.numbers[place])[0]) < 0 for w in self.evidence.worlds
        )

    def is_right(
        self,
        final: Final,
        numbers: Sequence[Numbers],
        worlds: Sequence[int] | None = None,
    ) -> bool:
        """Whether the update takes the true gradient on all these numbers, by a cut or by its step.

        ``worlds`` says of which worlds the numbers are; of all, in their order, if it is not said.
        """
        for cut in final.cuts:
            if self._cut_is_right(final, cut, numbers):
                final.chosen = cut
                return True
        if final.after is not None and self._step_is_right(final, numbers, worlds):
            final.chosen = None
            return True
        return False

    def _cut_is_right(self, final: Final, cut: int, numbers: Sequence[Numbers]) -> bool:
        sign = 0.0
        for one in numbers:
            written, true = one[cut], one[final.target]
            if written is None or true is None:
                return False
            scaled = final.part(true) * self.convention
            if written.size != scaled.size or not same_layout(written, scaled):
                return False
            if final.after is not None and (
                one[final.after] is None
                or one[final.after].size != one[final.before].size
            ):
                # the step makes another array of the parameter
                return False
            # where nothing moves, no direction is seen
            sign = sign or self._sign(final, cut, one) * self.direction
            if not close((sign or 1.0) * written, scaled):
                return False
        return True

    def _sign(self, final: Final, cut: int, numbers: Numbers) -> float:
        """1 where the step takes the cut off the parameter, -1 where it puts it on, 0 where it does neither."""
        if final.after is None:
            return 1.0
        if cut not in final.signs:
            final.signs[cut] = self._settled_sign(final, cut)
        if final.signs[cut]:
            return final.signs[cut]
        return _step_sign(final, cut, numbers)

    def _settled_sign(self, final: Final, cut: int) -> float:
        """The sign where the step has a state in it, as momentum has; 0 where the step itself shows it."""
        for world in self.evidence.worlds:
            by_effect = self._sign_by_effect(final, cut, world.numbers)
            if by_effect is None:
                return 0.0
            if by_effect:
                # what is left of earlier steps may outweigh this one's, on other data
                own = 0.0 if final.added else _step_sign(final, cut, world.numbers)
                return by_effect if by_effect != own else 0.0
        return 0.0

    def _sign_by_effect(self, final: Final, cut: int, numbers: Numbers) -> float | None:
        """The sign of what the step is without, if the cut is 0; 0 if of nothing, None if that cannot be told."""
        tape, after = self.evidence.tape, final.after or 0
        cone = sorted({*tape.downstream([cut])} & tape.upstream([after]))
        try:
            without = tape.replay(
                numbers, [cut, *cone], {cut: lambda n: np.zeros_like(n[cut])}
            )
        except Failed:
            return None
        effect = final.part(without[after]) - final.part(numbers[after])
        written = numbers[cut].ravel()
        if effect.size != written.size:
            return 0.0
        return float(np.sign(np.vdot(effect.ravel(), written)))

    def _step_is_right(
        self, final: Final, numbers: Sequence[Numbers], worlds: Sequence[int] | None
    ) -> bool:
        """Whether the step is one number times the gradient on all data, and that number a rate in the step."""
        factors = self.factors(final, numbers)
        if factors is None:
            return False
        columns = self.rates(final)
        if worlds is not None:
            columns = columns[:, list(worlds)]
        given = np.array(factors)
        return bool(
            np.any(
                np.all(
                    (abs(columns - given) <= RELATIVE * columns) | np.isnan(given),
                    axis=1,
                )
            )
        )

    def rates(self, final: Final) -> Array:
        """The numbers that may scale the step, a row a product of them, a column a world."""
        if final.columns is None:
            # a step that nothing scales has its rate in what was given a name: step = 0.1 * gradient
            rates = final.rates or tuple(filter(self.may_be_rate, final.inner))
            worlds = [world.numbers for world in self.evidence.worlds]
            alone = ([rate] for rate in self._rates_within(final))
            many = (self._products(several, worlds) for several in (rates, *alone))
            final.columns = np.array([row for rows in many for row in rows])
        return final.columns

    def _rates_within(self, final: Final) -> list[Arg]:
        """The numbers by which anything is multiplied that a step is made of, but those that the loss is made of."""
        tape, evidence = self.evidence.tape, self.evidence
        is_of_loss = evidence.behind_loss | evidence.active
        made_of = tape.upstream([final.after or 0]) - evidence.behind_loss
        lines = (tape.line(place) for place in made_of - evidence.past)
        factors = (
            arg
            for line in lines
            if line is not None and line.op is ops.multiply
            for arg in line.args
            if not (
                isinstance(arg, Value) and (arg.shape or tape.at[arg] in is_of_loss)
            )
        )
        return list(filter(self.may_be_rate, dict.fromkeys(factors)))

    def may_be_rate(self, number: Arg) -> bool:
        """Whether a number may be a rate: no length, and none of those that gradients are made of."""
        held = number_of(number, self.evidence.tape.at, self.evidence.worlds[0].numbers)
        if isinstance(number, Size) or np.size(held) != 1:
            return False
        return abs(float(np.ravel(held)[0])) not in (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)

    def is_along(self, final: Final) -> bool:
        """Whether a step of several entries is some number times the gradient, up or down, on all data."""
        for one in (world.numbers for world in self.evidence.worlds):
            after, true = one[final.after or 0], one[final.target]
            if final.after is None or after is None or true is None:
                return False
            if not after.shape == one[final.before].shape == true.shape:
                return False
            step = final.part(after - one[final.before]).ravel()
            slope = final.part(true).ravel()
            size = float(np.sqrt((step @ step) * (slope @ slope)))
            if step.size < 2 or abs(abs(float(step @ slope)) - size) > RELATIVE * size:
                return False
        return True

    def factors(self, final: Final, numbers: Sequence[Numbers]) -> list[float] | None:
        """By how much the step is the gradient, on each of the data; None where it is no multiple of it."""
        factors: list[float] = []
        for one in numbers:
            after, before, true = (
                one[final.after or 0],
                one[final.before],
                one[final.target],
            )
            if after is None or true is None or after.shape != before.shape:
                return None
            if final.entries is not None and final.entries.shape != before.shape:
                return None
            start = final.part(before if final.kept is None else one[final.kept])
            step = self._taken(final, start, one)
            flat = final.part(true).ravel() * self.convention * self.direction
            size = float(flat @ flat)
            if step.size != flat.size:
                return None
            least = NOTHING * (1 + np.max(np.abs(start), initial=0.0))
            if np.max(np.abs(flat), initial=0.0) <= least:
                # no gradient here: nothing may move, and it says nothing about the rate
                if np.max(np.abs(step), initial=0.0) > least:
                    return None
                factors.append(np.nan)
                continue
            factor = float(step @ flat) / size
            if (
                factor <= 0
                or not np.isfinite(factor)
                or not _same(step, factor * flat, start)
            ):
                return None
            factors.append(factor)
        return factors

    def _taken(self, final: Final, start: Array, numbers: Numbers) -> Array:
        """What a step takes off, without what is left of earlier ones."""
        added = None if final.added is None else numbers[final.added]
        if final.added is None or added is None:
            return (start - final.part(numbers[final.after or 0])).ravel()
        taken: Array = self._sign(final, final.added, numbers) * added.ravel()
        return taken

    def _products(
        self, rates: Sequence[Arg], numbers: Sequence[Numbers]
    ) -> Iterator[list[float]]:
        """Numbers, their inverses, and products of a few of them."""
        columns = []
        for rate in rates:
            column = [number_of(rate, self.evidence.tape.at, one) for one in numbers]
            if not any(one is None or np.size(one) != 1 for one in column):
                columns.append([abs(float(np.ravel(one)[0])) for one in column])
        if not columns:
            yield [1.0] * len(numbers)
        inverse = [[1 / c if c else 0.0 for c in column] for column in columns]
        powers = [*enumerate(columns), *enumerate(inverse)]
        for n in (1, 2, 3):
            for chosen in combinations(powers, n):
                # a rate over itself is none
                if len({which for which, _ in chosen}) == n:
                    parts = zip(*(column for _, column in chosen), strict=True)
                    yield [float(np.prod(part)) for part in parts]

    def excuse(self, others: Iterable[Finals]) -> None:
        """What goes down on another loss of the script, as a generator does beside its discriminator, is right."""
        right = {
            other.moved(one)
            for other in others
            for one in other.all
            if one.state is State.RIGHT
        }
        if any(one.state is State.RIGHT for one in self.all):
            for one in self.wrong():
                if self.moved(one) in right:
                    one.state = State.RIGHT

    def moved(self, final: Final) -> tuple[Value, Value | None]:
        """What a final moves, and to where."""
        after = None if final.after is None else self.evidence.tape.values[final.after]
        return final.parameter, after

    @property
    def says_nothing(self) -> bool:
        """Whether all true gradients are 0 on all data, as those of an accuracy are."""
        targets = {one.target for one in self.all}
        return all(
            (number := world.numbers[place]) is not None and not number.any()
            for world in self.evidence.worlds
            for place in targets
        )

    def wrong(self) -> list[Final]:
        """The finals that are wrong."""
        return [one for one in self.all if one.state is State.WRONG]


def _step_sign(final: Final, cut: int, numbers: Numbers) -> float:
    """The sign of what the step has of the cut; 0 if it has nothing."""
    after, before, written = (
        numbers[final.after or 0],
        numbers[final.before],
        numbers[cut],
    )
    if after is None or written is None or after.size != before.size:
        return 0.0
    if final.entries is not None and before.shape != final.entries.shape:
        # an edit has made another array of it
        return 0.0
    step = (final.part(before) - final.part(after.reshape(before.shape))).ravel()
    return (
        float(np.sign(np.vdot(step, written.ravel())))
        if step.size == written.size
        else 0.0
    )


def _same(step: Array, other: Array, before: Array) -> bool:
    """Whether two steps are one, up to what is lost when a small step is taken off a large weight."""
    size = float(np.max(np.abs(other), initial=0.0))
    lost = 8 * np.finfo(float).eps * float(np.max(np.abs(before), initial=0.0))
    return bool(np.max(np.abs(step - other), initial=0.0) <= 1e-5 * size + lost)
