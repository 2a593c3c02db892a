import numpy as np
Z = np.array([[1.0, 0.0], [0.0, -1.0]])
Xm = np.array([[0.0, 1.0], [1.0, 0.0]])
H = 0.7 * Z + 0.4 * Xm

def energy(theta):
    psi = np.array([np.cos(theta / 2), np.sin(theta / 2)])
    return psi @ H @ psi

theta = 0.3
eta = 0.4
for step in range(20):
    E = energy(theta)
    g = 0.5 * (energy(theta + np.pi / 2) - energy(theta - np.pi / 2))
    theta = theta - eta * g
    print(step, E)
