import math
import numpy as np

np.random.seed(14)
A = np.random.randn(10, 4)
b = np.random.randn(10)
x = np.random.randn(4)
m = np.zeros_like(x)
v = np.zeros_like(x)
lr, beta1, beta2, eps = 0.03, 0.9, 0.95, 1e-8
step = 0
while step < 4:
    step += 1
    residual = A @ x - b
    loss = 0.5 * residual @ residual
    grad = A.T @ residual
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad ** 2
    bias_correction1 = 1 - beta1 ** step
    bias_correction2 = 1 - beta2 ** step
    step_size = lr * math.sqrt(1. - bias_correction2) / bias_correction1
    x = x - step_size * m / (np.sqrt(v) + eps)
