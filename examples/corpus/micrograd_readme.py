"""micrograd, README: a little of everything."""

import numpy as np

a = -4.0
b = 2.0
c = a + b
d = a * b + b**3
c = c + c + 1
c = c + 1 + c + (-a)
d = d + d * 2 + np.maximum(0, b + a)
d = d + 3 * d + np.maximum(0, b - a)
e = c - d
f = e**2
g = f / 2.0
g = g + 10.0 / f
loss = g + 0.0
