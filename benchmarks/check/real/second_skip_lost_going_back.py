import numpy as np


class Block:
    """residual1 = x + mix(x); out = residual1 + ffn(residual1). Mixing is along the sequence."""

    def __init__(self, seq, dim, inner, rng):
        self.mix = rng.normal(0, 0.4, (seq, seq))
        self.w_up = rng.normal(0, 0.5, (dim, inner))
        self.w_down = rng.normal(0, 0.5, (inner, dim))

    def forward(self, x):
        self.x = x
        self.residual1 = x + np.tanh(self.mix @ x)
        self.hidden = np.maximum(self.residual1 @ self.w_up, 0)
        return self.residual1 + self.hidden @ self.w_down

    def backward_ffn(self, grad_output):
        self.g_down = self.hidden.T @ grad_output
        g_hidden = (grad_output @ self.w_down.T) * (self.hidden > 0)
        self.g_up = self.residual1.T @ g_hidden
        return g_hidden @ self.w_up.T

    def backward_mix(self, grad):
        through = grad * (1 - np.tanh(self.mix @ self.x) ** 2)
        self.g_mix = through @ self.x.T
        return self.mix.T @ through

    def backward(self, grad_output):
        grad_residual1 = self.backward_ffn(grad_output)
        grad_input = self.backward_mix(grad_residual1)
        return grad_input + grad_residual1

    def step(self, lr):
        self.mix -= lr * self.g_mix
        self.w_up -= lr * self.g_up
        self.w_down -= lr * self.g_down


rng = np.random.default_rng(313)
x = rng.normal(size=(3, 2))
wanted = rng.normal(size=(3, 2))
blocks = [Block(3, 2, 4, rng) for _ in range(2)]
for step in range(3):
    h = x
    for block in blocks:
        h = block.forward(h)
    loss = 0.5 * np.mean((h - wanted) ** 2)
    grad = (h - wanted) / h.size
    for block in blocks[::-1]:
        grad = block.backward(grad)
    for block in blocks:
        block.step(0.1)
