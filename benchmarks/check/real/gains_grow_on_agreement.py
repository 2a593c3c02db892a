import numpy as np


def stress(params, D, n, dim):
    """Sum of squared misses of the distances, and its gradient."""
    layout = params.reshape(n, dim)
    diff = layout[:, None, :] - layout[None, :, :]
    dist = np.sqrt((diff ** 2).sum(-1) + np.eye(n))
    miss = (dist - D) * (1 - np.eye(n))
    error = 0.5 * np.sum(miss ** 2)
    grad = 2 * np.sum((miss / dist)[:, :, None] * diff, axis=1)
    return error, grad.ravel()


def descend(score_of, start, rounds, momentum=0.5, rate_=0.01, least=0.01, args=()):
    p = start.copy().ravel()
    move = np.zeros_like(p)
    gains = np.ones_like(p)
    for i in range(rounds):
        error, grad = score_of(p, *args)
        up = move * grad >= 0.0
        down = np.invert(up)
        gains[up] += 0.2
        gains[down] *= 0.8
        np.clip(gains, least, np.inf, out=gains)
        scaled = grad * gains
        move = momentum * move - rate_ * scaled
        p += move
    return p, error


rng = np.random.RandomState(0)
points = rng.randn(5, 3)
D = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
X0 = rng.randn(5, 2)
embedded, error = descend(stress, X0, 6, args=(D, 5, 2))
print(embedded.reshape(5, 2), error)
