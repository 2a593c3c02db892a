# SIR model against reported cases
import numpy as np

N = 1000
days = 8
reported = np.array([3, 4, 6, 8, 12, 16, 22, 30])
beta, gamma = 0.45, 0.1

S = np.zeros(days)
I = np.zeros(days)
R = np.zeros(days)
S[0], I[0], R[0] = N - 3, 3, 0
for d in range(days - 1):
    new = beta * S[d] * I[d] / N
    S[d + 1] = S[d] - new
    I[d + 1] = I[d] + new - gamma * I[d]
    R[d + 1] = R[d] + gamma * I[d]
rmse = np.sqrt(np.mean((I - reported) ** 2))
print("rmse", rmse)
