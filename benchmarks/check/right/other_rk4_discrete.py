import numpy as np

rng = np.random.default_rng(4)
A = rng.normal(size=(2, 3)) * 0.5
c = np.zeros(3)
B = rng.normal(size=(3, 2)) * 0.5
z0 = rng.normal(size=(5, 2))
target = z0 @ np.array([[0.0, -1.0], [1.0, 0.0]])
h, n = 0.25, 4


def field(z):
    u = np.tanh(z @ A + c)
    return u @ B, (z, u)


def pull(grad, memory):
    z, u = memory
    du = (grad @ B.T) * (1 - u ** 2)
    gB.__iadd__(u.T @ grad)
    gA.__iadd__(z.T @ du)
    gc.__iadd__(du.sum(axis=0))
    return du @ A.T


for it in range(2):
    z, trail = z0, []
    for _ in range(n):
        k1, m1 = field(z)
        k2, m2 = field(z + h / 2 * k1)
        k3, m3 = field(z + h / 2 * k2)
        k4, m4 = field(z + h * k3)
        trail.append((m1, m2, m3, m4))
        z = z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    loss = ((z - target) ** 2).mean()

    gA, gc, gB = np.zeros_like(A), np.zeros_like(c), np.zeros_like(B)
    lam = 2 * (z - target) / z.size
    for m1, m2, m3, m4 in trail[::-1]:
        s4 = pull(h / 6 * lam, m4)
        s3 = pull(h / 3 * lam + h * s4, m3)
        s2 = pull(h / 3 * lam + h / 2 * s3, m2)
        s1 = pull(h / 6 * lam + h / 2 * s2, m1)
        lam = lam + s1 + s2 + s3 + s4
    A, c, B = A - 0.5 * gA, c - 0.5 * gc, B - 0.5 * gB
