import numpy as np

rng = np.random.default_rng(9)
x = np.linspace(0, 3 * np.pi, 25)[:, None]
y = np.sin(x)
centers = rng.uniform(0, 9, size=(1, 6))
widths = np.full((1, 6), 1.2)
w = rng.uniform(-0.5, 0.5, size=(6, 1))
b = np.zeros((1, 1))
eta = 0.05

for epoch in range(20):
    diff = x - centers
    phi = np.exp(-diff ** 2 / (2 * widths ** 2))
    out = phi @ w + b
    err = out - y
    loss = 0.5 * np.mean(err ** 2)

    d_out = err / len(x)
    dw = phi.T @ d_out
    db = d_out.sum(axis=0, keepdims=True)
    d_phi = d_out @ w.T
    dc = (d_phi * phi * diff / widths ** 2).sum(axis=0, keepdims=True)
    ds = (d_phi * phi * diff ** 2 / widths ** 3).sum(axis=0, keepdims=True)

    w -= eta * dw
    b -= eta * db
    centers -= eta * dc
    widths -= eta * ds
    if epoch % 5 == 0:
        print(f"{epoch:4d} {loss:.5f}")
