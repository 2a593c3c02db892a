import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def vorwaerts(eingabe, gewichte, schwellen):
    ausgaben = [eingabe]
    for G, s in zip(gewichte, schwellen):
        ausgaben.append(sigmoid(ausgaben[-1] @ G + s))
    return ausgaben


def rueckwaerts(ausgaben, ziel, gewichte):
    delta = (ausgaben[-1] - ziel) * ausgaben[-1] * (1 - ausgaben[-1])
    steigungen = []
    for k in range(len(gewichte) - 1, -1, -1):
        steigungen.insert(0, (ausgaben[k].T @ delta, delta.sum(axis=0)))
        if k > 0:
            delta = (delta @ gewichte[k].T) * ausgaben[k] * (1 - ausgaben[k])
    return steigungen
