import numpy as np
rng = np.random.default_rng(9)
returns = 1 + 0.05 * rng.normal(size=(20, 3))
w = np.ones(3) / 3
eta = 0.5
for r in returns:
    wealth = w @ r
    loss = -np.log(wealth)
    w = w * np.exp(eta * r / wealth)
    w = w / w.sum()
print(w)
