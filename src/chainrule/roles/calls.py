"""The roles of a function's arguments and results: what it returns is the loss, what it is given is learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.program import (
    DTypeError,
    Program,
    ProgramError,
    Run,
    UsageError,
    Value,
)
from chainrule.program.errors import nearest
from chainrule.roles.forward_only import learnt
from chainrule.roles.history import History
from chainrule.roles.kinds import Meetings, kind_of
from chainrule.roles.names import meaning
from chainrule.roles.report import RoleReport
from chainrule.trace import FunctionReading


def roles_of_call(
    call: FunctionReading, *, loss: str | None = None, wrt: Sequence[str] | None = None
) -> RoleReport:
    """The roles of the values of a function that was called once.

    Raises:
        ProgramError: E325 if it returns no loss, E326 if it returns several numbers of which none is called one.
        UsageError: E327 for a name in ``wrt`` that no value has.
        DTypeError: E110 for an argument that would be learnt if it were an array of NumPy's.
    """
    history = History(call.recording)
    chosen = _loss(call, loss)
    parameters, messages = _parameters(call, history, chosen, wrt)
    whole = call.run.program
    run = Run(
        Program(whole.inputs, whole.lines, (chosen,), whole.name), call.run.numbers
    )
    roles = {value.name or "": "parameter" for value in parameters}
    needed = set(run.program.pruned([chosen]).values())
    meetings = Meetings(history, run.program.lines, parameters)
    for one in call.known:
        if one.value not in parameters and one.value in needed:
            roles[one.value.name or ""] = kind_of(history, meetings, one.value)
    return RoleReport(
        run,
        call.run,
        chosen,
        chosen.name,
        tuple(parameters),
        roles,
        confidence="low" if messages else "high",
        messages=tuple(messages),
        beside=() if wrt is not None else tuple(_beside(call, history, chosen)),
    )


def _beside(call: FunctionReading, history: History, loss: Value) -> Iterator[Value]:
    """What would be learnt, and is not seen to lead to the loss: its numbers may have gone there where nobody followed."""
    program = history.run.program.pruned([loss])
    needed = set(program.values())
    floats = [one.value for one in call.known if one.value.differentiable]
    if needed.issuperset(floats):
        return
    for value in learnt(history, program.lines, floats, given=True):
        if value not in needed:
            yield value


def _loss(call: FunctionReading, asked: str | None) -> Value:
    """The output asked for, or the one that is a single float."""
    run = call.run
    if asked is not None:
        named = run.program.named()
        if asked in named:
            return named[asked]
        raise UsageError(
            "E325",
            f"no value is called {asked!r}",
            detail=f"names seen: {', '.join(named)}",
            hint=nearest(asked, named),
        )
    if not call.outputs:
        raise ProgramError(
            "E325",
            f"{run.program.name} returns nothing",
            hint="return the loss: a single number computed from the arguments",
        )
    single = [
        (path, value)
        for path, value in call.outputs
        if run.numbers[value].size == 1 and value.differentiable
    ]
    if not single:
        return call.outputs[0][1]
    if len(single) == 1 or single[0][0] in ((), (0,)):
        return single[0][1]
    called = [value for path, value in single if meaning(str(path[-1])) == "loss"]
    if len(called) == 1:
        return called[0]
    names = [value.name or "" for _, value in single]
    raise ProgramError(
        "E326",
        f"{run.program.name} returns several numbers: {', '.join(names)}",
        hint=f"say which is the loss: loss={names[0]!r}",
    )


def _parameters(
    call: FunctionReading, history: History, loss: Value, wrt: Sequence[str] | None
) -> tuple[list[Value], list[str]]:
    if wrt is not None:
        return [value for name in wrt for value in _called(call, history, name)], []
    for problem in call.others.values():
        raise problem
    lines = history.run.program.pruned([loss]).lines
    needed = set(history.run.program.pruned([loss]).values())
    floats = [one.value for one in call.known if one.value.differentiable]
    if not floats:
        integers = [one.value for one in call.known]
        if integers:
            raise DTypeError(
                "E110",
                f"{integers[0].name} is {integers[0].dtype}, and a gradient needs floats",
                hint=f"give {integers[0].name}.astype(float)",
            )
        return [], []
    used = [value for value in floats if value in needed]
    scores = learnt(history, lines, used or floats, given=True)
    # the parts of one argument are learnt together
    arguments = {one.argument for one in call.known if one.value in scores and one.path}
    chosen = [
        one.value
        for one in call.known
        if one.value in scores
        or (one.argument in arguments and one.value.differentiable)
    ]
    return chosen, []


def _called(call: FunctionReading, history: History, name: str) -> list[Value]:
    """What a name asks for: a whole argument, a part of one, or a value on the way."""
    whole = [one.value for one in call.known if one.argument == name]
    if whole:
        return [value for value in whole if value.differentiable] or whole
    if name in call.others:
        raise call.others[name]
    named = history.run.program.named()
    if name in named:
        return [named[name]]
    raise UsageError(
        "E327",
        f"no value is called {name!r}",
        detail=f"names seen: {', '.join(named)}",
        hint=nearest(name, named),
    )
