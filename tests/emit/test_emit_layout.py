"""Text from trees: it means what the tree means, holds no bracket too many, and the formatter leaves it alone."""

import ast
import random
import subprocess
import sys

import pytest

from chainrule.emit import layout
from chainrule.emit.template import template

NAMES = ("x", "W1", "dz", "y_pred", "h_2", "learning_rate", "gradient_of_the_loss")
SIGNS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow)
CALLS = (
    "np.exp({0})",
    "np.sum({0}, axis={1})",
    "np.concatenate([{0}, {1}], axis=0)",
    "np.where({0}, {1}, 0)",
    "{0}.T",
    "{0}.reshape({1})",
    "{0}[{1}:, None]",
    "{0} > {1}",
    "-{0}",
    "[{0}, {1}]",
    "-({0} + {1})",
    "{0} + {1} + {2}",
    "{0} * {1} / {2}",
)


def grown(rng, depth):
    """A random tree."""
    if depth == 0 or rng.random() < 0.15:
        number = ast.Constant(rng.choice([0, 1, 2, 0.5, 1e-5, 1e20, True]))
        return rng.choice(
            [ast.Name(rng.choice(NAMES)), ast.Name(rng.choice(NAMES)), number]
        )
    parts = [grown(rng, depth - 1) for _ in range(3)]
    if isinstance(parts[0], ast.Constant):
        parts[0] = ast.Name("x")  # nobody writes (1).T
    if rng.random() < 0.5:
        return ast.BinOp(parts[0], rng.choice(SIGNS)(), parts[1])
    return template(rng.choice(CALLS)).filled(
        {str(i): part for i, part in enumerate(parts)}
    )


def trees(count, seed):
    rng = random.Random(seed)
    return [grown(rng, rng.randint(1, 4)) for _ in range(count)]


def same(text):
    """A tree without places, so that two can be compared."""
    return ast.dump(ast.parse(text, mode="eval"))


@pytest.mark.parametrize("seed", range(4))
def test_text_means_what_the_tree_means(seed):
    for tree in trees(250, seed):
        assert same(layout.flat(tree)) == same(
            ast.unparse(ast.fix_missing_locations(tree))
        )


@pytest.mark.parametrize("seed", range(4))
def test_no_pair_of_brackets_can_be_taken_out(seed):
    for tree in trees(250, seed):
        text = layout.flat(tree)
        for start, sign in enumerate(text):
            called = start and (text[start - 1].isalnum() or text[start - 1] == "_")
            if sign == "(" and not called:
                end = closing(text, start)
                # the formatter wants -(x**2)
                if text[:start].endswith("-") and "**" in text[start:end]:
                    continue
                shorter = f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"
                assert not means_the_same(shorter, text), text


def closing(text, start):
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise AssertionError(text)


def means_the_same(shorter, text):
    try:
        return same(shorter.strip()) == same(text)
    except SyntaxError:
        return False


def formatted(text):
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--stdin-filename",
        "a.py",
        "-",
    ]
    return subprocess.run(
        command, input=text, text=True, capture_output=True, check=True
    ).stdout


def test_the_formatter_leaves_every_statement_as_it_is():
    laid = [layout.assignment("value", tree) for tree in trees(3000, 0)]
    good = [lines for lines in laid if lines is not None]
    assert len(good) > 2000
    assert all(len(line) <= layout.WIDTH for lines in good for line in lines)
    text = (
        "".join(
            f"def function():\n{chr(10).join(lines)}\n\n\n" for lines in good
        ).rstrip()
        + "\n"
    )
    expected = formatted(text).split("\n\n\n")
    for own, theirs in zip(text.split("\n\n\n"), expected, strict=True):
        assert own == theirs
