"""Physics lab: chi-square of an exponential decay with a background."""
import numpy as np

time = np.linspace(0, 9, 10)
counts = np.array([105, 84, 70, 55, 46, 41, 33, 30, 25, 24], dtype=float)
sigma = np.sqrt(counts)

A = 95.0
tau = 4.0
c = 10.0

model = A * np.exp(-time / tau) + c
residual = (counts - model) / sigma
chi2 = np.sum(residual**2)
print(f"chi2/ndf = {chi2:.2f}/{len(time) - 3}")
