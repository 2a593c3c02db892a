import numpy as np


class Bandit:
    """Gradient bandit: preferences of the arms, by context, pushed uphill against a baseline."""

    def __init__(self, n_features, n_arms, alpha=0.2):
        self.theta = np.zeros((n_features, n_arms))
        self.alpha = alpha
        self.average_reward = 0.0
        self.time = 0

    def probabilities(self, state):
        prefs = state @ self.theta
        exp_est = np.exp(prefs - prefs.max())
        return exp_est / exp_est.sum()

    def act(self, state, rng):
        self.action_prob = self.probabilities(state)
        return rng.choice(len(self.action_prob), p=self.action_prob)

    def step(self, state, action, reward):
        self.time += 1
        baseline = self.average_reward
        one_hot = np.zeros(self.theta.shape[1])
        one_hot[action] = 1
        self.theta += self.alpha * (reward - baseline) * np.outer(state, one_hot - self.action_prob)
        self.average_reward += (reward - self.average_reward) / self.time
        return reward


rng = np.random.default_rng(2018)
q_true = rng.normal(size=(3, 4))
agent = Bandit(3, 4)
total = 0.0
for trial in range(6):
    state = np.append(rng.normal(size=2), 1.0)
    action = agent.act(state, rng)
    reward = state @ q_true[:, action] + 0.1 * rng.normal()
    total += agent.step(state, action, reward)
print(total)
