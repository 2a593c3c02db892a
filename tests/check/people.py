"""Mistakes that people reported or made in custom gradients: the layer, what stands there, what they wrote, what heals it."""

import numpy as np


def numbers(*shapes):
    rng = np.random.default_rng(3)
    return tuple(np.asarray(rng.standard_normal(shape)) for shape in shapes)


LABELS = np.array([0, 2, 1, 1])
WIDE, NARROW = (4, 3), (3,)
INPUTS = {
    ("torch", "ISRLU"): numbers(WIDE),
    ("torch", "Dice"): (np.abs(numbers(WIDE)[0]), np.array([[1.0, 0, 0], [0, 1, 1], [1, 0, 0], [0, 0, 1]])),
    ("torch", "RMSNorm"): numbers(WIDE, NARROW),
    ("torch", "PreNorm"): numbers(WIDE, WIDE, NARROW),
    ("torch", "FastGELU"): numbers((4, 5)),
    ("torch", "TanhGELU"): numbers((4, 5)),
    ("torch", "LayerNorm"): numbers(WIDE, NARROW, NARROW),
    ("torch", "Swish"): numbers(WIDE),
    ("torch", "Mish"): numbers(WIDE),
    ("torch", "TanhAttention"): numbers((4, 3), (5, 3), (5, 6)),
    ("torch", "LinearFunction"): numbers(WIDE, (3, 3), NARROW),
    ("torch", "Normalize"): numbers(WIDE),
    ("torch", "LogSumExp"): numbers(WIDE),
    ("torch", "CrossEntropy"): (*numbers(WIDE), LABELS),
    ("torch", "Softplus"): (*numbers(WIDE), np.asarray(1.3)),
    ("torch", "SmoothL1"): (2 * numbers(WIDE)[0], numbers(WIDE, WIDE)[1]),
    ("torch", "BatchNorm"): numbers(WIDE, NARROW, NARROW),
    ("torch", "SwiGLU"): numbers(WIDE, WIDE),
    ("jax", "sin_times"): numbers(WIDE, WIDE),
    ("jax", "squared"): numbers(WIDE),
    ("jax", "logsumexp"): numbers(WIDE),
    ("jax", "rms_norm"): numbers(WIDE, NARROW),
    ("jax", "cross_entropy"): (*numbers(WIDE), np.eye(3)[LABELS]),
    ("tensorflow", "log1pexp"): numbers(WIDE),
    ("tensorflow", "swish"): (*numbers(WIDE), np.asarray(0.7)),
    ("tensorflow", "mse"): numbers(WIDE, WIDE),
    ("tensorflow", "normalize"): numbers(WIDE),
    ("tensorflow", "dense"): numbers(WIDE, (3, 5), (5,)),
}  # fmt: skip
# framework, layer, what stands there, what was written
MISTAKES = [
    ("torch", "ISRLU", "grad_out * ctx.nisr**3", "ctx.nisr**3"),
    ("torch", "Dice", "ctx.union - (2", "ctx.union + (2"),
    ("torch", "Dice", "/ (ctx.union * ctx.union)", "/ ctx.union * ctx.union"),
    ("torch", "RMSNorm", "s = (g * weight * x)", "s = (g * x)"),
    ("torch", "RMSNorm", "g * weight * rstd - rstd", "g * rstd - rstd"),
    ("torch", "RMSNorm", "rstd**3 * x * s / D", "weight * rstd**3 * x * s / D"),
    ("torch", "PreNorm", "wdy = dout * weight", "wdy = (dout + dres_out) * weight"),
    ("torch", "FastGELU", "+ 0.1070322244 * x", "+ 0.0356774081 * x"),
    ("torch", "TanhGELU", "3 * 0.044715", "0.044715"),
    ("torch", "TanhGELU", "(1 - t**2) * du", "(1 - t**2)"),
    ("torch", "LayerNorm", "(dxhat * xhat).mean(", "dxhat.mean("),
    ("torch", "LayerNorm", "- xhat * (dxhat", "- (dxhat"),
    ("torch", "Swish", "(sigmoid_i * (1 + i * (1 - sigmoid_i)))", "(sigmoid_i * (1 - sigmoid_i))"),
    ("torch", "Swish", "1 + i * (1", "1 + (1"),
    ("torch", "Mish", "th + x * sg * (1", "th + x * (1"),
    ("torch", "TanhAttention", "g = g * (1 - attn**2)", "g = g / torch.cosh(q.matmul(k.swapaxes(0, 1)))"),
    ("torch", "TanhAttention", " + grad_attn", ""),
    ("torch", "LinearFunction", "grad_output.t().mm(x)", "x.t().mm(grad_output)"),
    ("torch", "LinearFunction", "grad_output.mm(weight)", "grad_output.mm(weight.t())"),
    ("torch", "Normalize", "(g - y * (g * y).sum(dim=1, keepdim=True)) / n", "g / n"),
    ("torch", "LogSumExp", "* e / s", "* e"),
    ("torch", "CrossEntropy", "grad = grad / len(labels)\n        ", ""),
    ("torch", "Softplus", "(x * s / beta - ", "(x * s - "),
    ("torch", "SmoothL1", "return d, -d", "return d, d"),
    ("torch", "BatchNorm", "2 / N * xmu", "xmu"),
    ("torch", "BatchNorm", "dmu = -dxmu.sum(0)", "dmu = -(dxhat * ivar).mean(0)"),
    ("torch", "SwiGLU", "(silu_a * (1 - sig_a) + sig_a)", "(sig_a * (1 - sig_a))"),
    ("jax", "sin_times", "sin_x * g)", "-sin_x * g)"),
    ("jax", "squared", "g * 2 * x", "g * x"),
    ("jax", "logsumexp", "e / s,)", "e,)"),
    ("jax", "rms_norm", "gw * xhat, axis", "gw * x, axis"),
    ("jax", "cross_entropy", "- onehot) / n", "- onehot)"),
    ("tensorflow", "log1pexp", "upstream * (1 - 1", "(1 - 1"),
    ("tensorflow", "swish", "(s + beta * x * s", "(s + x * s"),
    ("tensorflow", "mse", "2.0 * diff / n", "diff / n"),
    ("tensorflow", "normalize", "(dy - y * dot) / norm", "dy - y * dot"),
    ("tensorflow", "dense", "(1.0 - a * a)", "(1.0 - z * z)"),
]  # fmt: skip
