"""The backward pass told step by step: the rule, its slope, what comes from above, their product, why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.derive.idioms import Idiom
from chainrule.formula import (
    Node,
    Operator,
    chain,
    derivative,
    entry,
    formula,
    infix,
    marked,
    number,
    sequence,
    to_text,
)
from chainrule.lesson.chapters.words import an, caution_of, place_of, times
from chainrule.lesson.parts import (
    Cell,
    Chain,
    Fold,
    Formula,
    Heading,
    Note,
    Numbers,
    Part,
    Prose,
    Row,
    Spans,
    Table,
)
from chainrule.lesson.proofs import pulled as pulled_apart
from chainrule.lesson.proofs.products import product_proof, product_slope
from chainrule.lesson.proofs.proof import provable, prove
from chainrule.lesson.story.folding import Folding
from chainrule.lesson.story.fusing import fusion_of
from chainrule.lesson.story.listing import Listing
from chainrule.lesson.story.roles import Roles
from chainrule.lesson.story.story import Link, Stop, Story, Telling, Way
from chainrule.lesson.summary import is_small
from chainrule.lesson.symbols.slopes import (
    Slope,
    entrywise,
    expression,
    for_label,
    keeps_shape,
    reason,
    slope,
)
from chainrule.lesson.symbols.writer import Writer, fits, gradient_of, name, numbers
from chainrule.program import Line, Run, Size, Value

WALK = (
    "We walk from the loss back. At each step one gradient comes from above, the line itself has a slope (its "
    "local derivative), and their product is the gradient of what entered the line. It starts with "
)


class Backward:
    """Section 4: one step for every gradient, from the loss back."""

    def __init__(
        self, story: Story, roles: Roles, listing: Listing, *, detailed: bool
    ) -> None:
        self.story, self.roles, self.listing = story, roles, listing
        self.detailed = detailed
        self.loss = story.study.loss_name
        self.proved: set[tuple[str, int]] = set()
        self.cancelled: set[Idiom] = set()

    def parts(self, folding: Folding) -> Iterator[Part]:
        """Every step in order; steps like one told before are gathered in a table."""
        stops = self.story.order
        yield Heading("Backward pass", 2, "backward")
        yield Prose(
            (
                WALK,
                infix(derivative(name(self.loss), name(self.loss)), "=", number(1)),
                ": the loss moves one for one with itself.",
            )
        )
        for position, stop in enumerate(stops, 1):
            like = folding.like.get(stop.name)
            if like is None:
                yield from self.step(stop, position, len(stops))
        repeated = [stop for stop in stops if stop.name in folding.like]
        if repeated:
            yield from self._repeated(repeated, folding)

    def table(self, folding: Folding) -> Iterator[Part]:
        """Every gradient in one table: the network seen from far."""
        yield Heading("Backward pass", 2, "backward")
        yield Prose(("Every gradient by the chain rule, from the loss back.",))
        stops = self.story.order[: folding.most]
        yield Table(
            ("gradient", "is", "shape", "norm"),
            tuple(self._summary(stop) for stop in stops),
        )
        left = len(self.story.order) - len(stops)
        if left > 0:
            yield Prose((f"… and {left} more.",))

    def _summary(self, stop: Stop) -> tuple[Cell, ...]:
        telling = self._telling(stop)
        mine = telling.stops[stop.name]
        array = telling.derived.run.numbers[mine.gradient]
        return (
            gradient_of(stop.name, self.loss),
            telling.written(mine),
            str(stop.value.shape),
            float(np.linalg.norm(array)),
        )

    def _repeated(self, stops: list[Stop], folding: Folding) -> Iterator[Part]:
        yield Heading("The same, layer after layer", 3, "backward-repeated")
        yield Prose(
            (
                "These gradients are found exactly as the ones named beside them; only names and shapes differ.",
            )
        )
        rows = [
            (*self._summary(stop), gradient_of(folding.like[stop.name], self.loss))
            for stop in stops[: folding.most]
        ]
        yield Table(("gradient", "is", "shape", "norm", "as for"), tuple(rows))
        left = len(stops) - len(rows)
        if left > 0:
            yield Prose((f"… and {left} more of the same kind.",))

    def step(self, stop: Stop, position: int, count: int) -> Iterator[Part]:
        """One gradient."""
        yield self._head(stop, position, count)
        if not stop.ways:
            yield Prose(
                (
                    f"The loss does not depend on {stop.name}, so its gradient is 0 everywhere.",
                )
            )
        else:
            yield from self._rules(stop)
        fused = self.story.is_fused(stop)
        rows = list(self._products(self.story.literal, stop))
        yield Formula(tuple(rows))
        if fused:
            yield from self._textbook(stop)
        yield self._result(stop)
        if fused:
            yield from self._cancelling(stop)
        yield from self._special(stop)
        yield from self._remarks(stop)
        if self.detailed:
            yield from self._proofs(stop)

    def _head(self, stop: Stop, position: int, count: int) -> Chain:
        path = self.story.path(stop)
        links: list[Node] = [name(one) for one in path]
        if len(links) > 9:
            links = [*links[:3], number_gap(), *links[-4:]]
        current = len(links) - 1
        following = self.story.next_stops.get(stop.name, [])
        if following:
            links.append(sequence(*(name(one) for one in following[:6])))
        sources = [place_of(self.story, way.end.name or "") for way in stop.ways]
        places = dict.fromkeys(place for place in sources if place is not None)
        return Chain(
            tuple(links),
            current,
            "Backward",
            (position, count),
            gradient_of(stop.name, self.loss),
            (self.roles.meaning(stop.name),),
            tuple(places)[:4],
            f"gradient-{stop.name}",
        )

    def _rules(self, stop: Stop) -> Iterator[Part]:
        rows: list[Row] = []
        if len(stop.ways) > 1:
            rows.append(
                Row(
                    "rule",
                    reason=(
                        name(stop.name),
                        f" is used {times(len(stop.ways))}; each use sends a gradient back, and they add up",
                    ),
                )
            )
        told: dict[object, list[Way]] = {}
        for way in stop.ways:
            told.setdefault(_kind(way), []).append(way)
        for way, *alike in told.values():
            lead: Spans = (
                ("in ", name(way.end.name or ""), ": ") if len(stop.ways) > 1 else ()
            )
            said = dict.fromkeys(
                filter(None, (self._said(link) for link in reversed(way.links)))
            )
            rows += [Row("rule", reason=(*lead, one)) for one in said]
            rows += self._locals(stop, way)
            if alike:
                others = sequence(*(name(other.end.name or "") for other in alike))
                rows.append(Row("rule", reason=("in ", others, ": in the same way")))
        yield Formula(tuple(rows))

    def _said(self, link: Link) -> str:
        """The reason of a link in the reader's names, with what un-broadcasting adds to it."""
        contribution = link.contribution
        writer = self.story.literal.writer
        said = reason(link.line, contribution.position, writer.said)
        _, _, fitted = contribution.why.partition(
            ", so the gradients of all of them add up"
        )
        if "so the gradients of all of them add up" in contribution.why:
            arg = link.line.args[contribution.position]
            what = writer.said(arg) if isinstance(arg, Value) else "it"
            said += f"; {what} is used for every row or entry of {writer.said(link.line.result)}, so their gradients add up"
        return said + fitted * 0

    def _locals(self, stop: Stop, way: Way) -> list[Row]:
        """The local derivative of the way: one number an entry, or the other factor of a product."""
        links = [
            (link.line, link.contribution.position) for link in reversed(way.links)
        ]
        end, here = name(way.end.name or ""), name(stop.name)
        if self._plain(stop, way):
            if way.end.name == self.loss:
                return []
            found = slope(self.story.study.literal.forward, links)
            left = derivative(end, here)
            literal = self.story.literal.writer
            shown = expression(found, literal.names, literal.producer)
            rows = [Row("local", left, right=marked_local(shown))]
            rows += self._slope_rows(found, shown)
            return rows
        *outer, (line, position) = links
        if line.op.name == "matmul" and all(
            one.op.name in {"add", "subtract"} and p == 0 for one, p in outer
        ):
            found_row = product_slope(line, position, end, here)
            return [found_row] if found_row is not None else []
        return []

    def _plain(self, stop: Stop, way: Way) -> bool:
        return all(
            entrywise(link.line, link.contribution.position) for link in way.links
        ) and (
            stop.value.shape == way.end.shape
            and all(
                keeps_shape(link.line, link.contribution.position) for link in way.links
            )
        )

    def _slope_rows(self, found: Slope, shown: Node) -> Iterator[Row]:
        """A slope with its numbers put in, and what it comes to."""
        result = self._slope_numbers(found)
        if result is None or not isinstance(found.of, Value) or not self.detailed:
            return
        literal = self.story.literal.writer
        whole = Run(found.run.program, {**literal.run.numbers, **found.run.numbers})
        writer = Writer(whole, literal.names, literal.kinds, literal.producer)
        texts = [to_text(shown)]
        put_in = writer.stages(found.of) if found.of in writer.producer else []
        for node in (*put_in[:1], result):
            if to_text(node) not in texts and fits(node):
                texts.append(to_text(node))
                yield Row(right=node)

    def _slope_numbers(self, found: Slope) -> Node | None:
        if not isinstance(found.of, Value):
            return number(found.of)
        array = found.run.numbers[found.of]
        if not is_small(array):
            return None
        return numbers(np.asarray(array, dtype=float), None, "local")

    def _telling(self, stop: Stop) -> Telling:
        return (
            self.story.textbook
            if stop.name in self.story.textbook.stops
            else self.story.literal
        )

    def _products(self, telling: Telling, stop: Stop) -> Iterator[Row]:
        """The gradient as upstream times local: in symbols, then in numbers."""
        writer = telling.writer
        mine = telling.stops[stop.name]
        left = gradient_of(stop.name, self.loss, "result")
        if mine.gradient not in writer.producer:
            yield Row("symbols", left, right=telling.written(mine))
            return
        if (
            len(mine.ways) == 1
            and self._plain(stop, mine.ways[0])
            and mine.ways[0].end.name != self.loss
        ):
            end = mine.ways[0].end.name or ""
            upstream = gradient_of(end, self.loss, "upstream")
            sign = (
                "·"
                if stop.value.shape == () or int(np.prod(stop.value.shape)) == 1
                else "⊙"
            )
            yield Row(
                "symbols",
                left,
                right=infix(upstream, sign, derivative(name(end), name(stop.name))),
            )
            yield Row(right=writer.written(mine.gradient))
            through = telling.derived.gradients[mine.ways[0].end]
            if writer.written(mine.gradient) == writer.symbol(through):
                return
            yield from self._product_numbers(telling, mine, sign)
            return
        else:
            yield Row(
                "symbols",
                left,
                right=writer.written(mine.gradient),
                reason=self._batch(mine),
            )
        if not self.detailed or writer.is_same(mine.gradient):
            return
        label = "numbers"
        for stage in writer.stages(mine.gradient):
            yield Row(label, right=stage)
            label = ""
        if telling is self.story.literal and self.story.is_fused(stop):
            yield from self._literal_result(telling, mine)

    def _literal_result(self, telling: Telling, stop: Stop) -> Iterator[Row]:
        """What the literal product comes to, before a textbook's form is set beside it."""
        array = telling.derived.run.numbers[stop.gradient]
        if is_small(array):
            yield Row(right=numbers(array, f"d{stop.name}", "result"))

    def _product_numbers(
        self, telling: Telling, stop: Stop, sign: str
    ) -> Iterator[Row]:
        """Upstream times local, in numbers."""
        (way,) = stop.ways
        upstream = telling.derived.run.numbers[
            telling.stops[way.end.name or ""].gradient
        ]
        links = [
            (link.line, link.contribution.position) for link in reversed(way.links)
        ]
        local = self._slope_numbers(slope(telling.derived.forward, links))
        if local is None or not is_small(upstream) or not self.detailed:
            return
        put_in = infix(numbers(upstream, f"d{way.end.name}", "upstream"), sign, local)
        if fits(put_in):
            yield Row("numbers", right=put_in)
        if telling is self.story.literal and self.story.is_fused(stop):
            yield from self._literal_result(telling, stop)

    def _batch(self, stop: Stop) -> Spans:
        """What a product of matrices adds up besides."""
        if len(stop.ways) != 1:
            return ()
        link = stop.ways[0].links[0]
        line, position = link.line, link.contribution.position
        if line.op.name != "matmul" or stop.value.ndim != 2:
            return ()
        other = line.args[1 - position]
        if not isinstance(other, Value) or other.ndim != 2:
            return ()
        length, what = (
            (other.shape[0], "rows") if position == 1 else (other.shape[1], "columns")
        )
        if length == 1 or not stop.parameter:
            return ()
        return (
            f"the product adds up over the {length} {what} of ",
            self.story.literal.writer.symbol(other),
        )

    def _textbook(self, stop: Stop) -> Iterator[Part]:
        """The same gradient with the links a textbook takes in one."""
        telling = self.story.textbook
        mine = telling.stops[stop.name]
        idiom = fusion_of(mine)
        sentence = idiom.sentence if idiom is not None else "the factors cancel"
        rows = []
        left = gradient_of(stop.name, self.loss, "result")
        rows.append(
            Row("textbook", left, right=telling.written(mine), reason=(sentence,))
        )
        if mine.gradient in telling.writer.producer and self.detailed:
            rows += [
                Row(right=stage) for stage in telling.writer.stages(mine.gradient)[:1]
            ]
        yield Formula(tuple(rows))

    def _cancelling(self, stop: Stop) -> Iterator[Part]:
        """Why the factors of a fused step cancel, once."""
        idiom = fusion_of(self.story.textbook.stops[stop.name])
        if (
            idiom is None
            or not idiom.proof
            or not self.detailed
            or idiom in self.cancelled
        ):
            return
        self.cancelled.add(idiom)
        first, *others = (formula(text) for text in idiom.proof)
        rows = [
            Row(left=first, right=others[0]),
            *(Row(right=one) for one in others[1:]),
        ]
        yield Fold(
            ("Why: ", idiom.sentence),
            (Formula(tuple(rows)),),
            f"why-cancel-{stop.name}",
        )

    def _result(self, stop: Stop) -> Numbers:
        telling = self._telling(stop)
        array = telling.derived.run.numbers[telling.stops[stop.name].gradient]
        shape = (
            f"shape {stop.value.shape}, as "
            if stop.value.shape
            else "a single number, as "
        )
        return Numbers(
            f"d{stop.name}",
            gradient_of(stop.name, self.loss),
            np.asarray(array) + 0.0,
            "result",
            (shape, name(stop.name)),
            self.listing.statement(f"d{stop.name}"),
        )

    def _special(self, stop: Stop) -> Iterator[Part]:
        """The gradient for this very label, where the label is 0 or 1 throughout."""
        for way in stop.ways:
            label = self._label(way)
            if label is None or not self._plain(stop, way) or way.end.name != self.loss:
                continue
            line, position = way.links[0].line, way.links[0].contribution.position
            of, value = label
            found = for_label(
                self.story.study.literal.forward, line, position, of, value
            )
            general = expression(
                found,
                self.story.literal.writer.names,
                self.story.literal.writer.producer,
            )
            left = gradient_of(stop.name, self.loss)
            put = expression(
                found,
                {
                    v: numbers(found.run.numbers[v])
                    for v in self.story.literal.writer.names
                    if v in found.run.numbers
                },
            )
            result = number(
                float(np.asarray(self.story.study.gradients[stop.name]).reshape(-1)[0])
            )
            given = infix(name(of.name or ""), "=", number(value))
            yield Formula(
                (
                    Row(
                        "",
                        left,
                        right=chain(general, put, result),
                        reason=("for this ", given),
                    ),
                )
            )

    def _label(self, way: Way) -> tuple[Value, float] | None:
        if not way.direct:
            return None
        for arg in way.links[0].line.args:
            if (
                isinstance(arg, Value)
                and arg.name
                and self.roles.role(arg.name) == "data"
            ):
                array = self.story.study.values[arg.name]
                if array.size == 1 and float(array.reshape(-1)[0]) in (0.0, 1.0):
                    return arg, float(array.reshape(-1)[0])
        return None

    def _remarks(self, stop: Stop) -> Iterator[Part]:
        for way in stop.ways:
            for link in way.links:
                caution = caution_of(link.line)
                if caution:
                    yield Note(
                        (f"{an(link.line.op.name).removeprefix('the ')}: {caution}.",)
                    )
                yield from self._off(stop, link)

    def _off(self, stop: Stop, link: Link) -> Iterator[Part]:
        """The units of a small network through which nothing flows."""
        line = link.line
        array = self.story.study.values.get(stop.name)
        entering = line.args[link.contribution.position]
        if (
            line.op not in self.roles.bends
            or entering is not stop.value
            or array is None
            or array.size > 8
        ):
            return
        found = (
            slope(
                self.story.study.literal.forward, [(line, link.contribution.position)]
            )
            if line.op.elementwise
            else None
        )
        if found is None or not isinstance(found.of, Value):
            return
        slopes = np.broadcast_to(
            np.asarray(found.run.numbers[found.of], float), array.shape
        )
        for place in np.argwhere(slopes == 0):
            at = tuple(int(i) for i in place)
            shown = at[:-1] if len(at) == 2 and array.shape[1] == 1 else at
            value = float(array[at])
            side = "≤" if value <= 0 else "≥"
            yield Note(
                (
                    chain(entry(name(stop.name), *shown), number(value)),
                    f" {side} 0: this unit is off, nothing flows back through it."
                    if value <= 0
                    else ": the slope is 0 here, nothing flows back.",
                )
            )

    def _proofs(self, stop: Stop) -> Iterator[Part]:
        for way in stop.ways:
            for link in way.links:
                op, position = link.line.op, link.contribution.position
                if (op.name, position) in self.proved:
                    continue
                if op.name == "matmul":
                    self.proved.add((op.name, position))
                    yield product_proof(position)
                elif pulled_apart.provable(op) and op.rule(position) is not None:
                    self.proved.add((op.name, position))
                    yield pulled_apart.prove(op, position)
                if not provable(op):
                    continue
                self.proved.add((op.name, position))
                at = self._point(link.line)
                if at is not None:
                    yield prove(op, position, at, dict(link.line.params))

    def _point(self, line: Line) -> list[float] | None:
        """The first entries of a line's arguments, to put into a proof."""
        points = []
        for arg in line.args:
            array = (
                np.asarray(self.story.study.literal.run.numbers[arg])
                if isinstance(arg, Value)
                else None
            )
            if array is not None and array.size == 0:
                return None
            plain = arg.number if isinstance(arg, Size) else arg
            points.append(float(plain if array is None else array.reshape(-1)[0]))  # type: ignore[arg-type]
        return points


def _kind(way: Way) -> object:
    """What makes two ways alike: the same operations, used at the same place."""
    return tuple((link.line.op, link.contribution.position) for link in way.links)


def marked_local(node: Node) -> Node:
    """A formula in the colour of local derivatives."""
    return marked(node, None, "local")


def number_gap() -> Node:
    """The dots of a chain too long to print."""
    return Operator("…", "ellipsis")
