import numpy as np

names = ["ada", "bob", "cyd", "dan"]
games = [(0, 1), (0, 2), (1, 2), (2, 3), (0, 3), (3, 1), (1, 2), (0, 1)]
winner = np.array([g[0] for g in games])
loser = np.array([g[1] for g in games])
skill = np.zeros(len(names))
step = 0.3
for season in range(12):
    gap = skill[winner] - skill[loser]
    p = 1 / (1 + np.exp(-gap))
    nll = -np.log(p).sum() + 0.05 * np.sum(skill ** 2)
    grad = 0.1 * skill
    np.add.at(grad, winner, -(1 - p))
    np.add.at(grad, loser, 1 - p)
    skill -= step * grad
    skill -= skill.mean()
for who, s in sorted(zip(names, skill), key=lambda pair: -pair[1]):
    print(f"{who:5s} {s:+.3f}")
