import numpy as np

np.random.seed(60)


def lrelu_fwd(x, alpha=0.1):
    return np.maximum(alpha * x, x)


def lrelu_bwd(x, grad_output, alpha=0.1):
    grad = np.ones_like(x)
    grad[x < 0] = 0
    return grad * grad_output


inp = np.random.randn(8, 4)
tgt = np.random.randn(8, 1)
net = {"l1": {"w": np.random.randn(4, 5) * .5, "b": np.random.randn(5) * .1},
       "l2": {"w": np.random.randn(5, 1) * .5, "b": np.random.randn(1) * .1}}
for it in range(3):
    pre = inp @ net["l1"]["w"] + net["l1"]["b"]
    act = lrelu_fwd(pre)
    pred = act @ net["l2"]["w"] + net["l2"]["b"]
    mse = ((pred - tgt) ** 2).mean()
    g_pred = 2 * (pred - tgt) / pred.size
    grads = {"l2": {"w": act.T @ g_pred, "b": g_pred.sum(0)}}
    g_pre = lrelu_bwd(pre, g_pred @ net["l2"]["w"].T)
    grads["l1"] = {"w": inp.T @ g_pre, "b": g_pre.sum(0)}
    for layer in net:
        for par in net[layer]:
            net[layer][par] -= 0.05 * grads[layer][par]
