import numpy as np
from scipy.interpolate import BSpline

x = np.linspace(0, 1, 9)
y = np.array([0.1, 0.5, 0.8, 1.0, 0.7, 0.2, -0.4, -0.8, -0.9])
knots = np.r_[[0.0] * 4, 0.33, 0.66, [1.0] * 4]
n_basis = len(knots) - 4
B = np.zeros((len(x), n_basis))
for j in range(n_basis):
    unit = np.zeros(n_basis)
    unit[j] = 1.0
    B[:, j] = BSpline(knots, unit, 3)(x)
lam = 0.01
coef = np.array([0.1, 0.4, 1.1, 0.2, -0.6, -0.9])
fit = B @ coef
D2 = np.diff(np.eye(n_basis), 2, axis=0)
penalty = np.sum((D2 @ coef) ** 2)
objective = np.sum((y - fit) ** 2) + lam * penalty
print("objective", round(objective, 5))
