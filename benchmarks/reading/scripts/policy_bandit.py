import numpy as np

rng = np.random.default_rng(12)
true_means = np.array([0.2, 0.9, 0.5])
prefs = np.zeros(3)
baseline, step_size = 0.0, 0.2
for t in range(1, 300):
    probs = np.exp(prefs) / np.exp(prefs).sum()
    action = rng.choice(3, p=probs)
    reward = rng.normal(true_means[action], 0.1)
    loss = -np.log(probs[action]) * (reward - baseline)
    one_hot = np.zeros(3)
    one_hot[action] = 1
    prefs += step_size * (reward - baseline) * (one_hot - probs)
    baseline += (reward - baseline) / t
print(probs.round(2))
