import numpy as np
emissions = np.random.RandomState(1).randn(4, 3)
transitions = np.random.RandomState(2).randn(3, 3) * 0.1
tags = [0, 2, 1, 1]
score = emissions[0, tags[0]]
for i in range(1, 4):
    score = score + transitions[tags[i - 1], tags[i]] + emissions[i, tags[i]]
alpha = emissions[0]
for i in range(1, 4):
    alpha = np.log(np.exp(alpha[:, None] + transitions).sum(axis=0)) + emissions[i]
log_z = np.log(np.exp(alpha).sum())
nll = log_z - score
print(nll)
