import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def dsigmoid(x):
    y = sigmoid(x)
    return y * (1.0 - y)


def lrelu(x, alpha=1e-2):
    return np.maximum(x, x * alpha)


def dlrelu(x, alpha=1e-2):
    dx = np.ones_like(x)
    dx[x < 0] = alpha
    return dx


class GAN:
    def __init__(self, nx_g=4, nh=8, nx_d=3, lr=1e-2, batch_size=8):
        self.lr = lr
        self.batch_size = batch_size
        self.nx_g = nx_g
        self.W0_g = np.random.randn(nx_g, nh) * np.sqrt(2.0 / nx_g)
        self.b0_g = np.zeros((1, nh))
        self.W1_g = np.random.randn(nh, nx_d) * np.sqrt(2.0 / nh)
        self.b1_g = np.zeros((1, nx_d))
        self.W0_d = np.random.randn(nx_d, nh) * np.sqrt(2.0 / nx_d)
        self.b0_d = np.zeros((1, nh))
        self.W1_d = np.random.randn(nh, 1) * np.sqrt(2.0 / nh)
        self.b1_d = np.zeros((1, 1))

    def forward_generator(self, z):
        self.z0_g = np.dot(z, self.W0_g) + self.b0_g
        self.a0_g = lrelu(self.z0_g, alpha=0)
        self.z1_g = np.dot(self.a0_g, self.W1_g) + self.b1_g
        self.a1_g = np.tanh(self.z1_g)
        return self.z1_g, self.a1_g

    def forward_discriminator(self, x):
        self.z0_d = np.dot(x, self.W0_d) + self.b0_d
        self.a0_d = lrelu(self.z0_d)
        self.z1_d = np.dot(self.a0_d, self.W1_d) + self.b1_d
        self.a1_d = sigmoid(self.z1_d)
        return self.z1_d, self.a1_d

    def discriminator_grads(self, x, dz1):
        dW1 = np.dot(self.a0_d.T, dz1)
        db1 = np.sum(dz1, axis=0, keepdims=True)
        dz0 = np.dot(dz1, self.W1_d.T) * dlrelu(self.z0_d)
        return np.dot(x.T, dz0), np.sum(dz0, axis=0, keepdims=True), dW1, db1

    def train(self, X, epochs):
        for epoch in range(epochs):
            for i in range(len(X) // self.batch_size):
                x_real = X[i * self.batch_size:(i + 1) * self.batch_size]
                z = np.random.normal(0, 1, size=[self.batch_size, self.nx_g])
                z1_g, x_fake = self.forward_generator(z)
                z1_real, a1_real = self.forward_discriminator(x_real)
                real = self.discriminator_grads(x_real, (a1_real - 1) / self.batch_size)
                z1_fake, a1_fake = self.forward_discriminator(x_fake)
                fake = self.discriminator_grads(x_fake, a1_fake / self.batch_size)
                J_D = np.mean(-np.log(a1_real) - np.log(1 - a1_fake))
                self.W0_d -= self.lr * (real[0] + fake[0])
                self.b0_d -= self.lr * (real[1] + fake[1])
                self.W1_d -= self.lr * (real[2] + fake[2])
                self.b1_d -= self.lr * (real[3] + fake[3])
                z1_fake, a1_fake = self.forward_discriminator(x_fake)
                J_G = np.mean(-np.log(a1_fake))
                dz1_d = (a1_fake - 1) / self.batch_size
                dx = np.dot(np.dot(dz1_d, self.W1_d.T) * dlrelu(self.z0_d), self.W0_d.T)
                dz1_g = dx * (1 - x_fake**2)
                dW1_g = np.dot(self.a0_g.T, dz1_g)
                db1_g = np.sum(dz1_g, axis=0, keepdims=True)
                dz0_g = np.dot(dz1_g, self.W1_g.T) * dlrelu(self.z0_g, alpha=0)
                dW0_g = np.dot(z.T, dz0_g)
                db0_g = np.sum(dz0_g, axis=0, keepdims=True)
                self.W0_g -= self.lr * dW0_g
                self.b0_g -= self.lr * db0_g
                self.W1_g -= self.lr * dW1_g
                self.b1_g -= self.lr * db1_g
            print(f"Epoch:{epoch}: G loss:{J_G:.4f} | D loss:{J_D:.4f} | D(G(z)):{np.mean(a1_fake):.4f}")


np.random.seed(0)
X = np.tanh(np.random.randn(32, 3) * 0.3 + 0.5)
GAN().train(X, epochs=100)
