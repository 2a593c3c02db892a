import numpy as np

rng = np.random.default_rng(3)
n_states, n_features = 7, 4
features = rng.normal(size=(n_states, n_features))
w = np.zeros(n_features)
alpha, gamma = 0.1, 0.9

for episode in range(4):
    s = 3
    while 0 < s < n_states - 1:
        s_next = s + rng.choice([-1, 1])
        reward = 1.0 if s_next == n_states - 1 else 0.0
        done = s_next in (0, n_states - 1)
        v = features[s] @ w
        v_next = 0.0 if done else features[s_next] @ w
        target = reward + gamma * v_next
        td_error = target - v
        w += alpha * td_error * features[s]
        s = s_next
    print(episode, np.round(features @ w, 3))
