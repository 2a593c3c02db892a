import numpy as np

np.random.seed(20)
X = np.array(([3, 5], [5, 1], [10, 2], [6, 1.5]), dtype=float)
y = np.array(([75], [82], [93], [70]), dtype=float)
X = X / np.amax(X, axis=0)
y = y / 100


class Small_Net(object):
    def __init__(self, Lambda=0.0001):
        self.nIn = 2
        self.nOut = 1
        self.nHid = 3
        self.W1 = np.random.randn(self.nIn, self.nHid)
        self.W2 = np.random.randn(self.nHid, self.nOut)
        self.Lambda = Lambda

    def forward(self, X):
        self.z2 = np.dot(X, self.W1)
        self.a2 = self.sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2)
        yOut = self.sigmoid(self.z3)
        return yOut

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoidSlope(self, z):
        return np.exp(-z) / ((1 + np.exp(-z)) ** 2)

    def costOf(self, X, y):
        self.yOut = self.forward(X)
        J = 0.5 * sum((y - self.yOut) ** 2) / X.shape[0] + (self.Lambda / 2) * (
            np.sum(self.W1**2) + np.sum(self.W2**2)
        )
        return J

    def costSlopes(self, X, y):
        self.yOut = self.forward(X)
        delta3 = np.multiply(-(y - self.yOut), self.sigmoidSlope(self.z3))
        gW2 = np.dot(self.a2.T, delta3) / X.shape[0] + self.Lambda * self.W2
        delta2 = np.dot(delta3, self.W2.T) * self.sigmoidSlope(self.z2)
        gW1 = np.dot(X.T, delta2) / X.shape[0] + self.Lambda * self.W1
        return gW1, gW2


NN = Small_Net(Lambda=0.01)
stepSize = 3
for i in range(3):
    cost = NN.costOf(X, y)
    gW1, gW2 = NN.costSlopes(X, y)
    NN.W1 = NN.W1 - stepSize * gW1
    NN.W2 = NN.W2 - stepSize * gW2
