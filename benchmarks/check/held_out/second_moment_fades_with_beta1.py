import numpy as np

# polynomial fit with Adam
rng = np.random.RandomState(21)
x = np.linspace(-1, 1, 25)
y = 1 - 2 * x + 0.5 * x ** 3 + 0.1 * rng.randn(25)
Phi = np.vander(x, 4, increasing=True)

beta1, beta2, epsilon, learning_rate = 0.9, 0.999, 1e-8, 0.05
w = rng.randn(4) * 0.1
v = np.zeros_like(w)
s = np.zeros_like(w)

for t in range(1, 5):
    residual = Phi @ w - y
    cost = residual @ residual / (2 * len(y))
    dw = Phi.T @ residual / len(y)

    v = beta1 * v + (1 - beta1) * dw
    s = beta1 * s + (1 - beta2) * dw * dw
    v_corrected = v / (1 - beta1 ** t)
    s_corrected = s / (1 - beta2 ** t)
    w = w - learning_rate * v_corrected / (np.sqrt(s_corrected) + epsilon)
    print(t, cost)
