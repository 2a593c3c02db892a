import numpy as np


def pool_forward(x, how):
    N, C, H, W = x.shape
    ph = how['pool_height']
    pw = how['pool_width']
    stride = how['stride']
    Ho = 1 + (H - ph) // stride
    Wo = 1 + (W - pw) // stride
    out = np.zeros((N, C, Ho, Wo))
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    out[n, c, i, j] = np.max(x[n, c, i * stride:i * stride + ph, j * stride:j * stride + pw])
    cache = (x, how)
    return out, cache


def pool_backward(dout, cache):
    x, how = cache
    ph = how['pool_height']
    pw = how['pool_width']
    stride = how['stride']
    N, C, Ho, Wo = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    window = x[n, c, i * stride:i * stride + ph, j * stride:j * stride + pw]
                    row, col = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, i * stride + int(row), j * stride + int(col)] += dout[n, c, i, j]
    return dx


np.random.seed(231)
x = np.random.randn(1, 2, 5, 5)
target = np.random.randn(1, 2, 3, 3)
scale = np.random.randn(2, 5, 5)
how = {'pool_height': 3, 'pool_width': 3, 'stride': 1}
out, cache = pool_forward(x * scale, how)
loss = 0.5 * np.sum((out - target) ** 2)
dx = pool_backward(out - target, cache)
scale -= 0.1 * np.sum(dx * x, axis=0)
