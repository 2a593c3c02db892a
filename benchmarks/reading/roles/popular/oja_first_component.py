import numpy as np
rng = np.random.RandomState(5)
data = rng.randn(40, 3) * np.array([3.0, 1.0, 0.5])
w = rng.randn(3)
w /= np.linalg.norm(w)
eta = 0.01
for x in data:
    y = w @ x
    w += eta * y * (x - y * w)
print(w)
