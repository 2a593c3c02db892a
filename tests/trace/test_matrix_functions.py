"""Code that solves, inverts and decomposes matrices: its gradients against differences, its text in NumPy."""

import numpy as np
import pytest

import chainrule
from chainrule.program import CannotTrace

M = np.array([[1.0, 0.2, 0.3], [0.4, 1.2, 0.1], [0.3, 0.2, 0.8]])
B = np.array([1.0, 2.0, 3.0])


def gaussian_process(M):
    K = M @ M.T + np.eye(3)
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, B))
    return 0.5 * B @ alpha + np.sum(np.log(np.diag(L)))


def normal_density(M):
    covariance = M @ M.T + np.eye(3)
    _, logdet = np.linalg.slogdet(covariance)
    return 0.5 * B @ np.linalg.inv(covariance) @ B + 0.5 * logdet


def principal_component(M):
    values, vectors = np.linalg.eigh(M @ M.T)
    return np.log(values).sum() + (vectors[:, 0] @ B) ** 2


def nuclear_norm(M):
    return np.linalg.svd(M, compute_uv=False).sum()


def singular_vectors(M):
    U, S, Vh = np.linalg.svd(M)
    return (U[:, 0] @ B) ** 2 * S[0] + (Vh[1] @ B) ** 2


def turns(M):
    Q, R = np.linalg.qr(M)
    return np.sum(np.abs(R)) + (Q[:, 1] @ B) ** 2


def powers(M):
    cube, inverse = np.linalg.matrix_power(M, 3), np.linalg.matrix_power(M, -2)
    return np.trace(cube) + np.trace(inverse)


def volume(M):
    return np.log(np.linalg.det(M) ** 2)


def least_squares(M):
    return np.sum((np.linalg.pinv(M[:, :2]) @ B) ** 2)


def by_their_names(M):
    values = np.linalg.eigvalsh(M @ M.T)
    return np.linalg.slogdet(M).logabsdet + values[-1]


CASES = [
    *(gaussian_process, normal_density, principal_component, nuclear_norm),
    *(singular_vectors, turns, powers, volume, least_squares, by_their_names),
]


@pytest.mark.parametrize("function", CASES, ids=[c.__name__ for c in CASES])
def test_the_gradient_is_the_slope_and_so_is_what_its_text_gives(function):
    true, step = np.zeros_like(M), 1e-3
    for place in np.ndindex(M.shape):
        moved = np.zeros_like(M)
        moved[place] = step
        near, far = (function(M + k * moved) - function(M - k * moved) for k in (1, 2))
        true[place] = (8 * near - far) / (12 * step)
    found = chainrule.gradients(function, M=M)["M"]
    np.testing.assert_allclose(found, true, rtol=1e-8, atol=1e-8)
    space = {}
    exec(chainrule.emit(function, wrt=["M"], M=M), space)
    run = space["loss_and_gradients"]
    given = {"M": M, "B": B}
    names = run.__code__.co_varnames[: run.__code__.co_argcount]
    loss, (gradient,) = run(*(given[name] for name in names))
    np.testing.assert_allclose(loss, function(M), rtol=1e-12)
    np.testing.assert_allclose(gradient, found, rtol=1e-10, atol=1e-12)


def test_of_a_matrix_that_is_read_below_its_diagonal_the_gradient_stands_there():
    K = M @ M.T
    found = chainrule.gradients(lambda K: np.linalg.cholesky(K)[2, 1], K=K)["K"]
    assert np.array_equal(found, np.tril(found))
    assert np.any(np.tril(found, -1))


@pytest.mark.parametrize(
    "function",
    [
        lambda M: np.sum(np.linalg.svd(M[:, :2])[0]),
        lambda M: np.sum(np.linalg.eigh(M, UPLO="U")[0]),
        lambda M: np.sum(np.linalg.qr(M, mode="complete")[1]),
        lambda M: np.sum(np.linalg.qr(M[:2])[1]),
    ],
    ids=["full svd", "upper eigh", "complete qr", "wide qr"],
)
def test_an_option_without_a_rule_is_refused(function):
    with pytest.raises(CannotTrace, match="E301"):
        chainrule.gradients(function, M=M)
