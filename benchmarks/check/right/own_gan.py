import numpy as np

rng = np.random.default_rng(11)
# generator: g(z) = a z + c, discriminator: d(x) = sigmoid(u x + v), both of one number
a, c = 0.8, 0.1
u, v = 0.5, -0.2
lr = 0.1


def sig(t):
    return 1 / (1 + np.exp(-t))


for it in range(2):
    real = rng.normal(3.0, 0.5, size=16)
    z = rng.normal(size=16)
    fake = a * z + c
    d_real = sig(u * real + v)
    d_fake = sig(u * fake + v)
    loss_d = -np.mean(np.log(d_real) + np.log(1 - d_fake))
    loss_g = -np.mean(np.log(d_fake))
    # discriminator
    grad_u = np.mean((d_real - 1) * real + d_fake * fake)
    grad_v = np.mean((d_real - 1) + d_fake)
    # generator, through the discriminator as it was
    grad_fake = (d_fake - 1) * u / len(z)
    grad_a = np.sum(grad_fake * z)
    grad_c = np.sum(grad_fake)
    u, v = u - lr * grad_u, v - lr * grad_v
    a, c = a - lr * grad_a, c - lr * grad_c
