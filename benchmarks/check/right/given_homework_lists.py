import math
import random
random.seed(1)
data = [([0.1, 0.7], [1.0, 0.0]), ([0.9, 0.2], [0.0, 1.0]), ([0.4, 0.4], [1.0, 0.0])]
W1 = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(3)]
b1 = [0.0, 0.0, 0.0]
W2 = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
b2 = [0.0, 0.0]
def sigmoid(z):
    return 1 / (1 + math.exp(-z))
lr = 0.5
for epoch in range(3):
    total = 0
    for x, t in data:
        h = []
        for j in range(3):
            s = b1[j]
            for i in range(2):
                s += W1[j][i] * x[i]
            h.append(sigmoid(s))
        o = []
        for k in range(2):
            s = b2[k]
            for j in range(3):
                s += W2[k][j] * h[j]
            o.append(sigmoid(s))
        loss = 0
        for k in range(2):
            loss += 0.5 * (t[k] - o[k]) ** 2
        total += loss
        do = []
        for k in range(2):
            do.append((o[k] - t[k]) * o[k] * (1 - o[k]))
        dh = []
        for j in range(3):
            e = 0.0
            for k in range(2):
                e += do[k] * W2[k][j]
            dh.append(e * h[j] * (1 - h[j]))
        for k in range(2):
            for j in range(3):
                W2[k][j] -= lr * do[k] * h[j]
            b2[k] -= lr * do[k]
        for j in range(3):
            for i in range(2):
                W1[j][i] -= lr * dh[j] * x[i]
            b1[j] -= lr * dh[j]
    print(epoch, total)
