import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.creator = None
        self.children = ()

    def backward(self, grad):
        self.grad = grad if self.grad is None else self.grad + grad
        if self.creator is not None:
            for child, g in zip(self.children, self.creator.backward(grad)):
                if child.requires_grad:
                    child.backward(g)


class Function:
    @classmethod
    def apply(cls, *tensors):
        ctx = cls()
        out = Tensor(ctx.forward(*[t.data for t in tensors]), any(t.requires_grad for t in tensors))
        out.creator, out.children = ctx, tensors
        return out


class Dot(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a @ b

    def backward(self, grad_output):
        a, b = self.saved
        return grad_output @ b.T, a.T @ grad_output


class Exp(Function):
    def forward(self, a):
        self.out = np.exp(a)
        return self.out

    def backward(self, grad_output):
        return (self.out,)


class SquaredError(Function):
    def forward(self, a, b):
        self.diff = a - b
        return 0.5 * np.sum(self.diff ** 2)

    def backward(self, grad_output):
        return grad_output * self.diff, -grad_output * self.diff


rng = np.random.RandomState(957)
X = Tensor(rng.randn(8, 2))
target = Tensor(np.exp(X.data @ [[0.5], [-0.3]]) * 1.5)
W = Tensor(rng.randn(2, 3) * 0.3, requires_grad=True)
V = Tensor(rng.randn(3, 1), requires_grad=True)
for i in range(3):
    rates = Exp.apply(Dot.apply(X, W))
    loss = SquaredError.apply(Dot.apply(rates, V), target)
    loss.backward(1.0)
    for param in (W, V):
        param.data -= 0.01 * param.grad
        param.grad = None
