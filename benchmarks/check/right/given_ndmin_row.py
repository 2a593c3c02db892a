import numpy as np

w = np.array([[0.3, -0.2]])
x = np.array([0.5, 1.0])
y = np.array([[1.0]])
inputs = np.array(x, ndmin=2).T
out = w @ inputs
loss = 0.5 * np.sum((out - y) ** 2)
dout = out - y
dw = dout @ inputs.T
w -= 0.1 * dw
