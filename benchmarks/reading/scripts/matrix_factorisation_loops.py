import numpy

R = numpy.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]])
N, M, K = len(R), len(R[0]), 2
numpy.random.seed(0)
P = numpy.random.rand(N, K)
Q = numpy.random.rand(M, K).T
steps, alpha, beta = 500, 0.002, 0.02

for step in range(steps):
    for i in range(N):
        for j in range(M):
            if R[i][j] > 0:
                eij = R[i][j] - numpy.dot(P[i, :], Q[:, j])
                for k in range(K):
                    P[i][k] = P[i][k] + alpha * (2 * eij * Q[k][j] - beta * P[i][k])
                    Q[k][j] = Q[k][j] + alpha * (2 * eij * P[i][k] - beta * Q[k][j])
    e = 0
    for i in range(N):
        for j in range(M):
            if R[i][j] > 0:
                e = e + pow(R[i][j] - numpy.dot(P[i, :], Q[:, j]), 2)
                for k in range(K):
                    e = e + (beta / 2) * (pow(P[i][k], 2) + pow(Q[k][j], 2))
    if e < 0.001:
        break
print(numpy.dot(P, Q).round(1))
