import numpy as np

np.random.seed(1)
x = np.array([[1, 0, 1], [0, 1, 1]])
t = np.array([[1, 0]]).T
w = 2 * np.random.random((3, 1)) - 1
layer_2_error = 0
for i in range(len(x)):
    layer_0 = x[i : i + 1]
    layer_2 = np.dot(layer_0, w)
    layer_2_error += np.sum((layer_2 - t[i : i + 1]) ** 2)
    layer_2_delta = t[i : i + 1] - layer_2
    w -= 0.1 * layer_0.T.dot(layer_2_delta)
