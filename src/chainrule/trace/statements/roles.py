"""Which value is the loss, and which are the parameters, when nobody has said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from chainrule.program import ProgramError, Run, UsageError, Value
from chainrule.program.errors import nearest

LOSS_NAMES = (
    "loss", "Loss", "L", "E", "cost", "Cost", "J", "C", "total_loss", "E_total", "loss_value",
    "error", "err", "mse", "ce", "nll", "objective",
)  # fmt: skip
DATA = re.compile(
    r"^([xX]\d*|[yYt]\d*|[xyt]s|[xXyY]_?(train|test|batch|true|val|valid|b|t|onehot|one_hot|oh|data|seq)|y_?true|"
    r"y_?hat|targets?|labels?|inputs?|data|images?|img|samples?|tokens?|one_?hot.*|Y_.*|T|h_?0|h_?prev|c_?0|"
    r"mask.*|eps|epsilon|m|n|N|constant.*)(_\d+)?$"
)
"""What data is called, whatever its shape."""
SETTING = re.compile(
    r"^(lr|learning_rate|eta|alpha|lam|lambda_?|lmbda|reg.*|decay|momentum|beta\d?|rate|step_size|"
    r"D|H|K|batch_size|epochs?|scale)(_\d+)?$"
)
"""What a setting is called if it is one number; an array of that name, as the beta of a batch norm, is learnt."""


def choose_loss(
    run: Run, bound: Iterable[tuple[str, Value]], asked: str | None
) -> Value:
    """The loss: the value asked for, else the last single number under one of the usual names.

    Raises:
        ProgramError: E325 if nothing looks like a loss, E326 if several values do.
    """
    latest = {name: value for name, value in bound if value.differentiable}
    if asked is not None:
        return _asked(latest, asked)
    computed = {line.result for line in run.program.lines}
    # a number that is only written down is no loss
    found = {n: latest[n] for n in LOSS_NAMES if latest.get(n) in computed}
    if not found:
        # batch_loss, train_cost
        found = {
            name: value
            for name, value in latest.items()
            if value in computed
            and _single(value)
            and name.lower().rpartition("_")[2] in ("loss", "cost")
        }
    found = {name: value for name, value in found.items() if _single(value)} or found
    ends = _ends(run, found)
    if len(ends) == 1:
        return found[ends[0]]
    scalars = [name for name, value in latest.items() if _single(value)]
    seen = ", ".join(scalars[-8:]) or "none"
    if not ends:
        raise ProgramError(
            "E325",
            "no loss was found: nothing is called " + ", ".join(LOSS_NAMES[:7]) + " …",
            detail=f"single numbers seen: {seen}",
            hint=f"name it: --loss {scalars[-1]}"
            if scalars
            else "assign the loss to a name, as loss = ...",
        )
    raise ProgramError(
        "E326",
        f"several values look like the loss: {', '.join(ends)}",
        hint=f"choose one: --loss {ends[0]}",
    )


def _asked(latest: Mapping[str, Value], asked: str) -> Value:
    if asked in latest:
        return latest[asked]
    raise ProgramError(
        "E325",
        f"no value is called {asked!r}",
        detail=f"names seen: {', '.join(latest)}",
        hint=nearest(asked, latest),
    )


def _single(value: Value) -> bool:
    return int(np.prod(value.shape)) == 1


def _ends(run: Run, found: Mapping[str, Value]) -> list[str]:
    """The names whose values no other candidate is computed from."""
    ends: list[str] = []
    for name, value in found.items():
        others = [other for other in found.values() if other is not value]
        used = any(_behind(run, other, value) for other in others)
        if not used and not any(found[end] is value for end in ends):
            ends.append(name)
    return ends


def _behind(run: Run, value: Value, ancestor: Value) -> bool:
    program = run.program.pruned([value])
    return (
        any(line.result is ancestor for line in program.lines)
        or ancestor in program.inputs
    )


def choose_parameters(
    run: Run,
    loss: Value,
    updated: Sequence[Value],
    asked: Sequence[str] | None,
    names: Mapping[str, Value],
) -> tuple[Value, ...]:
    """The parameters: those asked for, else those updated, else every float input not named like data.

    Raises:
        UsageError: E327 for a name that does not exist, with the nearest ones.
    """
    needed = run.program.pruned([loss])
    reached = {*needed.inputs, *(line.result for line in needed.lines)}
    if asked is not None:
        return tuple(_named(name, names) for name in asked)
    order = {value: position for position, value in enumerate(run.program.values())}
    used = sorted(
        {value for value in updated if value in reached}, key=order.__getitem__
    )
    if used:
        return tuple(used)
    floats = [value for value in needed.inputs if value.differentiable]
    computed = {line.result.name for line in run.program.lines}
    learnt = [value for value in floats if not _is_given(run, value, computed)]
    return tuple(learnt or floats)


def _is_given(run: Run, value: Value, computed: AbstractSet[str | None]) -> bool:
    """Whether a value is data, a setting, or the state a loop starts from: zeros, and ``h_2`` is computed."""
    name = value.name or ""
    if DATA.match(name) or (_single(value) and SETTING.match(name)):
        return True
    return f"{name}_2" in computed and not run.numbers[value].any()


def _named(name: str, names: Mapping[str, Value]) -> Value:
    if name in names:
        return names[name]
    raise UsageError(
        "E327",
        f"no value is called {name!r}",
        detail=f"names seen: {', '.join(names)}",
        hint=nearest(name, names),
    )
