import numpy as np


class Adam():
    def __init__(self, learning_rate=0.001, b1=0.9, b2=0.999):
        self.learning_rate = learning_rate
        self.eps = 1e-8
        self.m = None
        self.v = None
        self.t = 0
        self.b1 = b1
        self.b2 = b2

    def update(self, w, slope):
        if self.m is None:
            self.m = np.zeros(np.shape(slope))
            self.v = np.zeros(np.shape(slope))
        self.t += 1

        self.m = self.b1 * self.m + (1 - self.b1) * slope
        self.v = self.b2 * self.v + (1 - self.b2) * np.power(slope, 2)

        m_fair = self.m / (1 - self.b1 ** self.t)
        v_fair = self.v / (1 - self.b2 ** self.t)

        self.move = self.learning_rate * m_fair / (np.sqrt(v_fair) + self.eps)
        return w - self.move


rs = np.random.RandomState(3)
X = rs.randn(30, 3)
y = X.dot(np.array([0.5, -1.0, 2.0])) + 0.1 * rs.randn(30)
w = np.zeros(3)
opt = Adam(learning_rate=0.05, b1=0.9, b2=0.99)
for i in range(5):
    y_pred = X.dot(w)
    mse = np.mean(0.5 * (y - y_pred) ** 2)
    grad_w = -(y - y_pred).dot(X) / len(y)
    w = opt.update(w, grad_w)
