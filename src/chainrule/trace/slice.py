"""The part of a recorded script that leads from its data and parameters to its loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from chainrule.program import Arg, Item, Line, Loop, Program, Run, Value
from chainrule.program.loop import values_of
from chainrule.program.rewritten import results_of, rewritten


def cut(
    recorded: Run,
    loss: Value,
    parameters: Sequence[Value],
    starts: Collection[Value] = (),
) -> Run:
    """The lines and loops from data and parameters to the loss: named values that no parameter moves are data.

    The parameters are inputs of it, also those that the loss does not need. No input is made of another one: who
    changes the one would not change the other. The numbers ``starts`` are written out where they are used.
    """
    program = recorded.program
    moved = set(parameters)
    _spread(program.items, moved)
    made = (value for item in program.items for value in results_of(item))
    data = {v for v in made if v not in moved and v.name is not None}
    plain = {
        start: recorded.numbers[start].item()
        for start in set(starts).difference(parameters)
    }
    while True:
        run = severed(recorded, loss, parameters, data, plain)
        made_of_others = data & _made_of(program.items, set(run.program.inputs))
        if not made_of_others:
            return run
        data -= made_of_others


def severed(
    recorded: Run,
    loss: Value,
    parameters: Collection[Value],
    data: Collection[Value] = (),
    plain: Mapping[Value, Arg] | None = None,
) -> Run:
    """What leads from parameters and data, and from what nothing made, to the loss; ``plain`` stands for values."""
    program, known = recorded.program, {*parameters, *data}
    items = tuple(_without(item, known) for item in program.items)
    if plain:
        items = tuple(rewritten(item, plain) for item in items)
    kept = Program((), items, (loss,), program.name).pruned()
    made = {value for item in kept.items for value in results_of(item)}
    needed = {value for item in kept.items for value in item.reads()} | {loss}
    order: Mapping[Value, int] = {value: i for i, value in enumerate(program.values())}
    inputs = tuple(sorted(needed - made | set(parameters), key=order.__getitem__))
    return Run(Program(inputs, kept.items, (loss,), program.name), recorded.numbers)


def _without(item: Item, given: set[Value]) -> Item:
    """An item that no longer makes what is given."""
    if isinstance(item, Line):
        return (
            replace(item, result=_another(item.result))
            if item.result in given
            else item
        )
    return replace(
        item,
        carried=tuple(
            replace(
                one,
                end=None if one.end in given else one.end,
                kept=None if one.kept in given else one.kept,
            )
            for one in item.carried
        ),
        stacks=tuple(one for one in item.stacks if one.out not in given),
    )


def _another(value: Value) -> Value:
    """A value that nobody reads."""
    return Value(value.shape, value.dtype)


def _made_of(items: Sequence[Item], inputs: set[Value]) -> set[Value]:
    """Those inputs that are made of other ones."""
    found: set[Value] = set()
    reached = set(inputs)
    for item in items:
        mine = inputs.intersection(results_of(item))
        reached -= mine
        _spread((item,), reached)
        found |= mine & reached
        reached |= mine
    return found


def _spread(items: Sequence[Item], moved: set[Value]) -> None:
    """What reads what moves, moves."""
    for item in items:
        match item:
            case Line():
                if not moved.isdisjoint(item.reads()):
                    moved.add(item.result)
            case Loop():
                _spread_over_turns(item, moved)


def _spread_over_turns(loop: Loop, moved: set[Value]) -> None:
    """What moves in one turn moves what the next one meets: until nothing more is added."""
    before = -1
    while before < len(moved):
        before = len(moved)
        for one in loop.carried:
            if not moved.isdisjoint((*values_of(one.start), *values_of(one.next))):
                moved.add(one.inside)
        _spread(loop.items, moved)
    for one in loop.carried:
        if one.inside in moved:
            moved.update(v for v in (one.end, one.kept) if v is not None)
    for stacked in loop.stacks:
        if not moved.isdisjoint(values_of(stacked.inside)):
            moved.add(stacked.out)
