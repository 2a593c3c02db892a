# -*- coding: utf-8 -*-
import numpy as np
import math

x = np.linspace(-math.pi, math.pi, 20)
y = np.sin(x)
np.random.seed(0)
a = np.random.randn()
b = np.random.randn()
c = np.random.randn()
d = np.random.randn()
learning_rate = 1e-6
for t in range(3):
    curve = a + b * x + c * x**2 + d * x**3
    loss = np.square(curve - y).sum()
    if t % 100 == 99:
        print(t, loss)
    g_curve = 2.0 * (curve - y)
    ga = g_curve.sum()
    gb = (g_curve * x).sum()
    gc = (g_curve * x**2).sum()
    gd = (g_curve * x**3).sum()
    a -= learning_rate * ga
    b -= learning_rate * gb
    c -= learning_rate * gc
    d -= learning_rate * gd
print(f"Result: y = {a} + {b} x + {c} x^2 + {d} x^3")
