# Rosenblatt's rule: only a wrong answer moves the weights
inputs = [(0.2, 1.1), (-0.6, 0.4), (1.3, -0.2), (-0.9, -1.0)]
labels = [1, -1, 1, -1]
w1, w2, theta = 0.1, -0.3, 0.05
for (x1, x2), y in zip(inputs, labels):
    activation = w1 * x1 + w2 * x2 + theta
    if y * activation <= 0:
        w1 += 0.5 * y * x1
        w2 += 0.5 * y * x2
        theta += 0.5 * y
