# Rain or sun: the forward algorithm
import numpy as np

observed = [0, 1, 1, 0, 2]
start = np.array([0.6, 0.4])
T = np.array([[0.7, 0.3], [0.4, 0.6]])
E = np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]])

alpha = np.zeros((len(observed), 2))
alpha[0] = start * E[:, observed[0]]
for t in range(1, len(observed)):
    for j in range(2):
        alpha[t, j] = alpha[t - 1].dot(T[:, j]) * E[j, observed[t]]
neg_log_lik = -np.log(alpha[-1].sum())
print(alpha.round(4))
