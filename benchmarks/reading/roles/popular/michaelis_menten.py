import numpy as np
S = np.array([0.1, 0.3, 0.6, 1.2, 2.5, 5.0])
v_obs = np.array([0.9, 2.1, 3.2, 4.5, 5.8, 6.6])
Vmax, Km = 7.0, 0.8
v = Vmax * S / (Km + S)
chi2 = np.sum((v - v_obs) ** 2)
print(chi2)
