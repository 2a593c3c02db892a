import numpy as np
games = [(0, 1, 1.0), (1, 2, 0.5), (2, 0, 0.0), (0, 2, 1.0), (1, 0, 0.0)]
rating = np.full(3, 1500.0)
K = 24.0
for a, b, score in games:
    expected = 1 / (1 + 10 ** ((rating[b] - rating[a]) / 400))
    change = K * (score - expected)
    rating[a] += change
    rating[b] -= change
print(rating)
