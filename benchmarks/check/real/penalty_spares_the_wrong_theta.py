import numpy

numpy.random.seed(10)


def sigmoid(z):
    return 1 / (1 + numpy.exp(-z))


def costFunctionReg(theta, X, y, lambda_):
    m, n = X.shape
    theta = theta.reshape((n, 1))
    h_theta = sigmoid(X @ theta)

    J = (1 / m) * (-y.T @ numpy.log(h_theta) - (1 - y).T @ numpy.log(1 - h_theta)) + (lambda_ / (2 * m)) * (theta[1:theta.size]).T @ theta[1:theta.size]

    thetaZero = theta.copy()
    thetaZero[1] = 0

    grad = ((1 / m) * (h_theta - y).T @ X) + lambda_ / m * thetaZero.T
    grad = grad.reshape((n, 1))

    return J, grad


X = numpy.concatenate([numpy.ones((20, 1)), numpy.random.randn(20, 3)], axis=1)
y = (numpy.random.rand(20, 1) > 0.4).astype(float)
test_theta = numpy.ones((X.shape[1], 1)) * 0.3
for _ in range(3):
    cost, grad = costFunctionReg(test_theta, X, y, 10)
    test_theta = test_theta - 0.2 * grad
