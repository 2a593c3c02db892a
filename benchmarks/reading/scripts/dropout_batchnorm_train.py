import numpy as np

np.random.seed(2)
X = np.random.randn(8, 3)
T = np.random.randn(8, 1)
W1 = np.random.randn(3, 5) * 0.5
gamma, beta = np.ones(5), np.zeros(5)
W2 = np.random.randn(5, 1) * 0.5
keep_prob, momentum = 0.75, 0.9
run_mean, run_var = np.zeros(5), np.ones(5)

Z = X @ W1
mean, var = Z.mean(axis=0), Z.var(axis=0)
run_mean = momentum * run_mean + (1 - momentum) * mean
run_var = momentum * run_var + (1 - momentum) * var
Z_hat = (Z - mean) / np.sqrt(var + 1e-5)
A = np.maximum(gamma * Z_hat + beta, 0)
mask = np.random.rand(*A.shape) < keep_prob
A = A * mask / keep_prob
out = A @ W2
loss = np.mean((out - T) ** 2)
print(loss)
