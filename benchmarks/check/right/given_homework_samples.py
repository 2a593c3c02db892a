import numpy as np
np.random.seed(0)
X = np.random.randn(5, 2)
y = np.array([0, 1, 1, 0, 1])
W1 = np.random.randn(3, 2)
b1 = np.zeros(3)
w2 = np.random.randn(3)
b2 = 0.0
dW1 = np.zeros_like(W1)
db1 = np.zeros_like(b1)
dw2 = np.zeros_like(w2)
db2 = 0.0
loss = 0.0
for i in range(len(X)):
    xi = X[i]
    z1 = np.zeros(3)
    for j in range(3):
        z1[j] = np.dot(W1[j], xi) + b1[j]
    h = np.maximum(z1, 0)
    z2 = np.dot(w2, h) + b2
    p = 1 / (1 + np.exp(-z2))
    loss += -(y[i] * np.log(p) + (1 - y[i]) * np.log(1 - p))
    d = p - y[i]
    dw2 += d * h
    db2 += d
    dh = d * w2
    for j in range(3):
        if z1[j] > 0:
            dW1[j] += dh[j] * xi
            db1[j] += dh[j]
loss /= len(X)
dW1 /= len(X)
db1 /= len(X)
dw2 /= len(X)
db2 /= len(X)
print(loss, dW1)
