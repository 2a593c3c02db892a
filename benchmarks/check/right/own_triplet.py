import numpy as np

rng = np.random.default_rng(13)
anchors, positives, negatives = (rng.normal(size=(5, 4)) for _ in range(3))
M = rng.normal(size=(4, 3)) * 0.4
alpha = 1.0
for it in range(3):
    fa, fp, fn = anchors @ M, positives @ M, negatives @ M
    pos = ((fa - fp) ** 2).sum(1)
    neg = ((fa - fn) ** 2).sum(1)
    losses = np.maximum(pos - neg + alpha, 0)
    loss = losses.mean()
    active = (losses > 0)[:, None] / len(anchors)
    dfa = 2 * (fn - fp) * active
    dfp = -2 * (fa - fp) * active
    dfn = 2 * (fa - fn) * active
    M = M - 0.05 * (anchors.T @ dfa + positives.T @ dfp + negatives.T @ dfn)
