"""The order in which statements are written: forward, then each gradient, its parameters' before the next."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from chainrule.emit.statements import Plan
from chainrule.program import Value

Rank = tuple[int, int]


def ordered(plan: Plan) -> list[Value]:
    """The values that have statements, in the order of these."""
    lines = plan.program.lines
    statements = [line.result for line in lines if line.result in plan.own]
    forward = [value for value in statements if value in plan.roles.forward]
    if not forward:
        return statements
    backward = [value for value in statements if value not in plan.roles.forward]
    return forward + _scheduled(plan, backward)


def _scheduled(plan: Plan, statements: Sequence[Value]) -> list[Value]:
    """Every statement as soon as what it reads is there, a parameter's gradient before anything else."""
    position = {line.result: i for i, line in enumerate(plan.program.lines)}
    among = set(statements)
    needs = {value: _needs(plan, value) & among for value in statements}
    readers: dict[Value, list[Value]] = {value: [] for value in statements}
    for value, needed in needs.items():
        for one in needed:
            readers[one].append(value)
    rank = _ranks(plan, statements, readers, position)
    missing = {value: len(needed) for value, needed in needs.items()}
    ready = [
        (rank[value], position[value], value)
        for value in statements
        if not missing[value]
    ]
    heapq.heapify(ready)
    result: list[Value] = []
    while ready:
        value = heapq.heappop(ready)[2]
        result.append(value)
        for reader in readers[value]:
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, (rank[reader], position[reader], reader))
    return result


def _ranks(
    plan: Plan,
    statements: Sequence[Value],
    readers: Mapping[Value, Sequence[Value]],
    position: Mapping[Value, int],
) -> dict[Value, Rank]:
    """Parameters' gradients first, in the order asked for, and with each what only it needs."""
    rank: dict[Value, Rank] = {value: (1, position[value]) for value in statements}
    for i, target in enumerate(plan.roles.targets):
        if target in rank:
            rank[target] = (0, i)
    known = {*plan.roles.targets, *plan.roles.gradient_of}
    for value in reversed(statements):
        if value not in known and len(readers[value]) == 1:
            (reader,) = readers[value]
            if rank[reader][0] == 0:
                rank[value] = rank[reader]
    return rank


def _needs(plan: Plan, value: Value) -> set[Value]:
    """The statements that must stand before the one of ``value``."""
    found: set[Value] = set()
    pending = [value]
    while pending:
        for arg in plan.producer[pending.pop()].reads():
            if arg in plan.own:
                found.add(arg)
            elif arg in plan.producer:
                pending.append(arg)
    return found
