from math import log, sqrt

import numpy as np
from scipy.stats import norm

S0, r, T = 100.0, 0.02, 0.75
strikes = np.array([85.0, 95.0, 105.0, 115.0])
market = np.array([18.4, 11.9, 7.2, 4.1])
sigma = 0.25

d1 = (np.log(S0 / strikes) + (r + 0.5 * sigma**2) * T) / (sigma * sqrt(T))
d2 = d1 - sigma * sqrt(T)
call = S0 * norm.cdf(d1) - strikes * np.exp(-r * T) * norm.cdf(d2)
sq_error = np.sum((call - market) ** 2)
print("calibration error", sq_error)
