"""Nielsen, chapter 3: one sigmoid neuron learns to answer 0 to 1, from w = 0.6, b = 0.9, with squares."""

import numpy as np

x = 1.0
t = 0.0
w = 0.6
b = 0.9
eta = 0.15

for _ in range(300):
    z = w * x + b
    a = 1 / (1 + np.exp(-z))
    C = (t - a) ** 2 / 2
    dz = (a - t) * a * (1 - a)
    w -= eta * dz * x
    b -= eta * dz
