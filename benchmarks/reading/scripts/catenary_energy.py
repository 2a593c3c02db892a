import numpy as np

n = 6
xs = np.linspace(0, 2, n + 2)
ys = np.array([-0.2, -0.5, -0.6, -0.65, -0.4, -0.2])
k, rest, m, g = 50.0, 0.25, 0.1, 9.81
full = np.zeros(n + 2)
full[1:-1] = ys
pts = np.array([xs, full]).T
lengths = np.sqrt(((pts[1:] - pts[:-1]) ** 2).sum(axis=1))
energy = 0.5 * k * ((lengths - rest) ** 2).sum() + m * g * ys.sum()
print(energy)
