import numpy as np

np.random.seed(11)
latent = 2
x = np.random.uniform(0.05, 0.95, size=(3, 5))
enc_w = 0.4 * np.random.randn(5, 4)
enc_b = np.zeros(4)
mu_w = 0.4 * np.random.randn(4, latent)
lv_w = 0.1 * np.random.randn(4, latent)
dec_w = 0.4 * np.random.randn(latent, 5)
dec_b = np.zeros(5)

h = np.tanh(x @ enc_w + enc_b)
mu = h @ mu_w
logvar = h @ lv_w
eps = np.random.randn(*mu.shape)
z = mu + np.exp(0.5 * logvar) * eps
recon = 1 / (1 + np.exp(-(z @ dec_w + dec_b)))
bce = -np.sum(x * np.log(recon) + (1 - x) * np.log(1 - recon), axis=1)
kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
elbo_loss = np.mean(bce + kl)
print("loss", elbo_loss, "kl", kl.mean())
