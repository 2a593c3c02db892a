import numpy as np

rand = np.random.RandomState(77)
n_users, n_prods, rank = 4, 6, 3
Users = rand.normal(0, 0.5, (n_users, rank))
Prods = rand.normal(0, 0.5, (n_prods, rank))
alpha, shrink = 0.1, 0.2
likes = {0: [1, 3], 1: [0, 2], 2: [4], 3: [5, 1]}
triples = []
for u, liked in likes.items():
    for p in liked:
        others = [q for q in range(n_prods) if q not in liked]
        triples.append((u, p, others[rand.randint(len(others))]))


def learn_triple(Users, Prods, who, liked_one, other_one):
    user, pos, neg = Users[who].copy(), Prods[liked_one].copy(), Prods[other_one].copy()
    lead = user @ (pos - neg)
    scale = 1 / (1 + np.exp(lead))
    Prods[liked_one] += alpha * (user * scale - pos * shrink)
    Prods[other_one] += alpha * (-user * scale - neg * shrink)
    Users[who] += alpha * ((pos - neg) * scale - user * shrink)


for epoch in range(2):
    score = 0.0
    for who, liked_one, other_one in triples:
        u, i, j = Users[who], Prods[liked_one], Prods[other_one]
        score += -np.log(1 + np.exp(-u @ (i - j))) - shrink / 2 * (u @ u + i @ i + j @ j)
        learn_triple(Users, Prods, who, liked_one, other_one)
    print(epoch, score)
