import numpy as np

rng = np.random.default_rng(2)
pos = np.array([[0.0, 0.0], [1.2, 0.1], [0.5, 1.1], [1.7, 1.2]]) + rng.normal(scale=0.02, size=(4, 2))
eps_lj, sigma = 1.0, 1.0
step = 0.002
n = len(pos)

for it in range(25):
    energy = 0.0
    force = np.zeros_like(pos)
    for i in range(n):
        for j in range(i + 1, n):
            d = pos[i] - pos[j]
            r2 = np.dot(d, d)
            s6 = (sigma ** 2 / r2) ** 3
            energy += 4 * eps_lj * (s6 ** 2 - s6)
            f = 24 * eps_lj * (2 * s6 ** 2 - s6) / r2 * d
            force[i] += f
            force[j] -= f
    pos = pos + step * force
    if it % 5 == 0:
        print(it, energy, np.abs(force).max())
