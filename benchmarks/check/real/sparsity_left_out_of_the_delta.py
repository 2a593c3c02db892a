import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def kl(x, y):
    return x * np.log(x / y) + (1 - x) * np.log((1 - x) / (1 - y))


def fresh(n_hid, n_vis):
    r = np.sqrt(6) / np.sqrt(n_hid + n_vis + 1)
    rs = np.random.RandomState(4)
    W1 = rs.rand(n_hid, n_vis) * 2 * r - r
    W2 = rs.rand(n_vis, n_hid) * 2 * r - r
    return np.concatenate((W1.ravel(), W2.ravel(), np.zeros(n_hid), np.zeros(n_vis)))


# rows of data are pixels, columns are examples
def price_and_slope(theta, n_vis, n_hid, weight_pay, rho_goal, beta, data):
    hv = n_hid * n_vis
    W1 = theta[0:hv].reshape(n_hid, n_vis)
    W2 = theta[hv:2 * hv].reshape(n_vis, n_hid)
    b1 = theta[2 * hv:2 * hv + n_hid]
    b2 = theta[2 * hv + n_hid:]
    m = data.shape[1]

    pre = W1.dot(data) + np.tile(b1, (m, 1)).transpose()
    a2 = sigmoid(pre)
    h = sigmoid(W2.dot(a2) + np.tile(b2, (m, 1)).transpose())

    activity = np.sum(a2, axis=1) / m
    rho = np.tile(rho_goal, n_hid)
    cost = np.sum((h - data) ** 2) / (2 * m) + (weight_pay / 2) * (np.sum(W1 ** 2) + np.sum(W2 ** 2)) + \
        beta * np.sum(kl(rho, activity))

    top_push = -(data - h) * h * (1 - h)
    mid_push = W2.transpose().dot(top_push) * a2 * (1 - a2)
    g_W1 = mid_push.dot(data.transpose()) / m + weight_pay * W1
    g_W2 = top_push.dot(a2.transpose()) / m + weight_pay * W2
    g_b1 = np.sum(mid_push, axis=1) / m
    g_b2 = np.sum(top_push, axis=1) / m
    grad = np.concatenate((g_W1.ravel(), g_W2.ravel(), g_b1, g_b2))
    return cost, grad


rs = np.random.RandomState(0)
patches = rs.rand(5, 9) * 0.8 + 0.1
theta = fresh(3, 5)
for it in range(3):
    cost, grad = price_and_slope(theta, 5, 3, 0.001, 0.05, 0.5, patches)
    theta = theta - 0.5 * grad
    print(it, cost)
