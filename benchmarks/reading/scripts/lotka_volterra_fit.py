import numpy as np

hares = np.array([30.0, 33.2, 36.5, 39.4])
lynx = np.array([4.0, 4.3, 4.9, 5.9])
observed = np.stack([hares, lynx], axis=1) / 10
dt = 0.25
p = np.array([0.6, 0.3, 0.7, 0.25])
eta = 1e-4


def simulate(p):
    state = observed[0]
    out = [state]
    for _ in range(len(observed) - 1):
        h, l = state
        dh = p[0] * h - p[1] * h * l
        dl = -p[2] * l + p[3] * h * l
        state = state + dt * np.array([dh, dl])
        out.append(state)
    return np.array(out)


for it in range(50):
    path = simulate(p)
    loss = np.sum((path - observed) ** 2)
    # finite differences, good enough for homework
    grad = np.zeros(4)
    for k in range(4):
        up = p.copy()
        up[k] += 1e-6
        grad[k] = (np.sum((simulate(up) - observed) ** 2) - loss) / 1e-6
    p = p - eta * grad
print(p)
