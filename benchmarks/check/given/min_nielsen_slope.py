import numpy as np

np.random.seed(0)
W = [np.random.randn(4, 3), np.random.randn(2, 4)]
x, y = np.random.randn(3, 1), np.array([[1.0], [0.0]])
acts = [x]
for w in W:
    acts.append(1 / (1 + np.exp(-np.dot(w, acts[-1]))))
loss = 0.5 * np.sum((acts[-1] - y) ** 2)
delta = acts[-1] - y
nabla = [None, None]
nabla[-1] = np.dot(delta, acts[-2].T)
delta = np.dot(W[-1].T, delta) * acts[-2] * (1 - acts[-2])
nabla[-2] = np.dot(delta, acts[-3].T)
sums = [np.zeros(w.shape) for w in W]
sums = [s + n for s, n in zip(sums, nabla)]
W = [w - 0.5 * s for w, s in zip(W, sums)]
