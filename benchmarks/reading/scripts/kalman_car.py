import numpy as np
from numpy.linalg import inv

dt = 1.0
A = np.array([[1, dt], [0, 1]])
H = np.array([[1.0, 0.0]])
measurements = [1.1, 2.3, 2.8, 4.2, 5.1]

q = 0.05
r = 0.4
x = np.array([[0.0], [1.0]])
P = np.eye(2)
nll = 0.0
for z in measurements:
    # predict
    x = np.dot(A, x)
    P = np.dot(np.dot(A, P), A.T) + q * np.eye(2)
    # update
    S = np.dot(np.dot(H, P), H.T) + r
    K = np.dot(np.dot(P, H.T), inv(S))
    innovation = z - np.dot(H, x)
    nll += 0.5 * (np.log(2 * np.pi * S[0, 0]) + innovation[0, 0] ** 2 / S[0, 0])
    x = x + np.dot(K, innovation)
    P = P - np.dot(np.dot(K, H), P)
print("negative log-likelihood:", nll)
