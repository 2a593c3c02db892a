import numpy as np

rs = np.random.RandomState(31)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z) * (1 - sigmoid(z))
    return g


# 代价函数
def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, class_y, Lambda):
    length = nn_params.shape[0]
    Theta1 = nn_params[0:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):length].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]
    a1 = np.hstack((np.ones((m, 1)), X))
    a2 = np.hstack((np.ones((m, 1)), sigmoid(np.dot(a1, Theta1.T))))
    h = sigmoid(np.dot(a2, Theta2.T))
    term = np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2)
    J = -np.sum(class_y * np.log(h) + (1 - class_y) * np.log(1 - h)) / m + Lambda * term / (2 * m)
    return J


# 梯度
def nnGradient(nn_params, input_layer_size, hidden_layer_size, num_labels, X, class_y, Lambda):
    length = nn_params.shape[0]
    Theta1 = nn_params[0:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):length].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]
    Theta2_x = Theta2[:, 1:]
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = np.dot(a1, np.transpose(Theta1))
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    h = sigmoid(np.dot(a2, np.transpose(Theta2)))
    delta3 = h - class_y
    delta2 = np.dot(delta3, Theta2_x) * sigmoidGradient(z2)
    Theta1_grad = np.dot(np.transpose(delta2), a1)
    Theta2_grad = np.dot(np.transpose(delta3), a2)
    Theta1[:, 0] = 0
    Theta2[:, 0] = 0
    grad = (np.hstack((Theta1_grad.ravel(), Theta2_grad.ravel())) + Lambda * np.hstack((Theta1.ravel(), Theta2.ravel()))) / m
    return grad


X = rs.randn(8, 2)
class_y = np.eye(2)[rs.randint(2, size=8)]
nn_params = rs.randn(3 * 3 + 2 * 4) * 0.5
for step in range(3):
    J = nnCostFunction(nn_params, 2, 3, 2, X, class_y, 0.5)
    grad = nnGradient(nn_params, 2, 3, 2, X, class_y, 0.5)
    nn_params = nn_params - 0.3 * grad
    print(J)
