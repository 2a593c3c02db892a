import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(30, 2))
y = X @ np.array([1.0, -2.0]) + 0.3

def mse(w, b):
    return np.mean((X @ w + b - y) ** 2)

w = np.zeros(2)
b = 0.0
best = mse(w, b)
for it in range(60):
    w_new = w + 0.1 * rng.normal(size=2)
    b_new = b + 0.1 * rng.normal()
    err = mse(w_new, b_new)
    if err < best:
        w, b, best = w_new, b_new, err
print(w, b, best)
