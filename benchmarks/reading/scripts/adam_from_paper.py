import numpy as np

A = np.array([[2.0, 1.0], [1.0, 3.0], [0.5, -1.0]])
b = np.array([1.0, -2.0, 0.5])
theta = np.array([0.5, 0.5])
alpha, beta1, beta2, eps = 0.05, 0.9, 0.999, 1e-8
m = np.zeros(2)
v = np.zeros(2)
t = 0
while t < 400:
    t += 1
    residual = A @ theta - b
    f = 0.5 * np.dot(residual, residual)
    g = A.T @ residual
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - alpha * m_hat / (np.sqrt(v_hat) + eps)
print(theta, np.linalg.lstsq(A, b, rcond=None)[0])
