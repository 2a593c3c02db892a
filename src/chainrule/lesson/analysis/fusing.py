"""Which links a textbook took in one, and by which idiom."""

from __future__ import annotations

from functools import cache

import numpy as np

from chainrule.derive.idioms import FUSIONS, Idiom
from chainrule.lesson.analysis.plot import Stop
from chainrule.program import Op
from chainrule.trace import Tracer


def fusion_of(stop: Stop) -> Idiom | None:
    """The idiom by which a way of this stop was taken in one."""
    found = {link.line.op for way in stop.ways for link in way.links}
    for idiom in FUSIONS:
        if _root(idiom) in found:
            return idiom
    return None


@cache
def _root(idiom: Idiom) -> Op | None:
    """The op an idiom becomes."""
    if isinstance(idiom.becomes, Op):
        return idiom.becomes
    tracer = Tracer(named=False)
    arrays = [tracer.input(np.full(shape, 0.5), None) for shape in idiom.sample.shapes]
    result = idiom.becomes(*arrays, **idiom.sample.params)
    made = tracer.builder.producer.get(result.value)
    return made.op if made is not None else None
