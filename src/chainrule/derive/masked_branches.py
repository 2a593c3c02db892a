"""The branch that ``np.where`` did not take: its gradient is 0, and stays 0 through a slope that is infinite there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Builder, Line, Op, Size, Value


def stays_untaken(
    builder: Builder, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]
) -> Arg | None:
    """A product or quotient with a masked gradient is masked again: 0/0 and 0·∞ are 0 where nothing was taken."""
    if op is not ops.divide and op is not ops.multiply:
        return None
    for masked, other in (args, args[::-1]):
        gate = _gate(builder, masked)
        if gate is not None and _may_be_boundless(builder, op, other):
            condition, yes, _ = gate.args
            inside = _inside(builder, op, args, params, masked=masked, gate=gate)
            branches = (0, inside) if _is_zero(yes) else (inside, 0)
            return builder.write(ops.where, (condition, *branches))
        if op is ops.divide:
            break
    return None


def _inside(
    builder: Builder,
    op: Op,
    args: tuple[Arg, ...],
    params: Mapping[str, Any],
    *,
    masked: Arg,
    gate: Line,
) -> Arg:
    """The product or quotient itself: of what was masked if that has no name, else of the name."""
    if masked is gate.result and gate.result.name is None:
        _, yes, no = gate.args
        bare = no if _is_zero(yes) else yes
        plain = [bare if arg is masked else arg for arg in args]
        return builder.write(op, plain, params)
    # written as it stands: tried on the laws once more it would come back here for ever
    return builder.append(op, args, params)


def _gate(builder: Builder, arg: Arg) -> Line | None:
    """The ``where`` that made ``arg`` 0 in one branch, seen through signs and plain factors."""
    known = _GATES.setdefault(builder, {})
    passed: list[Value] = []
    gate: Line | None = None
    while isinstance(arg, Value):
        if arg in known:
            gate = known[arg]
            break
        passed.append(arg)
        line = builder.producer.get(arg)
        if line is None:
            break
        if line.op is ops.where:
            gate = line if any(_is_zero(branch) for branch in line.args[1:]) else None
            break
        values = [one for one in line.args if isinstance(one, Value)]
        if (
            line.op not in (ops.negative, ops.multiply, ops.identity)
            or len(values) != 1
        ):
            break
        arg = values[0]
    known.update(dict.fromkeys(passed, gate))
    return gate


_GATES: WeakKeyDictionary[Builder, dict[Value, Line | None]] = WeakKeyDictionary()
"""What has been found already: a chain of factors is walked once, not from each of its links."""


def _is_zero(arg: Arg) -> bool:
    return not isinstance(arg, Value | Size) and arg == 0


def _may_be_boundless(builder: Builder, op: Op, arg: Arg) -> bool:
    """Whether ``arg`` as the other factor, or as the divisor, may turn a 0 into something else."""
    if not isinstance(arg, Value) or arg.weak:
        return False
    if op is ops.divide:
        return True
    known = _BOUNDLESS.setdefault(builder, {})
    waiting = [arg]
    while waiting:
        value = waiting[-1]
        line = builder.producer.get(value)
        sources = (
            {one for one in line.args if isinstance(one, Value)}
            if line is not None and line.op.elementwise
            else set()
        )
        # data may have no number at a place, which is masked for that
        given = line is None and value in builder.numbers
        named = (
            not np.all(np.isfinite(builder.numbers[value]))
            if given
            else line is not None and line.op.unbounded
        )
        ahead = [] if named else [one for one in sources if one not in known]
        if value not in known and ahead:
            waiting += ahead
            continue
        known[value] = bool(named) or any(known[one] for one in sources)
        waiting.pop()
    return known[arg]


_BOUNDLESS: WeakKeyDictionary[Builder, dict[Value, bool]] = WeakKeyDictionary()
"""The answers given so far: each line is asked once."""
