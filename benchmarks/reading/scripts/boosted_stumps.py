import numpy as np

rng = np.random.RandomState(1)
x = np.sort(rng.rand(30))
y = np.sin(6 * x) + 0.1 * rng.randn(30)
lr = 0.3
F = np.full_like(y, y.mean())
stumps = []
for m in range(12):
    residual = y - F
    mse = np.mean(residual ** 2)
    best = None
    for cut in x[1:]:
        left, right = residual[x < cut], residual[x >= cut]
        err = ((left - left.mean()) ** 2).sum() + ((right - right.mean()) ** 2).sum()
        if best is None or err < best[0]:
            best = (err, cut, left.mean(), right.mean())
    _, cut, lo, hi = best
    h = np.where(x < cut, lo, hi)
    F = F + lr * h
    stumps.append((cut, lo, hi))
    print(m, round(mse, 5))
