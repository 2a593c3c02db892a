import numpy as np

np.random.seed(0)
n_states, n_actions, hidden = 6, 2, 12
W1 = np.random.randn(n_states, hidden) * 0.3
b1 = np.zeros(hidden)
W2 = np.random.randn(hidden, n_actions) * 0.3
b2 = np.zeros(n_actions)
gamma, epsilon, lr = 0.9, 0.3, 0.05

def q_values(state):
    h = np.maximum(0, state @ W1 + b1)
    return h @ W2 + b2, h

def env_step(pos, action):
    pos = max(0, pos - 1) if action == 0 else pos + 1
    if pos == n_states - 1:
        return 0, 1.0, True
    return pos, -0.01, False

for episode in range(200):
    pos, done, steps = 0, False, 0
    while not done and steps < 50:
        state = np.eye(n_states)[pos]
        q, h = q_values(state)
        action = np.random.randint(n_actions) if np.random.rand() < epsilon else int(np.argmax(q))
        new_pos, reward, done = env_step(pos, action)
        q_next, _ = q_values(np.eye(n_states)[new_pos])
        target = reward if done else reward + gamma * np.max(q_next)
        loss = 0.5 * (q[action] - target) ** 2
        dq = np.zeros(n_actions)
        dq[action] = q[action] - target
        dW2 = np.outer(h, dq)
        db2 = dq
        dh = (W2 @ dq) * (h > 0)
        dW1 = np.outer(state, dh)
        db1 = dh
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2
        pos, steps = new_pos, steps + 1
    if episode % 50 == 0:
        print("episode", episode, "steps", steps, "loss", loss)
