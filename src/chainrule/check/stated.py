"""Numbers stated in a text, held against the true ones at the precision printed, errors carried forward."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.moments import Moments
from chainrule.check.names import bases
from chainrule.check.script import is_new
from chainrule.check.study import study
from chainrule.program import Array, UsageError
from chainrule.trace.statements import read_script

NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
KEY = re.compile(r"^(?P<name>\w+)(?:\[(?P<index>[\d,\s:-]+)\])?$")


class Judgement(StrEnum):
    """What can be said about a stated number."""

    RIGHT = "RIGHT"
    WRONG = "WRONG"
    FOLLOWS = "FOLLOWS"
    ROUNDED_WRONG = "ROUNDED WRONG"


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its value, and half a unit of its last digit."""

    text: str
    value: float
    half: float

    def is_of(self, number: float) -> bool:
        """Whether ``number`` rounds to this."""
        return abs(number - self.value) <= self.half * (1 + 1e-6) + 1e-12 * abs(number)

    def is_nearly_of(self, number: float) -> bool:
        """Whether only the last digit printed is off, by one."""
        return (
            abs(number - self.value) <= 2 * self.half * (1 + 1e-6)
            and abs(number) > 2 * self.half
        )


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A name with its stated numbers, at a moment: before any update, or after so many."""

    key: str
    name: str
    index: str | None
    after: int
    printed: tuple[Printed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A statement with its verdict; ``true`` is the true number, ``carried`` what follows from earlier statements.

    ``entries`` are the positions, counted in reading order, at which it is not right.
    """

    statement: Statement
    verdict: Judgement
    true: Array
    carried: Array
    entries: tuple[int, ...] = ()
    cause: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """This verdict for JSON."""
        return {
            "name": self.statement.key,
            "after": self.statement.after,
            "stated": [one.text for one in self.statement.printed],
            "verdict": self.verdict.value,
            "true_value": self.true.tolist(),
            "carried_value": self.carried.tolist(),
            "entries": list(self.entries),
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Every statement of a claims file with its verdict. It is true where nothing is wrong."""

    file: str
    claims: str
    judged: tuple[Judged, ...]

    @property
    def ok(self) -> bool:
        """Whether every number is right at the precision printed."""
        return all(one.verdict is Judgement.RIGHT for one in self.judged)

    def __bool__(self) -> bool:
        return self.ok

    def __getitem__(self, key: str) -> Judged:
        return next(one for one in self.judged if where(one.statement) == key)

    def to_dict(self) -> dict[str, Any]:
        """The sheet for JSON."""
        wrong = {Judgement.WRONG, Judgement.ROUNDED_WRONG, Judgement.FOLLOWS}
        found = {one.verdict for one in self.judged} & wrong
        order = (Judgement.WRONG, Judgement.ROUNDED_WRONG, Judgement.FOLLOWS)
        verdict = next((one for one in order if one in found), Judgement.RIGHT)
        return {
            "format": "chainrule-claims-1",
            "file": self.file,
            "claims": self.claims,
            "verdict": verdict.value,
            "lines": [one.to_dict() for one in self.judged],
        }


def where(statement: Statement) -> str:
    """A statement's key with its moment: ``loss``, ``after.loss``, ``after.10000.loss``."""
    if statement.after == 0:
        return statement.key
    return (
        f"after.{statement.key}"
        if statement.after == 1
        else f"after.{statement.after}.{statement.key}"
    )


def check_claims(
    script: str | Path, claims: str | Path, *, loss: str | None = None
) -> Sheet:
    """Judge the numbers of a claims file against a script.

    The file is TOML: ``name = "numbers"`` in the order of the text, for values of the first pass; under
    ``[after]`` those after one update, under ``[after.10000]`` those after ten thousand. A name is one of the
    script's, or of a gradient (``dW1``, ``dL_dW1``); ``z1[0]`` is an entry.

    Raises:
        UsageError: E406 for a name that is not in the script, E407 for numbers that do not fill its shape, E408 for
            a file without any.
    """
    statements = list(stated(Path(claims)))
    if not statements:
        # what judges nothing is no green sheet
        raise UsageError(
            "E408",
            f"{Path(claims).name} states no numbers",
            hint='write what the text says of a name: loss = "0.25"',
        )
    known = study(read_script(script, loss=loss, watch=is_new))
    moments = Moments(known)
    judged: list[Judged] = []
    before: list[tuple[Statement, str]] = []
    for statement in statements:
        name = _known_name(moments, statement)
        wrong = any(
            one.verdict in (Judgement.WRONG, Judgement.FOLLOWS) for one in judged
        )
        judged.append(_judge(moments, statement, name, before, wrong_before=wrong))
        before.append((statement, name))
    return Sheet(str(script), str(claims), tuple(judged))


def stated(path: Path) -> Iterator[Statement]:
    """The statements of a claims file, in its order.

    Raises:
        UsageError: E408 if the file is not TOML, or an entry is not text.
    """
    try:
        # numbers are kept as they are printed: that says how precise they are
        table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_Written)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("E408", f"{path.name} is not TOML: {error}") from None
    yield from _table(table, 0, path)


def _table(table: Mapping[str, Any], after: int, path: Path) -> Iterator[Statement]:
    for key, item in table.items():
        if isinstance(item, dict):
            count = 1 if key == "after" else int(key) if key.isdigit() else None
            if count is None:
                raise UsageError(
                    "E408",
                    f"{path.name}: no such table: [{key}]",
                    hint="use [after] or [after.10]",
                )
            yield from _table(item, count, path)
            continue
        match = KEY.match(key)
        printed = tuple(numbers(_as_printed(item))) if type(item) in (str, list) else ()  # fmt: skip
        if match is None or not printed:
            raise UsageError(
                "E408",
                f"{path.name}: {key} = {item!r} states no numbers",
                hint='write name = "0.5, -1.2" or name = [0.5, -1.2]',
            )
        yield Statement(key, match["name"], match["index"], after, printed)


class _Written(str):
    """A number as it stands in the file."""

    __slots__ = ()


def _as_printed(item: Any) -> str:
    """The numbers of an entry, a text or a list of any depth, as they stand there."""
    match item:
        case list():
            return ", ".join(map(_as_printed, item))
        case bool():
            return ""
        case str() | int():
            return str(item)
        case _:
            return ""


def numbers(text: str) -> Iterator[Printed]:
    """The numbers in a text, with the precision they are printed at.

    >>> [(one.value, one.half) for one in numbers("−0.15, 1.8e-3")]
    [(-0.15, 0.005), (0.0018, 5e-05)]
    """
    for found in NUMBER.findall(text):
        plain = found.replace("−", "-")
        mantissa, _, exponent = plain.lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        power = int(exponent or 0) - decimals
        yield Printed(plain, float(plain), float(f"5e{power - 1}"))


def _known_name(moments: Moments, statement: Statement) -> str:
    for name in (statement.name, *(f"d{base}" for base in bases(statement.name))):
        if name in moments.names:
            return name
    raise UsageError(
        "E406",
        f"{statement.key}: the script has no value of that name, and no gradient",
        detail=f"names: {', '.join(sorted(moments.names))}",
        hint="use a name of the script, or d and a name for its gradient",
    )


def _judge(
    moments: Moments,
    statement: Statement,
    name: str,
    before: Sequence[tuple[Statement, str]],
    *,
    wrong_before: bool,
) -> Judged:
    true = _entries(moments.at(statement.after)[name], statement)
    earlier = [(one, known) for one, known in before if one.after == 0]
    carried = true
    if earlier and statement.after <= 1:
        stated_values = _as_stated(moments, earlier)
        carried = _entries(moments.at(statement.after, stated_values)[name], statement)
    verdicts = [
        _entry(printed, float(t), float(c))
        for printed, t, c in zip(
            statement.printed, true.ravel(), carried.ravel(), strict=True
        )
    ]
    order = (
        Judgement.WRONG,
        Judgement.ROUNDED_WRONG,
        Judgement.FOLLOWS,
        Judgement.RIGHT,
    )
    verdict = next(one for one in order if one in verdicts)
    if verdict is Judgement.FOLLOWS and not wrong_before:
        # the numbers before are right as printed: only their rounding was carried on
        verdict = Judgement.ROUNDED_WRONG
    entries = tuple(i for i, one in enumerate(verdicts) if one is not Judgement.RIGHT)
    cause = _cause(moments, statement, name) if verdict is Judgement.WRONG else None
    return Judged(statement, verdict, true, carried, entries, cause)


def _entry(printed: Printed, true: float, carried: float) -> Judgement:
    if printed.is_of(true):
        return Judgement.RIGHT
    if printed.is_of(carried):
        return Judgement.FOLLOWS
    if printed.is_nearly_of(carried) or printed.is_nearly_of(true):
        return Judgement.ROUNDED_WRONG
    return Judgement.WRONG


def _entries(array: Array, statement: Statement) -> Array:
    """The entries of an array that a statement is about.

    Raises:
        UsageError: E407 if their count is another.
    """
    whole = np.asarray(array, dtype=float)
    if statement.index is not None:
        try:
            whole = np.asarray(whole[_index(statement.index)])
        except IndexError:
            raise UsageError(
                "E407",
                f"{statement.key}: there is no such entry; the shape is {array.shape}",
            ) from None
    if whole.size != len(statement.printed):
        raise UsageError(
            "E407",
            f"{statement.key}: {len(statement.printed)} numbers are stated, and it has {whole.size}",
            hint=f"its shape is {array.shape}; name an entry as {statement.name}[0]",
        )
    return whole


def _index(text: str) -> tuple[Any, ...]:
    parts = []
    for part in text.split(","):
        bounds = [int(one) if one.strip() else None for one in part.split(":")]
        parts.append(bounds[0] if len(bounds) == 1 else slice(*bounds))
    return tuple(parts)


def _as_stated(
    moments: Moments, earlier: Sequence[tuple[Statement, str]]
) -> dict[str, Array]:
    """The earlier statements as the numbers they print, where they are of what was computed."""
    found: dict[str, Array] = {}
    for statement, name in earlier:
        if name in moments.given:
            continue
        whole = np.array(found.get(name, moments.at(0, found)[name]), dtype=float)
        values = np.array([one.value for one in statement.printed])
        if statement.index is None:
            whole = values.reshape(whole.shape)
        else:
            index = _index(statement.index)
            whole[index] = values.reshape(np.shape(whole[index]))
        found[name] = whole
    return found


def _cause(moments: Moments, statement: Statement, name: str) -> str | None:
    """What the wrong number is the right number of."""

    def fits(array: Array) -> bool:
        entries = np.asarray(_entries(array, statement)).ravel()
        return all(
            printed.is_of(float(one))
            for printed, one in zip(statement.printed, entries, strict=True)
        )

    for other in (statement.after - 1, statement.after + 1):
        if other >= 0 and fits(moments.at(other)[name]):
            said = "before the update" if other == 0 else f"after {other} updates"
            return f"This is the value {said}."
    for sentence, variant in moments.variants(statement.after):
        if fits(variant[name]):
            return sentence
    for other_name, array in moments.at(statement.after).items():
        if (
            other_name != name
            and np.size(array) == len(statement.printed)
            and fits_all(array, statement)
        ):
            return f"This is {other_name}."
    return None


def fits_all(array: Array, statement: Statement) -> bool:
    """Whether an array, taken in reading order, is what is printed; trivial numbers prove nothing."""
    entries = np.asarray(array, dtype=float).ravel()
    telling = any(
        abs(one.value) > 10 * one.half and abs(one.value) not in (0, 1)
        for one in statement.printed
    )
    return telling and all(
        p.is_of(float(one)) for p, one in zip(statement.printed, entries, strict=True)
    )
