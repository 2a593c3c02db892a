import numpy as np


class RMSNorm:
    def __init__(self, dim):
        self.gamma = np.linspace(0.5, 1.5, dim)
        self.grad_gamma = np.zeros(dim)

    def forward(self, x):
        self.x = x
        self.inv = 1 / np.sqrt(np.mean(x * x, axis=1, keepdims=True) + 1e-6)
        return x * self.inv * self.gamma

    def backward(self, grad):
        scaled = grad * self.gamma
        dot = np.mean(scaled * self.x, axis=1, keepdims=True)
        self.grad_gamma += np.sum(grad * self.x * self.inv, axis=0)
        return self.inv * scaled - self.x * self.inv ** 3 * dot


class Projection:
    def __init__(self, rows, cols, rng):
        self.weight = rng.normal(size=(rows, cols)) * 0.5
        self.grad_weight = np.zeros((rows, cols))

    def forward(self, x):
        self.x = x
        return x @ self.weight

    def backward(self, grad):
        self.grad_weight += self.x.T @ grad
        return grad @ self.weight.T


rng = np.random.RandomState(92)
x, labels = rng.randn(7, 3), rng.randint(0, 3, 7)
embed, norm, head = Projection(3, 4, rng), RMSNorm(4), Projection(4, 3, rng)
lr = 0.2
for step in range(3):
    logits = head.forward(norm.forward(embed.forward(x)))
    probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(7), labels]).mean()
    grad = probs
    grad[np.arange(7), labels] -= 1
    embed.backward(norm.backward(head.backward(grad / 7)))
    for layer in (embed, head):
        layer.weight -= lr * layer.grad_weight
        layer.grad_weight[:] = 0
    norm.gamma -= lr * norm.grad_gamma
    norm.grad_gamma[:] = 0
