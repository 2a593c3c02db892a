import numpy as np

E = 200.0
nodes = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.8]])
bars = [(0, 1), (1, 2), (0, 2)]
areas = np.array([1.0, 0.8, 0.9])
loads = np.array([0.0, 0.0, 0.0, 0.0, 0.3, -1.0])
fixed = [0, 1, 3]
free = [d for d in range(6) if d not in fixed]

K = np.zeros((6, 6))
for a, (i, j) in zip(areas, bars):
    d = nodes[j] - nodes[i]
    L = np.linalg.norm(d)
    c, s = d / L
    T = np.array([-c, -s, c, s])
    k = E * a / L * np.outer(T, T)
    idx = [2 * i, 2 * i + 1, 2 * j, 2 * j + 1]
    for m in range(4):
        for n in range(4):
            K[idx[m], idx[n]] += k[m, n]
u = np.zeros(6)
u[free] = np.linalg.solve(K[np.ix_(free, free)], loads[free])
compliance = loads @ u
print("compliance:", compliance)
