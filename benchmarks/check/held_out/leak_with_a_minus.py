import numpy as np


class LeakyRelu():
    @staticmethod
    def activation(X, alpha=0.01):
        return np.maximum(alpha * X, X)

    @staticmethod
    def derivative(X, alpha=0.01):
        dx = np.greater(X, 0).astype(float)
        dx[X < 0] = -alpha
        return dx


class Sigmoid():
    @staticmethod
    def activation(X):
        return 1 / (1 + np.exp(-X))

    @staticmethod
    def derivative(X):
        s = 1 / (1 + np.exp(-X))
        return s * (1 - s)


class MSL():
    @staticmethod
    def loss(X, Y, W):
        return np.sum((X - Y) ** 2) / (2 * X.shape[0])

    @staticmethod
    def derivative(P, Y):
        return (P - Y) / P.shape[0]


class DNN:
    def __init__(self, sizes, activations):
        self.activations = activations
        self.weights = [np.random.randn(o, i + 1) * 0.7 for i, o in zip(sizes, sizes[1:])]

    def propagate(self, X):
        self.inputs, self.pre = [], []
        for W, act in zip(self.weights, self.activations):
            X = np.hstack((X, np.ones((X.shape[0], 1))))
            self.inputs.append(X)
            self.pre.append(X @ W.T)
            X = act.activation(self.pre[-1])
        return X

    def back_propagate(self, Y, P):
        grad = MSL.derivative(P, Y)
        gradients = []
        for W, act, inp, pre in zip(self.weights[::-1], self.activations[::-1], self.inputs[::-1], self.pre[::-1]):
            grad = grad * act.derivative(pre)
            gradients.insert(0, grad.T @ inp)
            grad = grad @ W[:, :-1]
        return gradients

    def fit(self, X, Y, epochs, lr):
        for epoch in range(epochs):
            P = self.propagate(X)
            err = MSL.loss(P, Y, self.weights)
            gradients = self.back_propagate(Y, P)
            for W, g in zip(self.weights, gradients):
                W -= lr * g


np.random.seed(6)
X = np.random.randn(9, 2)
Y = (X[:, :1] > X[:, 1:]).astype(float)
model = DNN([2, 4, 1], [LeakyRelu, Sigmoid])
model.fit(X, Y, 3, 0.5)
