import numpy as np

rng = np.random.default_rng(21)


def tanh_grad(orig_out, grad):
    """Returns grad * (1 - tanh(x) * tanh(x))."""
    return grad * (1 - orig_out * orig_out)


def dense_grad(data, weight, grad):
    return grad @ weight, grad.T @ data


data = rng.normal(size=(7, 3))
label = rng.normal(size=(7, 2))
weight0 = rng.normal(size=(4, 3)) * 0.6
weight1 = rng.normal(size=(2, 4)) * 0.6

for it in range(2):
    fc0 = data @ weight0.T
    act0 = np.tanh(fc0)
    fc1 = act0 @ weight1.T
    l2 = np.mean(np.sum((fc1 - label) ** 2, axis=1))
    head_grad = 2 * (fc1 - label) / len(data)
    act0_grad, weight1_grad = dense_grad(act0, weight1, head_grad)
    fc0_grad = tanh_grad(act0, act0_grad)
    _, weight0_grad = dense_grad(data, weight0, fc0_grad)
    weight0 = weight0 - 0.1 * weight0_grad
    weight1 = weight1 - 0.1 * weight1_grad
