import numpy as np

np.random.seed(7)
seq, d_model, n_heads = 4, 6, 2
d_head = d_model // n_heads
tokens = np.random.randn(seq, d_model)
wanted = np.random.randn(seq, d_model)

Wq = np.random.randn(d_model, d_model) / np.sqrt(d_model)
Wk = np.random.randn(d_model, d_model) / np.sqrt(d_model)
Wv = np.random.randn(d_model, d_model) / np.sqrt(d_model)
Wo = np.random.randn(d_model, d_model) / np.sqrt(d_model)


def split(x):
    return x.reshape(seq, n_heads, d_head).transpose(1, 0, 2)


def softmax(x, axis=-1):
    x = x - x.max(axis=axis, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


Q, K, V = split(tokens @ Wq), split(tokens @ Wk), split(tokens @ Wv)
scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d_head)
mask = np.triu(np.ones((seq, seq)), k=1).astype(bool)
scores = np.where(mask, -1e9, scores)
attn = softmax(scores)
heads = (attn @ V).transpose(1, 0, 2).reshape(seq, d_model)
out = heads @ Wo
mse = np.mean((out - wanted) ** 2)
print("mse", mse)
