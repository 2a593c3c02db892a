import numpy as np
from collections import namedtuple

Transition = namedtuple("Transition", "state action reward next_state done")
rng = np.random.RandomState(5)
memory = [Transition(rng.randn(3), rng.randint(2), rng.randn(), rng.randn(3), rng.rand() < 0.3) for _ in range(15)]


class QNet:
    def __init__(self):
        self.weights = [rng.randn(4, 6) * 0.5, rng.randn(7, 2) * 0.5]  # last row: bias

    def copy_from(self, other):
        self.weights = [w.copy() for w in other.weights]

    def predict(self, states):
        self.x = np.hstack([states, np.ones((len(states), 1))])
        self.h = np.hstack([np.maximum(self.x @ self.weights[0], 0), np.ones((len(states), 1))])
        return self.h @ self.weights[1]

    def update(self, td, lr):
        g1 = self.h.T @ td
        g0 = self.x.T @ ((td @ self.weights[1][:-1].T) * (self.h[:, :-1] > 0))
        self.weights[1] -= lr * g1
        self.weights[0] -= lr * g0


online, frozen = QNet(), QNet()
frozen.copy_from(online)
gamma, lr = 0.9, 0.05
for t in range(3):
    batch = [memory[k] for k in rng.choice(15, 6, replace=False)]
    s, a, r, s2, done = (np.array(column) for column in zip(*batch))
    goal = r + gamma * (1 - done) * frozen.predict(s2).max(axis=1)
    q = online.predict(s)
    error = q[np.arange(6), a] - goal
    td = np.zeros_like(q)
    td[np.arange(6), a] = np.clip(error, -1, 1) / 6  # Huber
    online.update(td, lr)
    if t == 1:
        frozen.copy_from(online)
