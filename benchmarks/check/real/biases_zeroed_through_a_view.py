import numpy as np

rs = np.random.RandomState(31)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sig_slope(z):
    g = sigmoid(z) * (1 - sigmoid(z))
    return g


def nn_cost(all_params, n_in, n_hid, n_out, X, hot_y, Lambda):
    length = all_params.shape[0]
    Theta1 = all_params[0:n_hid * (n_in + 1)].reshape(n_hid, n_in + 1)
    Theta2 = all_params[n_hid * (n_in + 1):length].reshape(n_out, n_hid + 1)
    m = X.shape[0]
    a1 = np.hstack((np.ones((m, 1)), X))
    a2 = np.hstack((np.ones((m, 1)), sigmoid(np.dot(a1, Theta1.T))))
    h = sigmoid(np.dot(a2, Theta2.T))
    term = np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2)
    J = -np.sum(hot_y * np.log(h) + (1 - hot_y) * np.log(1 - h)) / m + Lambda * term / (2 * m)
    return J


def nn_slopes(all_params, n_in, n_hid, n_out, X, hot_y, Lambda):
    length = all_params.shape[0]
    Theta1 = all_params[0:n_hid * (n_in + 1)].reshape(n_hid, n_in + 1)
    Theta2 = all_params[n_hid * (n_in + 1):length].reshape(n_out, n_hid + 1)
    m = X.shape[0]
    T2_rest = Theta2[:, 1:]
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = np.dot(a1, np.transpose(Theta1))
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    h = sigmoid(np.dot(a2, np.transpose(Theta2)))
    delta3 = h - hot_y
    delta2 = np.dot(delta3, T2_rest) * sig_slope(z2)
    T1_grad = np.dot(np.transpose(delta2), a1)
    T2_grad = np.dot(np.transpose(delta3), a2)
    Theta1[:, 0] = 0
    Theta2[:, 0] = 0
    grad = (np.hstack((T1_grad.ravel(), T2_grad.ravel())) + Lambda * np.hstack((Theta1.ravel(), Theta2.ravel()))) / m
    return grad


X = rs.randn(8, 2)
hot_y = np.eye(2)[rs.randint(2, size=8)]
all_params = rs.randn(3 * 3 + 2 * 4) * 0.5
for step in range(3):
    J = nn_cost(all_params, 2, 3, 2, X, hot_y, 0.5)
    grad = nn_slopes(all_params, 2, 3, 2, X, hot_y, 0.5)
    all_params = all_params - 0.3 * grad
    print(J)
