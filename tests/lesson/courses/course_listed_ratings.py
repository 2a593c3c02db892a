import numpy as np

ratings = [(0, 0, 5.0), (0, 1, 3.0), (1, 0, 4.0), (1, 3, 1.0), (2, 1, 1.0), (2, 3, 5.0), (3, 2, 4.0)]
rng = np.random.RandomState(0)
n_users, n_items, n_factors = 4, 4, 3
P, Q = rng.normal(0, 0.3, (n_users, n_factors)), rng.normal(0, 0.3, (n_items, n_factors))
bu, bi, mu, reg = np.zeros(n_users), np.zeros(n_items), np.mean([r for _, _, r in ratings]), 0.02
loss = 0.0
for u, i, r in ratings:
    prediction = mu + bu[u] + bi[i] + P[u] @ Q[i]
    error = r - prediction
    loss += error**2 + reg * (P[u] @ P[u] + Q[i] @ Q[i] + bu[u] ** 2 + bi[i] ** 2)
