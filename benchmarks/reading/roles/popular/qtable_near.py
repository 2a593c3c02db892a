import numpy as np
np.random.seed(2)
n_states, n_actions = 6, 2
Q = np.zeros((n_states, n_actions))
alpha, gamma, epsilon = 0.5, 0.9, 0.3
for episode in range(6):
    s = 4
    for _ in range(20):
        a = np.random.randint(2) if np.random.rand() < epsilon else int(np.argmax(Q[s]))
        s2 = max(0, s - 1) if a == 0 else min(n_states - 1, s + 1)
        r = 1.0 if s2 == n_states - 1 else -0.1
        td = r + gamma * np.max(Q[s2]) - Q[s, a]
        Q[s, a] += alpha * td
        s = s2
        if r > 0:
            break
print(Q.round(2))
