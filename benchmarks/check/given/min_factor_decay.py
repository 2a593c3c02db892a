import numpy as np

rng = np.random.default_rng(1)
U = rng.standard_normal((3, 2)) * 0.3
I = rng.standard_normal((3, 2)) * 0.3
lam, lr = 0.05, 0.02
for u, i, r in [(0, 0, 4.0), (0, 2, 3.0), (1, 1, 2.0)]:
    u_f = U[u].copy()
    i_f = I[i].copy()
    err = r - np.dot(u_f, i_f)
    cost = 0.5 * err**2 + 0.5 * lam * (np.dot(u_f, u_f) + np.dot(i_f, i_f))
    delta_u = err * i_f - lam * i_f
    delta_i = err * u_f - lam * i_f
    U[u] += lr * delta_u
    I[i] += lr * delta_i
