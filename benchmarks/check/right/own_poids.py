# Descente de gradient stochastique, un exemple à la fois
import numpy as np

rng = np.random.RandomState(8)
entrees = rng.randn(6, 4)
etiquettes = rng.randint(0, 3, 6)
poids = rng.randn(3, 4) * 0.3
biais = np.zeros(3)
taux = 0.2
perte_moyenne = 0
for i in range(len(entrees)):
    x, c = entrees[i], etiquettes[i]
    z = poids.dot(x) + biais
    z -= z.max()
    probas = np.exp(z) / np.exp(z).sum()
    perte_moyenne += -np.log(probas[c]) / len(entrees)
    erreur = probas.copy()
    erreur[c] -= 1.0
    for k in range(3):
        for j in range(4):
            poids[k, j] -= taux * erreur[k] * x[j]
        biais[k] -= taux * erreur[k]
