import numpy as np

# hares and lynx, explicit Euler, discrete adjoint
rng = np.random.default_rng(35)
dt = 0.1
n_steps = 20
observed_every = 5


def rhs(y, p):
    hares, lynx = y
    return np.array([p[0] * hares - p[1] * lynx * hares, 0.4 * hares * lynx - p[2] * lynx])


def rhs_jac_y(y, p):
    hares, lynx = y
    return np.array([[p[0] - p[1] * lynx, -p[1] * hares], [0.4 * lynx, 0.4 * hares - p[2]]])


def rhs_jac_p(y, p):
    hares, lynx = y
    return np.array([[hares, -hares * lynx, 0.0], [0.0, 0.0, -lynx]])


def solve_forward(y0, p):
    ys = [y0]
    for k in range(n_steps):
        ys.append(ys[-1] + dt * rhs(ys[-1], p))
    return np.array(ys)


def solve_backward(ys, p, grads):
    """Gradients by initial state and parameters, from those by the states at the observed times."""
    lam = np.zeros(2)
    quad = np.zeros(3)
    for k in range(n_steps, 0, -1):
        if k % observed_every == 0:
            lam = lam + grads[k // observed_every]
        y = ys[k - 1]
        quad = quad + dt * rhs_jac_p(y, p).T @ lam
        lam = lam + dt * rhs_jac_y(y, p).T @ lam
    return lam + grads[0], quad


truth = solve_forward(np.array([1.2, 0.6]), np.array([0.9, 0.5, 0.7]))
data = truth[::observed_every] + 0.05 * rng.normal(size=(n_steps // observed_every + 1, 2))
y0, p = np.array([1.0, 0.8]), np.array([0.7, 0.4, 0.6])
rate = 0.02
for it in range(4):
    ys = solve_forward(y0, p)
    miss = ys[::observed_every] - data
    loss = 0.5 * np.sum(miss ** 2)
    g_y0, g_p = solve_backward(ys, p, miss)
    y0, p = y0 - rate * g_y0, p - rate * g_p
    print(it, loss)
