import numpy as np

np.random.seed(9)
a = np.random.randn(6, 4)
b = a + 0.3 * np.random.randn(6, 4)
same = np.array([1, 1, 0, 1, 0, 0])
margin = 2.0
W = np.random.randn(4, 2) * 0.7
ea, eb = np.tanh(a @ W), np.tanh(b @ W)
dist = np.sqrt(np.sum((ea - eb) ** 2, axis=1) + 1e-9)
loss = np.mean(same * dist**2 + (1 - same) * np.maximum(margin - dist, 0) ** 2)
print(f"contrastive loss: {loss:.4f}")
