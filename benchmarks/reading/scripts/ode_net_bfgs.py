import numpy as np
from scipy.optimize import minimize

# u' = -u + sin(t), u(0) = 1, with u(t) = 1 + t N(t)
t = np.linspace(0.0, 2.0, 12)
hidden = 4


def cost(p):
    w, b, v = p[:hidden], p[hidden:2 * hidden], p[2 * hidden:]
    a = np.tanh(np.outer(t, w) + b)
    net = a @ v
    dnet = ((1 - a ** 2) * w) @ v
    u = 1 + t * net
    du = net + t * dnet
    res = du + u - np.sin(t)
    return np.mean(res ** 2)


p0 = np.random.RandomState(2).randn(3 * hidden) * 0.5
print("before", cost(p0))
out = minimize(cost, p0, method="BFGS", options={"maxiter": 15})
print("after", out.fun)
