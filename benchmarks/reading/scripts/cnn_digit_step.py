import numpy as np

rng = np.random.RandomState(0)
image = rng.rand(6, 6)
label = 2
filters = rng.randn(2, 3, 3) / 9
W = rng.randn(2 * 2 * 2, 3) / 8
b = np.zeros(3)
learn_rate = 0.01

# convolution, valid
conv = np.zeros((2, 4, 4))
for f in range(2):
    for i in range(4):
        for j in range(4):
            conv[f, i, j] = np.sum(image[i:i + 3, j:j + 3] * filters[f])
conv = np.maximum(conv, 0)

# max pooling 2x2
pooled = np.zeros((2, 2, 2))
for i in range(2):
    for j in range(2):
        pooled[:, i, j] = np.amax(conv[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2], axis=(1, 2))

flat = pooled.flatten()
scores = np.dot(flat, W) + b
exps = np.exp(scores)
out = exps / np.sum(exps, axis=0)
loss = -np.log(out[label])
acc = 1 if np.argmax(out) == label else 0

# backward of the dense layer only
d_scores = out.copy()
d_scores[label] -= 1
W -= learn_rate * np.outer(flat, d_scores)
b -= learn_rate * d_scores
print(loss, acc)
