import numpy as np

np.random.seed(44)


class GaussianCriterion:
    """-log N(target; mu, exp(lv)), summed"""

    def forward(self, inp, target):
        mu, lv = inp
        return np.sum(0.5 * np.log(2 * np.pi) + 0.5 * lv + 0.5 * (target - mu) ** 2 / np.exp(lv))

    def backward(self, inp, target):
        mu, lv = inp
        grad_mu = -(target - mu) / np.exp(lv)
        grad_lv = 0.5 - 0.5 * (target - mu) ** 2 / np.exp(lv)
        return grad_mu, grad_lv


class KLDCriterion:
    def forward(self, mu, lv):
        return -0.5 * np.sum(1 + lv - mu ** 2 - np.exp(lv))

    def backward(self, mu, lv):
        return mu, -0.5 + 0.5 * np.exp(lv)


x = np.random.randn(5, 3)
enc_mu, enc_lv = np.random.randn(3, 2) * 0.4, np.random.randn(3, 2) * 0.4
dec_mu, dec_lv = np.random.randn(2, 3) * 0.4, np.random.randn(2, 3) * 0.4
gauss, kld = GaussianCriterion(), KLDCriterion()
lr = 0.01
for it in range(2):
    eps = np.random.randn(5, 2)
    mu, lv = x @ enc_mu, x @ enc_lv
    z = mu + np.exp(0.5 * lv) * eps
    rec = (z @ dec_mu, z @ dec_lv)
    lowerbound = gauss.forward(rec, x) + kld.forward(mu, lv)
    g_mu, g_lv = gauss.backward(rec, x)
    dz = g_mu @ dec_mu.T + g_lv @ dec_lv.T
    k_mu, k_lv = kld.backward(mu, lv)
    d_mu = dz + k_mu
    d_lv = dz * eps * 0.5 * np.exp(0.5 * lv) + k_lv
    grads = [x.T @ d_mu, x.T @ d_lv, z.T @ g_mu, z.T @ g_lv]
    for p, g in zip([enc_mu, enc_lv, dec_mu, dec_lv], grads):
        p -= lr * g
