import numpy as np
np.random.seed(0)

def softmax(a):
    e = np.exp(a - np.max(a))
    return e / np.sum(e)

def cross_entropy(y, t):
    return -np.sum(t * np.log(y + 1e-7))

def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        i = it.multi_index
        keep = x[i]
        x[i] = float(keep) + h
        up = f(x)
        x[i] = keep - h
        down = f(x)
        grad[i] = (up - down) / (2 * h)
        x[i] = keep
        it.iternext()
    return grad

class SimpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)
    def predict(self, x):
        return np.dot(x, self.W)
    def loss(self, x, t):
        return cross_entropy(softmax(self.predict(x)), t)

x = np.array([0.6, 0.9])
t = np.array([0, 0, 1])
net = SimpleNet()
for i in range(5):
    loss = net.loss(x, t)
    dW = numerical_gradient(lambda W: net.loss(x, t), net.W)
    net.W -= 0.1 * dW
    print(i, loss)
