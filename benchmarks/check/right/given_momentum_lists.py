import numpy as np

rng = np.random.default_rng(0)
X = rng.standard_normal((10, 4))
Y = rng.standard_normal((10, 2))
params = [rng.standard_normal((4, 5)) * 0.4, rng.standard_normal((5, 2)) * 0.4]
velocities = [np.zeros_like(p) for p in params]
mom, lr = 0.9, 0.1
for epoch in range(2):
    h = np.tanh(X @ params[0])
    out = h @ params[1]
    loss = np.mean((out - Y) ** 2)
    dout = 2 * (out - Y) / out.size
    dh = dout @ params[1].T
    grads = [X.T @ (dh * (1 - h**2)), h.T @ dout]
    new = []
    for v, g in zip(velocities, grads):
        new.append(mom * v + (1.0 - mom) * g)
    for k, v in enumerate(new):
        params[k] = params[k] - lr * v
    velocities = new
