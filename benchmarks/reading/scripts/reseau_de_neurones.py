# Régression linéaire, descente de gradient
import numpy as np

entree = np.array([[1.0, 2.0], [0.5, -1.0], [-1.5, 0.3], [2.0, 1.0]])
cible = np.array([3.0, -0.5, -1.0, 3.5])
poids = np.zeros(2)
biais = 0.0
pas = 0.1
for tour in range(100):
    prediction = entree @ poids + biais
    ecart = prediction - cible
    cout = (ecart**2).mean()
    poids = poids - pas * 2 * entree.T @ ecart / len(cible)
    biais = biais - pas * 2 * ecart.mean()
print(poids, biais)
