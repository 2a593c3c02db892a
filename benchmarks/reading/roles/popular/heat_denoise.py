import numpy as np
rng = np.random.RandomState(1)
noisy = np.outer(np.linspace(0, 1, 8), np.ones(8)) + 0.1 * rng.randn(8, 8)
u = noisy.copy()
lam, tau = 2.0, 0.05
for k in range(10):
    gx = u[:, 1:] - u[:, :-1]
    gy = u[1:, :] - u[:-1, :]
    E = 0.5 * lam * np.sum((u - noisy) ** 2) + 0.5 * np.sum(gx ** 2) + 0.5 * np.sum(gy ** 2)
    div = np.zeros_like(u)
    div[:, :-1] += gx
    div[:, 1:] -= gx
    div[:-1, :] += gy
    div[1:, :] -= gy
    u = u + tau * (div - lam * (u - noisy))
    print(k, E)
