import numpy as np
t = np.linspace(0, 4, 12)
data = np.array([5.1, 3.9, 3.2, 2.4, 1.9, 1.6, 1.2, 0.95, 0.8, 0.6, 0.5, 0.4])
p = np.array([4.0, 0.5])
lam = 1e-2
for it in range(8):
    model = p[0] * np.exp(-p[1] * t)
    r = data - model
    sse = r @ r
    J = np.column_stack([np.exp(-p[1] * t), -p[0] * t * np.exp(-p[1] * t)])
    H = J.T @ J
    dp = np.linalg.solve(H + lam * np.diag(np.diag(H)), J.T @ r)
    trial = p + dp
    new = np.sum((data - trial[0] * np.exp(-trial[1] * t)) ** 2)
    if new < sse:
        p = trial
        lam /= 10
    else:
        lam *= 10
    print(it, sse, lam)
