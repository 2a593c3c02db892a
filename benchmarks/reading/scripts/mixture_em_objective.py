import numpy as np
import scipy.stats as st
from scipy.special import logsumexp

samples = np.array([-1.2, -0.8, -1.0, 2.1, 1.7, 2.6])
mu = np.array([-0.5, 1.5])
log_sigma = np.array([0.0, 0.1])
logit = 0.2
log_mix = np.array([-np.log1p(np.exp(-logit)), -np.log1p(np.exp(logit))])
per_component = st.norm.logpdf(samples[:, None], mu, np.exp(log_sigma)) + log_mix
nll = -logsumexp(per_component, axis=1).sum()
print(nll)
