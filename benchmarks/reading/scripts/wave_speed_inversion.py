import numpy as np

nx, nt, dx, dt = 20, 25, 1.0, 0.4
src = np.exp(-0.5 * ((np.arange(nt) - 6) / 2.0) ** 2)


def simulate(c):
    prev = np.zeros(nx)
    cur = np.zeros(nx)
    trace = []
    for n in range(nt):
        lap = np.zeros(nx)
        lap[1:-1] = (cur[2:] - 2 * cur[1:-1] + cur[:-2]) / dx ** 2
        nxt = 2 * cur - prev + dt ** 2 * c ** 2 * lap
        nxt[5] += src[n]
        prev, cur = cur, nxt
        trace.append(cur[12])
    return np.array(trace)


observed = simulate(1.3)
c = 1.0
lr = 0.02
for it in range(5):
    misfit = 0.5 * np.sum((simulate(c) - observed) ** 2)
    h = 1e-4
    up = 0.5 * np.sum((simulate(c + h) - observed) ** 2)
    down = 0.5 * np.sum((simulate(c - h) - observed) ** 2)
    g = (up - down) / (2 * h)
    c = c - lr * g
    print(it, c, misfit)
