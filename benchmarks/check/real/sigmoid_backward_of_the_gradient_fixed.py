import numpy as np


def fc_forward(z, W, b):
    """
    全连接层的前向传播
    """
    return np.dot(z, W) + b


def fc_backward(next_dz, W, z):
    """
    全连接层的反向传播
    """
    N = z.shape[0]
    dz = np.dot(next_dz, W.T)  # 当前层的梯度
    dw = np.dot(z.T, next_dz)  # 当前层权重的梯度
    db = np.sum(next_dz, axis=0)  # 当前层偏置的梯度, N个样本的梯度求和
    return dw / N, db / N, dz


def sigmoid_forward(z):
    return 1.0 / (1 + np.exp(-z))


def sigmoid_backward(next_dz, z):
    """
    sigmoid激活反向过程
    """
    return sigmoid_forward(z) * (1 - sigmoid_forward(z)) * next_dz


def mean_squared_loss(y_predict, y_true):
    loss = np.mean(np.sum(np.square(y_predict - y_true), axis=-1))  # 损失函数值
    dy = 2 * (y_predict - y_true)  # 损失函数关于网络输出的梯度
    return loss, dy


np.random.seed(8)
weights = {}
weights["W1"] = np.random.randn(3, 4)
weights["b1"] = np.zeros(4)
weights["W2"] = np.random.randn(4, 2)
weights["b2"] = np.zeros(2)
nuerons = {}
gradients = {}
X = np.random.randn(6, 3)
y = np.random.rand(6, 2)
lr = 0.05
for s in range(2):
    nuerons["z2"] = fc_forward(X, weights["W1"], weights["b1"])
    nuerons["z2_sig"] = sigmoid_forward(nuerons["z2"])
    nuerons["y"] = fc_forward(nuerons["z2_sig"], weights["W2"], weights["b2"])
    loss, dy = mean_squared_loss(nuerons["y"], y)
    gradients["W2"], gradients["b2"], gradients["z2_sig"] = fc_backward(dy, weights["W2"], nuerons["z2_sig"])
    gradients["z2"] = sigmoid_backward(gradients["z2_sig"], nuerons["z2"])
    gradients["W1"], gradients["b1"], _ = fc_backward(gradients["z2"], weights["W1"], X)
    for name in ["W1", "W2", "b1", "b2"]:
        weights[name] -= lr * gradients[name]
