import numpy as np

R = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]])
N, M, K = len(R), len(R[0]), 2
rng = np.random.RandomState(0)
P = rng.rand(N, K)
Q = rng.rand(M, K)
beta = 0.02

e = 0
for i in range(len(R)):
    for j in range(len(R[i])):
        if R[i][j] > 0:
            eij = R[i][j] - np.dot(P[i, :], Q[j, :])
            e = e + eij**2
            for k in range(K):
                e = e + (beta / 2) * (P[i][k] ** 2 + Q[j][k] ** 2)
