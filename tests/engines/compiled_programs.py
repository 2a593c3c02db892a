"""Programs compiled to C, many in one file, so that a compiler is started once."""

import ctypes

import numpy as np

from chainrule.emit.c import TYPES, assembled, can_write, write
from chainrule.engines.c.compiler import library as compiled
from chainrule.engines.c.compiler import require
from chainrule.engines.c.driver import EXPORT
from chainrule.engines.primitives import primitives


def functions(programs):
    """Each program as a function of arrays by position; None where a line of it has no C spelling."""
    sources = [written(program, f"p{k}") for k, program in enumerate(programs)]
    known = [source for source in sources if source is not None]
    text = assembled(known) + "\n".join(map(called, known))
    made = require(compiled(text))
    return [None if source is None else caller(made, source) for source in sources]


def written(program, name):
    simple = primitives(program, can_write)
    if not all(map(can_write, simple.lines)):
        return None
    return write(simple, name)


def called(source):
    """The program with its arguments in one list."""
    passed = []
    for place, one in enumerate(source.parameters):
        address = f"({TYPES[one.value.dtype.name]} *)a[{place}]"
        passed.append(address if one.is_array else f"*{address}")
    listed = ", ".join([*passed, "work", "outside"])
    head = f"void call_{source.name}(void **a, unsigned char *work, int *outside)"
    return f"{EXPORT} {head}\n{{\n    {source.name}({listed});\n}}\n"


def caller(made, source):
    function = made[f"call_{source.name}"]

    def call(*arrays):
        given = iter(arrays)
        held = []
        for one in source.parameters:
            value = one.value
            if one.written:
                held.append(np.empty(value.shape, value.dtype))
            else:
                held.append(np.array(next(given), value.dtype, order="C"))
        pointers = (ctypes.c_void_p * len(held))(*(one.ctypes.data for one in held))
        work, outside = np.empty(source.bytes + 64, np.uint8), ctypes.c_int(0)
        start = work.ctypes.data + -work.ctypes.data % 64
        function(pointers, ctypes.c_void_p(start), ctypes.byref(outside))
        assert not outside.value
        return [
            array
            for array, one in zip(held, source.parameters, strict=True)
            if one.written
        ]

    return call
