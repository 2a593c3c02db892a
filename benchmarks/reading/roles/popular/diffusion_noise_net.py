import numpy as np
rng = np.random.default_rng(0)
T = 10; betas = np.linspace(1e-4, 0.2, T); alphas = 1 - betas; abar = np.cumprod(alphas)
x0 = rng.normal(size=(6, 2)); t = rng.integers(0, T, size=6); eps = rng.normal(size=x0.shape)
xt = np.sqrt(abar[t])[:, None]*x0 + np.sqrt(1-abar[t])[:, None]*eps
W1 = rng.normal(size=(3, 8))*0.3; b1 = np.zeros(8); W2 = rng.normal(size=(8, 2))*0.3; b2 = np.zeros(2)
h = np.tanh(np.concatenate([xt, (t/T)[:, None]], axis=1) @ W1 + b1)
pred = h @ W2 + b2
loss = np.mean((pred-eps)**2)
