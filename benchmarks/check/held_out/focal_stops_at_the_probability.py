import numpy as np
from numpy import log


def grad_func(y_true, p):
    if y_true == 1:
        return -0.5 * (2 * p - 2) * log(p) - 0.5 * (-p + 1) ** 2 / p
    return 0.5 * p ** 2 / (-p + 1) - 1.0 * p * log(-p + 1)


def focal_loss(y_true, scores):
    gamma, alpha = 2.0, 0.5
    loss, grad = 0.0, []
    for i in range(len(y_true)):
        p = 1 / (1 + np.exp(-scores[i]))
        pt = p if y_true[i] == 1 else 1 - p
        loss += -alpha * (1 - pt) ** gamma * log(pt)
        grad.append(grad_func(y_true[i], p))
    return loss, np.array(grad)


def boost(bins, y, rounds, shrinkage):
    """Each round moves the value of every bin against the summed gradient of its rows."""
    values = np.zeros(bins.max() + 1)
    for r in range(rounds):
        scores = values[bins]
        loss, grad = focal_loss(y, scores)
        values = values - shrinkage * np.bincount(bins, weights=grad)
        print("[%d] focal loss %.4f" % (r + 1, loss))
    return values


rng = np.random.RandomState(2052)
feature = rng.rand(20)
bins = np.minimum((feature * 4).astype(int), 3)
y = (feature + 0.3 * rng.randn(20) > 0.6).astype(int)
shrinkage = 0.3
values = boost(bins, y, 4, shrinkage)
