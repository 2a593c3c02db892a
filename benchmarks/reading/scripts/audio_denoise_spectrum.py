import numpy as np

n = 16
t = np.arange(n) / n
clean = np.sin(2 * np.pi * 2 * t)
rng = np.random.default_rng(0)
noisy = clean + 0.4 * rng.standard_normal(n)
gain = np.ones(n // 2 + 1) * 0.8

spectrum = np.fft.rfft(noisy)
filtered = np.fft.irfft(gain * spectrum, n=n)
loss = np.mean((filtered - clean) ** 2)
print("loss %.4f" % loss)
