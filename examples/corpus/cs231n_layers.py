"""CS231n, assignments 2 and 3: affine, convolution and one step of an RNN, forward, on linspace."""

import numpy as np

x = np.linspace(-0.1, 0.5, 240).reshape(2, 120)
w = np.linspace(-0.2, 0.3, 360).reshape(120, 3)
b = np.linspace(-0.3, 0.1, 3)
affine = x @ w + b

image = np.pad(np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4), ((0, 0), (0, 0), (1, 1), (1, 1)))
kernel = np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4)
bias = np.linspace(-0.1, 0.2, 3)
conv = np.zeros((2, 3, 2, 2))
for n in range(2):
    for k in range(3):
        for i in range(2):
            for j in range(2):
                window = image[n, :, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
                conv[n, k, i, j] = np.sum(window * kernel[k]) + bias[k]

inputs = np.linspace(-0.4, 0.7, 30).reshape(3, 10)
prev_h = np.linspace(-0.2, 0.5, 12).reshape(3, 4)
Wx = np.linspace(-0.1, 0.9, 40).reshape(10, 4)
Wh = np.linspace(-0.3, 0.7, 16).reshape(4, 4)
bh = np.linspace(-0.2, 0.4, 4)
next_h = np.tanh(inputs @ Wx + prev_h @ Wh + bh)

loss = np.sum(affine) + np.sum(conv) + np.sum(next_h)
