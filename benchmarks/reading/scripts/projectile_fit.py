# Fit launch speed and angle of a ball to a few measured heights
import math

import numpy as np

g = 9.81
t = np.array([0.1, 0.3, 0.5, 0.7])
measured = np.array([0.62, 1.61, 2.2, 2.41])

v0 = 9.0
angle = 0.7
lr = 0.002

for i in range(200):
    height = v0 * np.sin(angle) * t - 0.5 * g * t**2
    err = ((height - measured) ** 2).sum()
    if i % 50 == 0:
        print("iteration", i, "error", err)
    dheight = 2 * (height - measured)
    dv0 = (dheight * np.sin(angle) * t).sum()
    dangle = (dheight * v0 * np.cos(angle) * t).sum()
    v0 = v0 - lr * dv0
    angle = angle - lr * dangle

print("speed %.3f m/s, angle %.1f degrees" % (v0, math.degrees(angle)))
