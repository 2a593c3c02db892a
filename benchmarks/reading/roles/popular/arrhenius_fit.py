import numpy as np
R = 8.314
T = np.array([300.0, 320.0, 340.0, 360.0])
k_obs = np.array([0.012, 0.049, 0.17, 0.52])
lnA = 20.0
Ea = 5.0e4
k = np.exp(lnA - Ea / (R * T))
residuals = np.log(k) - np.log(k_obs)
rms = np.sqrt(np.mean(residuals ** 2))
print(rms)
