"""Ops that are neither entry by entry nor a fold nor a view, and how each is said in loops."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule import ops
from chainrule.emit.c import arranging, contractions, indexing
from chainrule.emit.c.definitions import Define
from chainrule.program import Op

SPECIAL: Mapping[Op, Define] = {
    ops.matmul: contractions.matmul,
    ops.einsum: contractions.einsum,
    ops.tensordot: contractions.tensordot,
    ops.outer: contractions.outer,
    ops.getitem: indexing.picked,
    ops.scatter_add: indexing.scattered,
    ops.setitem: indexing.overwritten,
    ops.take_along_axis: indexing.taken,
    ops.add_along_axis: indexing.added_along,
    ops.one_hot: indexing.one_hot,
    ops.add_windows: indexing.windows_added,
    ops.concatenate: arranging.side_by_side,
    ops.stack: arranging.side_by_side,
    ops.pad: arranging.padded,
    ops.tile: arranging.tiled,
    ops.repeat: arranging.repeated,
    ops.roll: arranging.rolled,
    ops.diag: arranging.on_the_diagonal,
    ops.cumsum: arranging.summed_so_far,
    ops.arange: arranging.counted,
    ops.eye: arranging.by_place("{0} == {1}"),
    ops.tril: arranging.by_place("{1} <= {0} + {2}"),
    ops.triu: arranging.by_place("{1} >= {0} + {2}"),
    ops.ones_like: arranging.filled,
    ops.zeros_like: arranging.filled,
    ops.full_like: arranging.filled,
    ops.array: arranging.written_out,
}
