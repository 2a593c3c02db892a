"""Karpathy, the spelled-out introduction to backpropagation: a neuron with tanh."""

import numpy as np

x1 = 2.0
x2 = 0.0
w1 = -3.0
w2 = 1.0
b = 6.881373587019543
n = x1 * w1 + x2 * w2 + b
o = np.tanh(n)
loss = o * 1.0

dn = 1 - o**2
dx1 = dn * w1
dw1 = dn * x1
dx2 = dn * w2
dw2 = dn * x2
