import numpy as np

rng = np.random.default_rng(30)
clean = np.zeros((8, 8))
clean[2:6, 2:6] = 1.0
noisy = clean + 0.2 * rng.normal(size=clean.shape)
u = noisy.copy()
lam, eps, tau = 0.15, 1e-2, 0.1
for k in range(15):
    dx = np.roll(u, -1, axis=1) - u
    dy = np.roll(u, -1, axis=0) - u
    mag = np.sqrt(dx ** 2 + dy ** 2 + eps)
    obj = 0.5 * np.sum((u - noisy) ** 2) + lam * np.sum(mag)
    px, py = dx / mag, dy / mag
    div = px - np.roll(px, 1, axis=1) + py - np.roll(py, 1, axis=0)
    grad = (u - noisy) - lam * div
    u = u - tau * grad
    if k % 5 == 0:
        print(k, obj)
