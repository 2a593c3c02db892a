"""CS231n, Backpropagation, Intuitions: 2 (x y + max(z, w))."""

import numpy as np

x = 3.0
y = -4.0
z = 2.0
w = -1.0
product = x * y
larger = np.maximum(z, w)
loss = 2 * (product + larger)

dproduct = 2.0
dlarger = 2.0
dx = dproduct * y
dy = dproduct * x
dz = dlarger * (z > w)
dw = dlarger * (w > z)
