import numpy as np

np.random.seed(21)
w, c = np.random.randn(), 0.0          # discriminator
a, b = 1.0, 0.0                        # generator
lr = 0.05


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


for step in range(30):
    z = np.random.randn(16)
    real = 4 + 0.5 * np.random.randn(16)
    fake = a * z + b
    p_real = sigmoid(w * real + c)
    p_fake = sigmoid(w * fake + c)
    d_loss = -np.mean(np.log(p_real)) - np.mean(np.log(1 - p_fake))
    dw = np.mean((p_real - 1) * real) + np.mean(p_fake * fake)
    dc = np.mean(p_real - 1) + np.mean(p_fake)
    w -= lr * dw
    c -= lr * dc

    fake = a * z + b
    p_fake = sigmoid(w * fake + c)
    g_loss = -np.mean(np.log(p_fake))
    d_fake = (p_fake - 1) * w
    a -= lr * np.mean(d_fake * z)
    b -= lr * np.mean(d_fake)
    if step % 10 == 0:
        print(step, d_loss, g_loss, b)
