import numpy as np
rng = np.random.RandomState(3)
V = rng.rand(6, 5)
r = 2
W = rng.rand(6, r)
H = rng.rand(r, 5)
for it in range(15):
    H *= (W.T @ V) / (W.T @ W @ H + 1e-9)
    W *= (V @ H.T) / (W @ H @ H.T + 1e-9)
    err = np.linalg.norm(V - W @ H)
    print(it, err)
