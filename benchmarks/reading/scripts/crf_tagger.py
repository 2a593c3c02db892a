import numpy as np
from scipy.special import logsumexp

rng = np.random.default_rng(5)
n, d, K = 7, 4, 3
X = rng.normal(size=(n, d))
tags = rng.integers(0, K, size=n)
W = rng.normal(scale=0.3, size=(d, K))
trans = np.zeros((K, K))
lr = 0.1

for it in range(5):
    emit = X @ W
    alpha = np.empty((n, K))
    alpha[0] = emit[0]
    for t in range(1, n):
        alpha[t] = emit[t] + logsumexp(alpha[t - 1][:, None] + trans, axis=0)
    logZ = logsumexp(alpha[-1])
    score = emit[np.arange(n), tags].sum() + trans[tags[:-1], tags[1:]].sum()
    nll = logZ - score

    beta = np.zeros((n, K))
    for t in range(n - 2, -1, -1):
        beta[t] = logsumexp(trans + emit[t + 1] + beta[t + 1], axis=1)
    node = np.exp(alpha + beta - logZ)
    d_emit = node.copy()
    d_emit[np.arange(n), tags] -= 1
    d_trans = np.zeros((K, K))
    for t in range(1, n):
        edge = np.exp(alpha[t - 1][:, None] + trans + emit[t] + beta[t] - logZ)
        d_trans += edge
        d_trans[tags[t - 1], tags[t]] -= 1
    W -= lr * (X.T @ d_emit)
    trans -= lr * d_trans
    print(it, nll)
