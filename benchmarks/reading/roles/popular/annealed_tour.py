import numpy as np
rng = np.random.default_rng(0)
pts = rng.normal(size=(6, 2))
centre = np.zeros(2)
T = 1.0
cost = np.sum(np.linalg.norm(pts - centre, axis=1))
for step in range(40):
    trial = centre + rng.normal(scale=0.2, size=2)
    new_cost = np.sum(np.linalg.norm(pts - trial, axis=1))
    if new_cost < cost or rng.random() < np.exp((cost - new_cost) / T):
        centre, cost = trial, new_cost
    T *= 0.95
print(centre, cost)
