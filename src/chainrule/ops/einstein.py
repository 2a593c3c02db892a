"""Einstein's sums: a product of arrays, with a letter for each axis and a sum over every letter left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops.creation import arange
from chainrule.ops.spelling import Site
from chainrule.program import Op, Rule, Sample, Shape, ShapeError


def letters(subscripts: str) -> tuple[list[str], str]:
    """The letters of each array, and of the result."""
    left, right = subscripts.split("->")
    return left.split(","), right


def shape_of_letters(*shapes: Shape, subscripts: str) -> Shape:
    """Each letter has one length, or 1 where it is copied."""
    inputs, output = letters(subscripts)
    lengths: dict[str, int] = {}
    if len(inputs) != len(shapes):
        message = (
            f"{subscripts} is for {len(inputs)} arrays, and {len(shapes)} were given"
        )
        raise ShapeError("E101", message)
    for word, shape in zip(inputs, shapes, strict=True):
        if len(word) != len(shape):
            message = f"{word} names {len(word)} axes of an array of shape {shape}"
            raise ShapeError("E101", message)
        for letter, length in zip(word, shape, strict=True):
            known = lengths.setdefault(letter, length)
            if known == 1:
                lengths[letter] = length
            elif length not in (1, known):
                message = (
                    f"{letter} is {known} long in one place and {length} in another"
                )
                raise ShapeError("E101", message)
    return tuple(lengths[letter] for letter in output)


def unique(word: str) -> str:
    """A word's letters, each once."""
    return "".join(dict.fromkeys(word))


def rule(position: int) -> Rule:
    """The gradient of one of the arrays: the same sum, with the result in its place."""

    def vjp(dy: Any, y: Any, *arrays: Any, subscripts: str) -> Any:
        """Sum the result's gradient with the other arrays; copy along letters nobody else has."""
        inputs, output = letters(subscripts)
        word = inputs[position]
        others = [
            (other, array)
            for place, (other, array) in enumerate(zip(inputs, arrays, strict=True))
            if place != position
        ]
        known = {*output, *(letter for other, _ in others for letter in other)}
        found = "".join(letter for letter in unique(word) if letter in known)
        if not output:
            gradient = dy * summed(others, found)
        else:
            names = ",".join([output, *(other for other, _ in others)])
            rest = (array for _, array in others)
            gradient = np.einsum(f"{names}->{found}", dy, *rest)
        return onto_diagonal(
            along(gradient, found, arrays[position], word), word, arrays[position]
        )

    return Rule(
        vjp,
        "the same sum, with the gradient of {y} in the place of what it belongs to",
    )


def summed(factors: list[tuple[str, Any]], found: str) -> Any:
    """The product of ``factors``, summed over all letters but those ``found``."""
    if not factors:
        return 1
    if [word for word, _ in factors] == [found]:
        return factors[0][1]
    names = ",".join(word for word, _ in factors)
    return np.einsum(f"{names}->{found}", *(array for _, array in factors))


def along(gradient: Any, found: str, x: Any, word: str) -> Any:
    """The gradient with an axis for each letter of ``word``, copied along those it does not depend on."""
    once = unique(word)
    missing = tuple(place for place, letter in enumerate(once) if letter not in found)
    if not missing:
        return gradient
    wide = np.expand_dims(gradient, missing)
    shape = [
        x.shape[word.index(letter)] if letter not in found else wide.shape[place]
        for place, letter in enumerate(once)
    ]
    return np.broadcast_to(wide, tuple(shape))


def onto_diagonal(gradient: Any, word: str, x: Any) -> Any:
    """A letter named twice is a diagonal: its gradient stands there, and zeros beside it."""
    once = unique(word)
    for place, letter in enumerate(word):
        if word.index(letter) == place:
            continue
        first = once.index(letter)
        last = len(once)
        entries = arange(n=x.shape[place])
        row = np.expand_dims(
            entries, tuple(axis for axis in range(last + 1) if axis != first)
        )
        column = np.expand_dims(
            entries, tuple(axis for axis in range(last + 1) if axis != last)
        )
        gradient = np.where(row == column, np.expand_dims(gradient, last), 0)
        once += letter.upper() if letter.islower() else letter.lower()
    order = [once.index(letter) for letter in word]
    for place, letter in enumerate(word):
        if word.index(letter) != place:
            order[place] = len(unique(word)) + sum(
                word.index(earlier) != at for at, earlier in enumerate(word[:place])
            )
    return gradient if order == sorted(order) else np.transpose(gradient, tuple(order))


def in_tensorflow(site: Site) -> str:
    """TensorFlow's einsum stretches no axis of length 1: such an axis goes away, and its letter with it."""
    subscripts = site.params["subscripts"]
    if "." in subscripts or "->" not in subscripts:
        return "tf.einsum({subscripts}, {args})"
    given, result = subscripts.split("->")
    operands = given.split(",")
    longest: dict[str, int] = {}
    for letters, shape in zip(operands, site.shapes, strict=True):
        for letter, length in zip(letters.strip(), shape, strict=True):
            longest[letter] = max(longest.get(letter, 1), length)
    kept, words = [], []
    for place, (letters, shape) in enumerate(zip(operands, site.shapes, strict=True)):
        pairs = list(enumerate(zip(letters.strip(), shape, strict=True)))
        gone = [
            axis for axis, (letter, length) in pairs if length == 1 < longest[letter]
        ]
        kept.append("".join(letter for axis, (letter, _) in pairs if axis not in gone))
        words.append(
            f"tf.squeeze({{{place}}}, axis={gone})" if gone else f"{{{place}}}"
        )
    return f'tf.einsum("{",".join(kept)}->{result.strip()}", {", ".join(words)})'


einsum = Op(
    lambda *arrays, subscripts: np.copy(np.einsum(subscripts, *arrays)),
    shape_of_letters,
    rule,
    name="einsum",
    params={"subscripts": ""},
    spelling={
        "numpy": "np.einsum({subscripts}, {args})",
        "torch": "torch.einsum({subscripts}, {args})",
        "tensorflow": in_tensorflow,
    },
    kind="product",
    notation=r"\operatorname{einsum}(#1)",
    samples=(
        Sample(((2, 3), (3, 4)), {"subscripts": "ij,jk->ik"}),
        Sample(((2, 3), (2, 4), (3, 4)), {"subscripts": "ij,ik,jk->i"}),
        Sample(((5, 2, 3), (5, 3, 4)), {"subscripts": "bij,bjk->bik"}),
        Sample(((3, 3),), {"subscripts": "ii->"}),
        Sample(((3, 3),), {"subscripts": "ii->i"}),
        Sample(((3, 2, 3), (2,)), {"subscripts": "iji,j->i"}),
        Sample(((2, 2, 2),), {"subscripts": "iii->i"}),
        Sample(((2, 3),), {"subscripts": "ij->ji"}),
        Sample(((2, 3),), {"subscripts": "ij->j"}),
        Sample(((3,), (2,)), {"subscripts": "i,j->ij"}),
        Sample(((2, 3), ()), {"subscripts": "ij,->"}),
        Sample(((2, 3), (1, 3)), {"subscripts": "ij,ij->ij"}),
        Sample(((2, 3), (4,)), {"subscripts": "ij,k->i"}),
        Sample(((0, 3), (3, 2)), {"subscripts": "ij,jk->ik"}),
    ),
)
