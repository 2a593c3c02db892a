"""What the first turn of a loop finds: a number of Python's own, or an array where only an array will do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from chainrule.emit.plain_numbers import is_arithmetic
from chainrule.emit.scopes import Scopes, reads_row
from chainrule.program import Arg, Carried, Line, Value


def starts_as_arrays(
    lines: Iterable[Line],
    scopes: Scopes,
    readers: Mapping[Value, Sequence[Line]],
    is_number: Callable[[Arg], bool],
) -> frozenset[Value]:
    """What turns hand on that may be a plain number, and goes into more than arithmetic with arrays of its type.

    For a language that does not mix types as NumPy does: its functions take no numbers of Python's, and such a number
    and an integer of the language make one of single precision.
    """
    carried = [
        one
        for loop in scopes.loops
        for one in loop.carried
        if one.inside.shape == () and (is_number(one.start) or is_number(one.next))
    ]
    listed = {one.kept: one.inside for one in carried if one.kept in scopes.rows}
    joined = {one.inside for one in carried if one.kept and one.kept not in listed}
    joined |= {
        inside
        for loop in scopes.loops
        for stacked in loop.stacks
        if isinstance(inside := stacked.inside, Value)
        and stacked.out not in scopes.rows
    }
    # what is a number of Python's own in the first turn, until something needs more of it
    plain = {one.inside for one in carried}
    for line in lines:
        values = [arg for arg in line.args if isinstance(arg, Value)]
        of_a_list = reads_row(line) and listed.get(values[0]) in plain
        if of_a_list or (values and is_arithmetic(line) and plain.issuperset(values)):
            plain.add(line.result)

    def suffices(value: Value) -> bool:
        if value in joined:
            return False
        return all(_takes(line, plain) for line in readers.get(value, ()))

    def begins(one: Carried) -> bool:
        rows = readers.get(one.kept, ()) if one.kept in listed else ()
        left = one.next in plain and one.end is not None
        return not left and all(line.result in plain for line in rows)

    found: set[Value] = set()
    while found != plain:
        found = set(plain)
        plain -= {value for value in plain if not suffices(value)}
        plain -= {one.inside for one in carried if not begins(one)}
    return frozenset(one.inside for one in carried if one.inside not in plain)


def _takes(line: Line, plain: AbstractSet[Value]) -> bool:
    """Whether a line may read a number of Python's own in the place of each of its plain arguments."""
    arrays = {
        arg.dtype
        for arg in line.args
        if isinstance(arg, Value) and arg not in plain and not arg.plain
    }
    if line.op.kind == "comparison":
        return any(dtype.kind == "f" for dtype in arrays)
    in_turn = line.result in plain or line.result.dtype in arrays
    return is_arithmetic(line) and in_turn
