import numpy as np


class Context:
    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors


class Linear:
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, grad_output):
        x, w = ctx.saved_tensors
        return grad_output @ w.T, x.T @ grad_output


class Softmax:
    @staticmethod
    def forward(ctx, x):
        e_x = np.exp(x)
        out = e_x / np.sum(e_x, axis=1, keepdims=True)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        output = ctx.saved_tensors[0]
        # a batch of Jacobians
        o = -output[..., None] * output[:, None, :]
        r, k = np.diag_indices_from(o[0])
        o[:, r, k] = output * (1.0 - output)
        below = o.sum(axis=1)
        below = below * grad_output
        return below


class MSELoss:
    @staticmethod
    def forward(ctx, out, target):
        ctx.save_for_backward(out, target)
        return np.sum((out - target) ** 2) / len(out)

    @staticmethod
    def backward(ctx):
        out, target = ctx.saved_tensors
        return 2 * (out - target) / len(out)


np.random.seed(153)
X = np.random.randn(6, 3)
targets = np.random.randn(6, 2)
w, experts = np.random.randn(3, 4), np.random.randn(4, 2)
for epoch in range(3):
    c1, c2, c3, c4 = Context(), Context(), Context(), Context()
    gates = Softmax.forward(c2, Linear.forward(c1, X, w))
    loss = MSELoss.forward(c4, Linear.forward(c3, gates, experts), targets)
    dgates, dexperts = Linear.backward(c3, MSELoss.backward(c4))
    _, dw = Linear.backward(c1, Softmax.backward(c2, dgates))
    w = w - 0.2 * dw
    experts = experts - 0.2 * dexperts
