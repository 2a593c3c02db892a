# Red neuronal que aprende XOR
import numpy as np

np.random.seed(42)
entradas = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
salidas = np.array([[0], [1], [1], [0]], dtype=float)
pesos1 = np.random.uniform(-1, 1, (2, 3))
sesgo1 = np.zeros(3)
pesos2 = np.random.uniform(-1, 1, (3, 1))
sesgo2 = np.zeros(1)
tasa = 0.5


def sigmoide(x):
    return 1 / (1 + np.exp(-x))


for epoca in range(3000):
    oculta = sigmoide(entradas.dot(pesos1) + sesgo1)
    prediccion = sigmoide(oculta.dot(pesos2) + sesgo2)
    costo = np.mean((salidas - prediccion) ** 2)
    delta2 = 2 * (prediccion - salidas) / len(salidas) * prediccion * (1 - prediccion)
    delta1 = delta2.dot(pesos2.T) * oculta * (1 - oculta)
    pesos2 -= tasa * oculta.T.dot(delta2)
    sesgo2 -= tasa * delta2.sum(axis=0)
    pesos1 -= tasa * entradas.T.dot(delta1)
    sesgo1 -= tasa * delta1.sum(axis=0)
print(prediccion.round(2))
