"""No op forgets: what it gives of arrays that remember is a line made of them, or it has looked at them."""

import re

import numpy as np
from op_cases import CASES, Case, at_every

from chainrule.program.conversions import result_of
from chainrule.program.ledger import Kept, Ledger, look
from chainrule.program.remembered import remember

READ = re.compile(r"\bv(\d+)\b")


def reached(ledger: Ledger, results: list[object]) -> set[int]:
    """The lines that results are made of, and those that were looked at."""
    ahead = [one for one in ledger.looked if isinstance(one, int)]
    for one in results:
        if isinstance(one, Kept):
            ahead += [one.at] if one.at is not None else []
    found: set[int] = set()
    while ahead:
        at = ahead.pop()
        if at not in found:
            found.add(at)
            if at not in ledger.inputs.values():
                ahead += map(int, READ.findall(ledger.texts[at]))
    return found


def matters(case: Case, arrays: list[np.ndarray], position: int) -> bool:
    """Whether another array at this place gives another result."""
    other = list(arrays)
    array = arrays[position]
    other[position] = array[..., ::-1] if array.ndim else array + array.dtype.type(1)
    try:
        return not np.array_equal(case.forward(arrays), case.forward(other))
    except (ArithmeticError, ValueError, IndexError):
        return False


@at_every(CASES)
def test_what_an_op_gives_is_made_of_its_arguments_or_has_looked_at_them(case):
    arrays = case.arguments()
    ledger = Ledger()
    kept = [remember(ledger, f"a{n}", array) for n, array in enumerate(arrays)]
    with np.errstate(all="ignore"):
        result = result_of(case.op.forward(*kept, **case.params), kept, case.op.kind)
        found = reached(ledger, [result])
        forgotten = [
            n
            for n, one in enumerate(kept)
            if one.at not in found and matters(case, arrays, n)
        ]
    assert not forgotten
    np.testing.assert_allclose(look(result), case.forward(arrays), rtol=1e-12)
