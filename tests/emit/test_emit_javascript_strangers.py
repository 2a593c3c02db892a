"""Networks as strangers write them in NumPy, told in our own words: their modules of JavaScript give NumPy's numbers."""

import node
import numpy as np
import pytest

import chainrule
from chainrule.derive import backward
from chainrule.emit import emit

rng = np.random.default_rng(7)


def small(*shape):
    return 0.4 * rng.normal(size=shape)


def convolution_by_two_loops(image, kernel, target):
    """Two loops over the places of a window, each written into an array of zeros."""
    rows, columns = kernel.shape
    out = np.zeros((image.shape[0] - rows + 1, image.shape[1] - columns + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + rows, j : j + columns] * kernel)
    return np.mean((np.maximum(0, out) - target) ** 2)


def block_of_a_language_model(x, gain, shift, qkv, mix, up, down, labels):
    """A norm, masked attention of two heads cut out of one product, a residual, the tanh form of GELU."""

    def normal(x):
        centre, width = np.mean(x, -1, keepdims=True), np.var(x, -1, keepdims=True)
        return gain * (x - centre) / np.sqrt(width + 1e-5) + shift

    q, k, v = np.split(normal(x) @ qkv, 3, axis=-1)
    mask = (1 - np.tri(x.shape[0])) * -1e10
    heads = []
    for a, b, c in zip(
        np.split(q, 2, -1), np.split(k, 2, -1), np.split(v, 2, -1), strict=True
    ):
        scores = a @ b.T / np.sqrt(a.shape[-1]) + mask
        e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
        heads.append(e / np.sum(e, axis=-1, keepdims=True) @ c)
    x = x + np.hstack(heads) @ mix
    h = normal(x) @ up
    x = x + 0.5 * h * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3))) @ down
    p = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def convolution_by_columns(images, kernels, target):
    """Padding, windows gathered by index arrays, one product, then pooling by reshape."""
    n, c, h, w = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    i = np.repeat(np.arange(3), 3).reshape(-1, 1) + np.repeat(np.arange(h), w)
    j = np.tile(np.arange(3), 3).reshape(-1, 1) + np.tile(np.arange(w), h)
    columns = padded[:, :, i, j].reshape(n, c * 9, h * w)
    out = np.matmul(kernels.reshape(kernels.shape[0], -1), columns)
    out = np.clip(out, 0, 6).reshape(n, -1, h // 2, 2, w // 2, 2).max(axis=(3, 5))
    return np.sum((out.mean(axis=(2, 3)) - target) ** 2) / n


def gates_of_an_lstm(xs, W, b, V, ys):
    """One product for all four gates, cut by slices; the state is a list that grows."""
    size = b.shape[0] // 4
    h, c, loss = np.zeros(size), np.zeros(size), 0.0
    for t in range(len(xs)):
        z = np.hstack((h, xs[t])) @ W + b
        i, f, o = (1 / (1 + np.exp(-z[k * size : (k + 1) * size])) for k in range(3))
        c = f * c + i * np.tanh(z[3 * size :])
        h = o * np.tanh(c)
        loss += np.sum((h @ V - ys[t]) ** 2)
    return loss / len(xs)


def variational_autoencoder(x, noise, E, mu, sigma, D):
    """A sample made of its mean and spread, the cross-entropy of pixels, and the divergence from a normal."""
    h = np.where(x @ E > 0, x @ E, 0.01 * (x @ E))
    m, logvar = h @ mu, h @ sigma
    y = 1 / (1 + np.exp(-(m + np.exp(logvar * 0.5) * noise) @ D))
    seen = -np.sum(x * np.log(y + 1e-8) + (1 - x) * np.log(1 - y + 1e-8))
    return seen - 0.5 * np.sum(1 + logvar - np.power(m, 2) - np.exp(logvar))


NETWORKS = {
    convolution_by_two_loops: [small(5, 5), small(2, 2), small(4, 4)],
    block_of_a_language_model: [
        *(small(4, 6), 1 + small(6), small(6), small(6, 18), small(6, 6)),
        *(small(6, 8), small(8, 6), rng.integers(0, 6, 4)),
    ],
    convolution_by_columns: [small(2, 2, 4, 4), small(3, 2, 3, 3), small(2, 3)],
    gates_of_an_lstm: [small(5, 2), small(5, 12), small(12), small(3, 1), small(5, 1)],
    variational_autoencoder: [
        *(rng.random((3, 5)), rng.normal(size=(3, 2)), small(5, 4)),
        *(small(4, 2), small(4, 2), small(2, 5)),
    ],
}


@node.needs_node
@pytest.mark.parametrize(
    "network",
    [
        one
        if one is convolution_by_columns
        else pytest.param(one, marks=pytest.mark.slow)
        for one in NETWORKS
    ],
    ids=lambda one: one.__name__,
)
def test_a_stranger_s_network_has_numpy_s_gradients(network, tmp_path):
    arrays = NETWORKS[network]
    # what a mask hides has the weight exp(-1e10), which is 0
    np.seterr(under="ignore")
    run = chainrule.trace(network, *arrays)
    floats = [one for one in run.program.inputs if one.differentiable]
    derived = backward(run, wrt=floats)
    given = [derived.run.numbers[value] for value in derived.run.program.inputs]
    module = emit(derived, dialect="javascript"), "loss_and_gradients", given
    (found,) = node.ran([module], tmp_path)
    assert not isinstance(found, str), found
    np.testing.assert_allclose(found[0], network(*arrays), rtol=1e-12)
    for one, value in zip(found[1], floats, strict=True):
        true = derived.gradient(value)
        assert np.linalg.norm(one - true) <= 1e-12 * np.linalg.norm(true)
