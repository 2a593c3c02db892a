import numpy as np
J = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) * 0.8
h = 0.2
m = np.array([0.3, -0.1, 0.5])
T = 1.5
entropy = -np.sum((1 + m) / 2 * np.log((1 + m) / 2) + (1 - m) / 2 * np.log((1 - m) / 2))
free_energy = -0.5 * m @ J @ m - h * m.sum() - T * entropy
print(free_energy)
