"""A matrix product or Einstein's sum as what it is: a product of arrays laid side by side, summed over some axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_lowercase

from chainrule import ops
from chainrule.ops.einstein import letters
from chainrule.program import Arg, Line, Shape, Value
from chainrule.program.program import arg_shape


@dataclass(frozen=True)
class Aligned:
    """How each array comes to lie: the result's letters first, those that are summed last."""

    words: tuple[str, ...]
    order: str
    shape: Shape
    summed: tuple[int, ...]

    def spread(self, write: Callable[..., Arg], arg: Arg, place: int) -> Arg:
        """The array at ``place``, copied along the letters that it has not."""
        word = self.words[place]
        found = "".join(letter for letter in self.order if letter in word)
        if found != word:
            arg = write(ops.transpose, arg, axes=tuple(map(word.index, found)))
        missing = tuple(i for i, one in enumerate(self.order) if one not in word)
        if missing:
            arg = write(ops.expand_dims, arg, axis=missing)
        if arg_shape(arg) != self.shape:
            arg = write(ops.broadcast_to, arg, shape=self.shape)
        return arg


def aligned(line: Line) -> Aligned | None:
    """How the arrays of a product lie side by side, where that makes no array longer than there are already."""
    shapes = [arg.shape for arg in line.args if isinstance(arg, Value)]
    if line.op is ops.einsum:
        words, result = letters(line.params["subscripts"])
    else:
        words, result = _matrix_product(*map(len, shapes))
    if len(shapes) < len(words) or any(len(set(word)) < len(word) for word in words):
        return None
    lengths: dict[str, int] = {}
    for word, one in zip(words, shapes, strict=True):
        for letter, length in zip(word, one, strict=True):
            # what is 1 long is copied beside what is longer
            if lengths.get(letter, 1) == 1:
                lengths[letter] = length
    order = result + "".join(letter for letter in lengths if letter not in result)
    shape = tuple(lengths[letter] for letter in order)
    summed = tuple(range(len(result), len(order)))
    if not summed or ops.shapes.size(shape) > max(
        map(ops.shapes.size, (line.result.shape, *shapes))
    ):
        return None
    return Aligned(tuple(words), order, shape, summed)


def _matrix_product(left: int, right: int) -> tuple[list[str], str]:
    """The letters of a matrix product of arrays with so many axes: the last are the matrices', those before are matched."""
    before = ascii_lowercase[: max(left, right, 2) - 2]
    rows, columns = "y" if left > 1 else "", "z" if right > 1 else ""
    words = [
        before[len(before) - max(left - 2, 0) :] + rows + "x",
        before[len(before) - max(right - 2, 0) :] + "x" + columns,
    ]
    return words, before + rows + columns
