import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


rng = np.random.default_rng(0)
n, d, h_dim, z_dim = 4, 6, 5, 2
X = (rng.uniform(size=(n, d)) > 0.5).astype(float)
W_enc, b_enc = rng.normal(size=(d, h_dim)) * 0.4, np.zeros(h_dim)
W_mu, b_mu = rng.normal(size=(h_dim, z_dim)) * 0.4, np.zeros(z_dim)
W_logvar, b_logvar = rng.normal(size=(h_dim, z_dim)) * 0.4, np.zeros(z_dim)
W_dec, b_dec = rng.normal(size=(z_dim, h_dim)) * 0.4, np.zeros(h_dim)
W_out, b_out = rng.normal(size=(h_dim, d)) * 0.4, np.zeros(d)

h_enc = np.tanh(X @ W_enc + b_enc)
mu = h_enc @ W_mu + b_mu
logvar = h_enc @ W_logvar + b_logvar
epsilon = rng.standard_normal(size=mu.shape)
z = mu + np.exp(0.5 * logvar) * epsilon
h_dec = np.tanh(z @ W_dec + b_dec)
X_hat = sigmoid(h_dec @ W_out + b_out)

recon_loss = -np.sum(X * np.log(X_hat + 1e-8) + (1 - X) * np.log(1 - X_hat + 1e-8), axis=1)
kl_loss = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
loss = np.mean(recon_loss + kl_loss)
