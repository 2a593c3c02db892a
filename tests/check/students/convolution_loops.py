import numpy as np

np.random.seed(3)
img = np.random.rand(2, 6, 6)
target = np.random.rand(2, 4, 4)
kernel = np.random.randn(3, 3) * 0.3
bias = 0.1


def conv(x, k, b):
    n, hh, ww = x.shape
    out = np.zeros((n, hh - 2, ww - 2))
    for i in range(hh - 2):
        for j in range(ww - 2):
            patch = x[:, i:i + 3, j:j + 3]
            out[:, i, j] = np.sum(patch * k, axis=(1, 2)) + b
    return out


z = conv(img, kernel, bias)
a = 1.0 / (1.0 + np.exp(-z))
cost = np.sum((a - target) ** 2) / 2

grad_a = a - target
grad_z = grad_a * a * (1 - z)
grad_kernel = np.zeros_like(kernel)
for i in range(4):
    for j in range(4):
        grad_kernel += np.sum(grad_z[:, i, j][:, None, None] * img[:, i:i + 3, j:j + 3], axis=0)
grad_bias = grad_z.sum()

kernel -= 0.05 * grad_kernel
bias -= 0.05 * grad_bias
print("cost", cost)
