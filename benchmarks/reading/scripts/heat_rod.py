import numpy as np

dx, dt, steps = 0.2, 0.01, 12
T = np.array([0.0, 1.0, 3.0, 2.0, 0.5, 0.0])
T_measured = np.array([0.0, 1.3, 2.1, 1.8, 0.9, 0.0])
kappa = 0.8

temp = T.copy()
for _ in range(steps):
    new = temp.copy()
    new[1:-1] = temp[1:-1] + kappa * dt / dx**2 * (temp[2:] - 2 * temp[1:-1] + temp[:-2])
    temp = new
J = 0.5 * np.sum((temp - T_measured) ** 2)
print("misfit", J)
