import numpy as np


class Adam:
    def __init__(self, lr=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.lr, self.beta1, self.beta2, self.epsilon = lr, beta1, beta2, epsilon
        self.t = 0
        self.m = {}
        self.v = {}

    def step(self, params, gradients):
        self.t += 1
        for key in params:
            self.update(params, gradients, key)

    def update(self, params, gradients, key):
        if key not in self.m:
            self.m[key] = np.zeros_like(params[key])
            self.v[key] = np.zeros_like(params[key])
        g = gradients[key]
        self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * g
        self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * g * g
        m_hat = self.m[key] / (1 - np.power(self.beta1, self.t))
        v_hat = self.v[key] / (1 - np.power(self.beta2, self.t))
        params[key] -= self.lr * m_hat / (np.sqrt(v_hat) + self.epsilon)


np.random.seed(5)
X = np.random.randn(16, 3)
T = (X.sum(axis=1, keepdims=True) > 0) * 1.0
params = {
    "W1": np.random.randn(3, 4) * 0.5, "b1": np.zeros((1, 4)),
    "W2": np.random.randn(4, 1) * 0.5, "b2": np.zeros((1, 1)),
}
optimizer = Adam(lr=0.02)
for epoch in range(3):
    H = np.tanh(X @ params["W1"] + params["b1"])
    P = 1 / (1 + np.exp(-(H @ params["W2"] + params["b2"])))
    loss = -np.mean(T * np.log(P) + (1 - T) * np.log(1 - P))
    dZ2 = (P - T) / len(X)
    dZ1 = dZ2 @ params["W2"].T * (1 - H ** 2)
    gradients = {
        "W1": X.T @ dZ1, "b1": dZ1.sum(axis=0, keepdims=True),
        "W2": H.T @ dZ2, "b2": dZ2.sum(axis=0, keepdims=True),
    }
    optimizer.step(params, gradients)
