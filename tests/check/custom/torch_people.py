"""Custom gradients in PyTorch after those in which people reported a mistake; these are the right ones."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - as everyone calls it
from torch.autograd import Function


class ISRLU(Function):
    """pytorch/pytorch#4355."""

    @staticmethod
    def forward(ctx, tensor, alpha=1.0):
        negatives = torch.min(tensor, 0 * tensor)
        ctx.nisr = torch.rsqrt(1.0 + alpha * (negatives**2))
        return tensor * ctx.nisr

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * ctx.nisr**3, None


class Dice(Function):
    """milesial/Pytorch-UNet#35."""

    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        eps = 0.0001
        ctx.inter = torch.dot(pred.view(-1), target.view(-1))
        ctx.union = torch.sum(pred) + torch.sum(target) + eps
        return (2 * ctx.inter + eps) / ctx.union

    @staticmethod
    def backward(ctx, grad_output):
        _, target = ctx.saved_tensors
        grad_input = grad_output * (2 * target * ctx.union - (2 * ctx.inter + 0.0001)) / (ctx.union * ctx.union)  # fmt: skip
        return grad_input, None


class RMSNorm(Function):
    """karpathy/llm.c#763, NVIDIA/Megatron-LM#6859."""

    @staticmethod
    def forward(ctx, x, weight):
        rstd = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)
        ctx.save_for_backward(x, weight, rstd)
        return x * rstd * weight

    @staticmethod
    def backward(ctx, g):
        x, weight, rstd = ctx.saved_tensors
        D = x.shape[-1]
        s = (g * weight * x).sum(-1, keepdim=True)
        dx = g * weight * rstd - rstd**3 * x * s / D
        dweight = (g * x * rstd).sum(0)
        return dx, dweight


class PreNorm(Function):
    """Dao-AILab/quack#53."""

    @staticmethod
    def forward(ctx, x, residual, weight):
        res = x + residual
        r = torch.rsqrt(torch.mean(res * res, dim=-1, keepdim=True) + 1e-6)
        ctx.save_for_backward(res, r, weight)
        return res * r * weight, res

    @staticmethod
    def backward(ctx, dout, dres_out):
        res, r, weight = ctx.saved_tensors
        xhat = res * r
        wdy = dout * weight
        dw = torch.sum(dout * xhat, dim=0)
        c1 = torch.mean(xhat * wdy, dim=-1, keepdim=True)
        dx = (wdy - xhat * c1) * r
        dx = dx + dres_out
        return dx, dx, dw


class FastGELU(Function):
    """The tanh form that Megatron and those after it use."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(0.79788456 * x * (1 + 0.044715 * x * x)))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        tanh_out = torch.tanh(0.79788456 * x * (1 + 0.044715 * x * x))
        ff = 0.5 * x * ((1 - tanh_out * tanh_out) * (0.79788456 + 0.1070322244 * x * x)) + 0.5 * (1 + tanh_out)  # fmt: skip
        return ff * g


class TanhGELU(Function):
    """The same with its factors written out."""

    @staticmethod
    def forward(ctx, x):
        k = math.sqrt(2 / math.pi)
        t = torch.tanh(k * (x + 0.044715 * x**3))
        ctx.save_for_backward(x, t)
        ctx.k = k
        return 0.5 * x * (1 + t)

    @staticmethod
    def backward(ctx, g):
        x, t = ctx.saved_tensors
        du = ctx.k * (1 + 3 * 0.044715 * x**2)
        return g * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * du)


class LayerNorm(Function):
    """The three terms of which one is forgotten."""

    @staticmethod
    def forward(ctx, x, w, b, eps=1e-5):
        mean = x.mean(-1, keepdim=True)
        var = ((x - mean) ** 2).mean(-1, keepdim=True)
        rstd = 1 / torch.sqrt(var + eps)
        xhat = (x - mean) * rstd
        ctx.save_for_backward(xhat, rstd, w)
        return w * xhat + b

    @staticmethod
    def backward(ctx, g):
        xhat, rstd, w = ctx.saved_tensors
        dw = (g * xhat).sum(0)
        db = g.sum(0)
        dxhat = g * w
        dx = rstd * (dxhat - dxhat.mean(dim=-1, keepdim=True) - xhat * (dxhat * xhat).mean(dim=-1, keepdim=True))  # fmt: skip
        return dx, dw, db, None


class Swish(Function):
    """As in the implementations of EfficientNet."""

    @staticmethod
    def forward(ctx, i):
        result = i * torch.sigmoid(i)
        ctx.save_for_backward(i)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        i = ctx.saved_tensors[0]
        sigmoid_i = torch.sigmoid(i)
        return grad_output * (sigmoid_i * (1 + i * (1 - sigmoid_i)))


class Mish(Function):
    """AlexeyAB/darknet#6526."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        th = torch.tanh(F.softplus(x))
        sg = torch.sigmoid(x)
        return g * (th + x * sg * (1 - th * th))


class TanhAttention(Function):
    """pytorch/pytorch#60877."""

    @staticmethod
    def forward(ctx, q, k, v):
        attn = torch.tanh(torch.matmul(q, k.swapaxes(0, 1)))
        output = torch.matmul(attn, v)
        ctx.save_for_backward(q, k, v, attn)
        return output, attn

    @staticmethod
    def backward(ctx, grad_output, grad_attn):
        q, k, v, attn = ctx.saved_tensors
        grad_v = attn.swapaxes(0, 1).matmul(grad_output)
        g = grad_output.matmul(v.swapaxes(0, 1)) + grad_attn
        g = g * (1 - attn**2)
        grad_q = g.matmul(k)
        grad_k = g.swapaxes(0, 1).matmul(q)
        return grad_q, grad_k, grad_v


class LinearFunction(Function):
    """The example of the tutorial, and how it is changed."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight, bias)
        return x.mm(weight.t()) + bias.unsqueeze(0)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, _ = ctx.saved_tensors
        grad_input = grad_output.mm(weight)
        grad_weight = grad_output.t().mm(x)
        grad_bias = grad_output.sum(0).squeeze(0)
        return grad_input, grad_weight, grad_bias


class Normalize(Function):
    """A vector over its length."""

    @staticmethod
    def forward(ctx, x):
        n = torch.norm(x, dim=1, keepdim=True)
        y = x / n
        ctx.save_for_backward(y, n)
        return y

    @staticmethod
    def backward(ctx, g):
        y, n = ctx.saved_tensors
        return (g - y * (g * y).sum(dim=1, keepdim=True)) / n


class LogSumExp(Function):
    """Of each row."""

    @staticmethod
    def forward(ctx, x):
        m = x.max(dim=1, keepdim=True)[0]
        e = torch.exp(x - m)
        s = e.sum(dim=1, keepdim=True)
        ctx.save_for_backward(e, s)
        return (torch.log(s) + m).squeeze(1)

    @staticmethod
    def backward(ctx, g):
        e, s = ctx.saved_tensors
        return g.unsqueeze(1) * e / s


class CrossEntropy(Function):
    """Of logits, averaged over the batch."""

    @staticmethod
    def forward(ctx, logits, labels):
        p = torch.softmax(logits, dim=1)
        ctx.save_for_backward(p, labels)
        rows = torch.arange(len(labels))
        return -torch.log(p[rows, labels]).mean()

    @staticmethod
    def backward(ctx, g):
        p, labels = ctx.saved_tensors
        grad = p.clone()
        grad[torch.arange(len(labels)), labels] -= 1
        grad = grad / len(labels)
        return g * grad, None


class Softplus(Function):
    """With a sharpness."""

    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return torch.log(1 + torch.exp(beta * x)) / beta

    @staticmethod
    def backward(ctx, g):
        x, beta = ctx.saved_tensors
        s = torch.sigmoid(beta * x)
        dx = g * s
        dbeta = (
            g * (x * s / beta - torch.log(1 + torch.exp(beta * x)) / beta**2)
        ).sum()
        return dx, dbeta


class SmoothL1(Function):
    """Averaged."""

    @staticmethod
    def forward(ctx, pred, target):
        diff = pred - target
        ctx.save_for_backward(diff)
        loss = torch.where(diff.abs() < 1, 0.5 * diff**2, diff.abs() - 0.5)
        return loss.mean()

    @staticmethod
    def backward(ctx, g):
        (diff,) = ctx.saved_tensors
        d = torch.where(diff.abs() < 1, diff, diff.sign())
        d = g * d / diff.numel()
        return d, -d


class BatchNorm(Function):
    """A course's exercise."""

    @staticmethod
    def forward(ctx, x, gamma, beta):
        mu = x.mean(0)
        xmu = x - mu
        var = (xmu**2).mean(0)
        ivar = 1 / torch.sqrt(var + 1e-5)
        xhat = xmu * ivar
        ctx.save_for_backward(xhat, xmu, ivar, gamma)
        return gamma * xhat + beta

    @staticmethod
    def backward(ctx, dout):
        xhat, xmu, ivar, gamma = ctx.saved_tensors
        N = dout.shape[0]
        dbeta = dout.sum(0)
        dgamma = (dout * xhat).sum(0)
        dxhat = dout * gamma
        divar = (dxhat * xmu).sum(0)
        dvar = -0.5 * divar * ivar**3
        dxmu = dxhat * ivar + 2 / N * xmu * dvar
        dmu = -dxmu.sum(0)
        dx = dxmu + dmu / N
        return dx, dgamma, dbeta


class SwiGLU(Function):
    """Of two inputs."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return F.silu(a) * b

    @staticmethod
    def backward(ctx, dc):
        a, b = ctx.saved_tensors
        sig_a = torch.sigmoid(a)
        silu_a = a * sig_a
        db = dc * silu_a
        da = dc * (silu_a * (1 - sig_a) + sig_a) * b
        return da, db
