import numpy as np
rng = np.random.RandomState(0)
X = np.vstack([rng.randn(20, 2), rng.randn(20, 2) + 4])
k = 2
centroids = X[[0, 25]].copy()
for step in range(6):
    d = ((X[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    labels = d.argmin(axis=1)
    inertia = d.min(axis=1).sum()
    for j in range(k):
        centroids[j] = X[labels == j].mean(axis=0)
    print(step, inertia)
