"""Custom gradients in PyTorch as people write them; all of them right."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - as everyone calls it
from torch.autograd import Function


class Linear(Function):
    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight, bias)
        output = x.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, g):
        x, weight, bias = ctx.saved_tensors
        dx = dw = db = None
        if ctx.needs_input_grad[0]:
            dx = g.mm(weight)
        if ctx.needs_input_grad[1]:
            dw = g.t().mm(x)
        if bias is not None and ctx.needs_input_grad[2]:
            db = g.sum(0)
        return dx, dw, db


class ReLU(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        dx = g.clone()
        dx[x < 0] = 0
        return dx


class Sigmoid(Function):
    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + torch.exp(-x))
        ctx.y = y
        return y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.y * (1 - ctx.y)


class Softmax(Function):
    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - x.max(dim=dim, keepdim=True).values)
        p = e / e.sum(dim=dim, keepdim=True)
        ctx.save_for_backward(p)
        ctx.dim = dim
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        inner = (g * p).sum(dim=ctx.dim, keepdim=True)
        return p * (g - inner), None


class LayerNorm(Function):
    @staticmethod
    def forward(ctx, x, gamma, beta, eps):
        mu = x.mean(dim=-1, keepdim=True)
        var = x.var(dim=-1, unbiased=False, keepdim=True)
        rstd = torch.rsqrt(var + eps)
        xhat = (x - mu) * rstd
        ctx.save_for_backward(xhat, gamma, rstd)
        return gamma * xhat + beta

    @staticmethod
    def backward(ctx, dy):
        xhat, gamma, rstd = ctx.saved_tensors
        dgamma = (dy * xhat).sum(dim=0)
        dbeta = dy.sum(dim=0)
        dxhat = dy * gamma
        m1 = dxhat.mean(dim=-1, keepdim=True)
        m2 = (dxhat * xhat).mean(dim=-1, keepdim=True)
        dx = rstd * (dxhat - m1 - xhat * m2)
        return dx, dgamma, dbeta, None


class BatchNorm(Function):
    @staticmethod
    def forward(ctx, X, gamma, beta, eps=1e-3):
        ctx.eps = eps
        ctx.save_for_backward(X, gamma)
        mu = X.mean(dim=0)
        var = ((X - mu) ** 2).mean(dim=0)
        return gamma * (X - mu) / torch.sqrt(var + eps) + beta

    @staticmethod
    def backward(ctx, g):
        X, gamma = ctx.saved_tensors
        N = X.shape[0]
        mu = X.mean(dim=0)
        xc = X - mu
        inv = 1.0 / torch.sqrt((xc**2).mean(0) + ctx.eps)
        xhat = xc * inv
        dbeta = torch.sum(g, dim=0)
        dgamma = torch.sum(g * xhat, 0)
        dxhat = g * gamma
        dX = inv / N * (N * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0))
        return dX, dgamma, dbeta, None


class GELU(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        pdf = torch.exp(-0.5 * x.pow(2)) / math.sqrt(2 * math.pi)
        return g * (cdf + x * pdf)


class Attention(Function):
    @staticmethod
    def forward(ctx, Q, K, V):
        scale = 1 / math.sqrt(Q.size(-1))
        S = torch.bmm(Q, K.transpose(1, 2)) * scale
        P = F.softmax(S, dim=-1)
        out = torch.bmm(P, V)
        ctx.save_for_backward(Q, K, V, P)
        ctx.scale = scale
        return out

    @staticmethod
    def backward(ctx, dO):
        Q, K, V, P = ctx.saved_tensors
        dV = torch.bmm(P.transpose(1, 2), dO)
        dP = torch.bmm(dO, V.transpose(1, 2))
        dS = P * (dP - (dP * P).sum(dim=-1, keepdim=True))
        dQ = torch.bmm(dS, K) * ctx.scale
        dK = torch.bmm(dS.transpose(1, 2), Q) * ctx.scale
        return dQ, dK, dV


class Two(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y, torch.sin(x)

    @staticmethod
    def backward(ctx, g1, g2):
        x, y = ctx.saved_tensors
        return g1 * y + g2 * torch.cos(x), g1 * x


class Add(Function):
    @staticmethod
    def forward(_ctx, x, y):
        return x + y

    @staticmethod
    def backward(_ctx, g):
        return g, g


class Setup(Function):
    @staticmethod
    def forward(x, k):
        return x**k

    @staticmethod
    def setup_context(ctx, inputs, _output):
        x, k = inputs
        ctx.save_for_backward(x)
        ctx.k = k

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        with torch.no_grad():
            grad = g * ctx.k * x ** (ctx.k - 1)
        return grad, None


class InPlaceOps(Function):
    @staticmethod
    def forward(ctx, x: torch.Tensor) -> torch.Tensor:
        mask = (x > 0).to(x.dtype)
        ctx.mask = mask
        return x * mask + 0.1 * x * (1 - mask)

    @staticmethod
    def backward(ctx, g):
        out = g.clone()
        out.mul_(ctx.mask + 0.1 * (1 - ctx.mask))
        return out


class CrossEntropy(Function):
    @staticmethod
    def forward(ctx, logits, labels):
        p = torch.softmax(logits, dim=1)
        n = logits.shape[0]
        loss = -torch.log(p[torch.arange(n), labels]).mean()
        ctx.save_for_backward(p, labels)
        return loss

    @staticmethod
    def backward(ctx, g):
        p, labels = ctx.saved_tensors
        d = p.clone()
        d[torch.arange(p.shape[0]), labels] -= 1
        d /= p.shape[0]
        return g * d, None


class CE2(Function):
    @staticmethod
    def forward(ctx, logits, labels):
        logp = F.log_softmax(logits, dim=1)
        onehot = F.one_hot(labels, num_classes=logits.size(1)).to(logits.dtype)
        ctx.save_for_backward(logp, onehot)
        return -(onehot * logp).sum() / logits.size(0)

    @staticmethod
    def backward(ctx, g):
        logp, onehot = ctx.saved_tensors
        return g * (logp.exp() - onehot) / logp.size(0), None


class Swish(Function):
    @staticmethod
    def forward(ctx, x):
        s = torch.sigmoid(x)
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        x, s = ctx.saved_tensors
        return g * (s + x * s * (1 - s))


def _dtanh(y):
    return 1 - y * y


class Helper(Function):
    @staticmethod
    def forward(ctx, x, W):
        h = torch.tanh(torch.matmul(x, W))
        ctx.save_for_backward(x, W, h)
        return h

    @staticmethod
    def backward(ctx, dh):
        x, W, h = ctx.saved_tensors
        dz = dh * _dtanh(h)
        dx = dz @ W.T
        dW = torch.einsum("ni,nj->ij", x, dz)
        return dx, dW


class Conv1d(Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        n, k = x.shape[0], w.shape[0]
        return torch.stack([(x[i : i + k] * w).sum() for i in range(n - k + 1)])

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        k = w.shape[0]
        dx = torch.zeros_like(x)
        dw = torch.zeros_like(w)
        for i in range(g.shape[0]):
            dx[i : i + k] += g[i] * w
            dw += g[i] * x[i : i + k]
        return dx, dw


class SteepSwish(Function):
    @staticmethod
    def forward(ctx, x, beta):
        s = torch.sigmoid(beta * x)
        ctx.save_for_backward(x, beta, s)
        return x * s

    @staticmethod
    def backward(ctx, g):
        x, beta, s = ctx.saved_tensors
        ds = s * (1 - s)
        dx = g * (s + beta * x * ds)
        dbeta = (g * x * x * ds).sum()
        return dx, dbeta


class Scaled(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.special.scaled_modified_bessel_k0(x * x + 1)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        s = x * x + 1
        k0 = torch.special.scaled_modified_bessel_k0(s)
        k1 = torch.special.scaled_modified_bessel_k1(s)
        return g * (k0 - k1) * 2 * x
