"""Normalizing is known by what it computes, in the ways people write it, and its gradient is that of the lines written."""

import numpy as np
import pytest

from chainrule import ops, trace
from chainrule.derive import backward, recognise

EPS = 1e-5


def divided(z, mean, var):
    return (z - mean) / np.sqrt(var + EPS)


def step_by_step(z, gamma, beta):
    n = z.shape[0]
    mu = 1.0 / n * np.sum(z, axis=0)
    away = z - mu
    squares = away**2
    var = 1.0 / n * np.sum(squares, axis=0)
    inverse = 1.0 / np.sqrt(var + EPS)
    return gamma * (away * inverse) + beta


def unbiased(z, gamma, beta):
    n = z.shape[0]
    mean = 1 / n * z.sum(0, keepdims=True)
    away = z - mean
    var = 1 / (n - 1) * (away**2).sum(0, keepdims=True)
    return gamma * (away * (var + EPS) ** -0.5) + beta


def turned(z, gamma, beta):
    columns = z.T
    mean = np.mean(columns, axis=1).reshape(-1, 1)
    var = np.mean((columns - mean) ** 2, axis=1)[:, None]
    return gamma * divided(columns, mean, var).T + beta


def of_each_row(z, gamma, beta):
    rows = [divided(row, np.mean(row), np.var(row)) for row in z]
    return gamma * np.stack(rows) + beta


SPELLINGS = {
    "var": lambda z, g, b: g * divided(z, z.mean(axis=0), z.var(axis=0)) + b,
    "squares": lambda z, g, b: (
        g * divided(z, z.mean(0), ((z - z.mean(0)) ** 2).mean(axis=0)) + b
    ),
    "std": lambda z, g, b: g * ((z - np.mean(z, 0)) / np.std(z, 0)) + b,
    "gamma first": lambda z, g, b: (
        g * (z - z.mean(0)) / np.sqrt(np.var(z, axis=0) + EPS) + b
    ),
    "sums over len": lambda z, g, b: (
        divided(z, sum_over(z), np.sum((z - sum_over(z)) ** 2, axis=0) / len(z)) * g + b
    ),
    "mean of squares less the squared mean": lambda z, g, b: (
        g * divided(z, z.mean(0), (z * z).mean(0) - z.mean(0) ** 2) + b
    ),
    "ones": lambda z, g, b: (
        g * divided(z, np.ones((1, 6)) @ z / 6, np.ones((1, 6)) @ (z - z.mean(0)) ** 2 / 6)
        + b
    ),
    "step by step": step_by_step,
    "divided by one less": unbiased,
    "turned": turned,
    "of layers": lambda z, g, b: (
        g * divided(z, z.mean(-1, keepdims=True), z.var(-1, keepdims=True)) + b
    ),
    "of each row": of_each_row,
}  # fmt: skip


def sum_over(z):
    return np.sum(z, axis=0) / len(z)


def loss_of(spelling):
    def loss(z, gamma, beta):
        return np.sum(np.tanh(spelling(z, gamma, beta)) * np.arange(24.0).reshape(6, 4))

    return loss


def arrays():
    generator = np.random.default_rng(0)
    return {
        "z": generator.normal(size=(6, 4)) * 2 + 1,
        "gamma": generator.normal(size=4),
        "beta": generator.normal(size=4),
    }


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", SPELLINGS)
def test_however_it_is_written_it_is_standardizing_with_the_gradients_of_its_lines(
    name,
):
    recorded = trace(loss_of(SPELLINGS[name]), **arrays())
    recognised = recognise(recorded)
    assert ops.standardize in {line.op for line in recognised.program.every_line()}
    for value in ("z", "gamma", "beta"):
        np.testing.assert_allclose(
            backward(recognised).gradient(value),
            backward(recorded).gradient(value),
            rtol=1e-9,
            atol=1e-11,
        )


NEARLY = {
    "the count of the other axis": lambda z, g, b: (
        g * divided(z, z.sum(0) / z.shape[1], z.var(0)) + b
    ),
    "no root": lambda z, g, b: g * (z - z.mean(0)) / (z.var(0) + EPS) + b,
    "the spread of something else": lambda z, g, b: (
        g * divided(z, z.mean(0), np.tanh(z).var(0)) + b
    ),
    "mean along one axis, variance along the other": lambda z, g, b: (
        g * divided(z, z.mean(0), z.var(1, keepdims=True)) + b
    ),
}


@pytest.mark.parametrize("name", NEARLY)
@pytest.mark.parametrize("shape", [(6, 4), (4, 4)])
def test_what_only_looks_like_normalizing_is_left(name, shape):
    given = {**arrays(), "z": np.random.default_rng(1).normal(size=shape)}

    def loss(z, gamma, beta):
        return np.sum(NEARLY[name](z, gamma, beta))

    recognised = recognise(trace(loss, **given))
    assert ops.standardize not in {line.op for line in recognised.program.lines}


BESIDE = {
    "std": lambda z, g, b: g * (z - z.mean(0)) / (z.std(0) + EPS) + b,
    "root": lambda z, g, b: (
        g * ((z - np.mean(z, 0)) / (np.sqrt(np.var(z, 0)) + EPS)) + b
    ),
    "inverse": lambda z, g, b: (
        (z - z.mean(0)) * (1 / (((z - z.mean(0)) ** 2).mean(0) ** 0.5 + EPS)) * g + b
    ),
    "of layers": lambda z, g, b: (
        g * (z - z.mean(-1, keepdims=True)) / (z.std(-1, keepdims=True) + EPS) + b
    ),
    "divided by one less": lambda z, g, b: (
        g * (z - z.mean(0)) / (z.std(0, ddof=1) + EPS) + b
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_eps_beside_the_deviation_is_a_z_score_with_the_gradients_of_its_lines(name):
    recorded = trace(loss_of(BESIDE[name]), **arrays())
    recognised = recognise(recorded)
    found = {line.op for line in recognised.program.every_line()}
    assert ops.zscore in found
    assert ops.standardize not in found
    for value in ("z", "gamma", "beta"):
        np.testing.assert_allclose(
            backward(recognised).gradient(value),
            backward(recorded).gradient(value),
            rtol=1e-9,
            atol=1e-11,
        )


def test_a_z_score_of_equal_entries_has_a_gradient():
    def loss(z):
        return np.sum(
            (z - z.mean(0)) / (z.std(0) + 0.5) * np.array([[1.0], [2.0], [6.0]])
        )

    recorded = trace(loss, z=np.full((3, 1), 7.0))
    recognised = recognise(recorded)
    np.testing.assert_allclose(
        backward(recognised).gradient("z"), backward(recorded).gradient("z")
    )


def test_eps_that_is_a_value_of_the_program_stays_one():
    given = {**arrays(), "eps": np.float64(1e-3)}

    def loss(z, gamma, beta, eps):
        normal = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
        return np.sum((gamma * normal + beta) ** 3)

    recorded = trace(loss, **given)
    recognised = recognise(recorded)
    assert ops.standardize in {line.op for line in recognised.program.lines}
    for value in given:
        np.testing.assert_allclose(
            backward(recognised).gradient(value),
            backward(recorded).gradient(value),
            rtol=1e-10,
            atol=1e-12,
        )
