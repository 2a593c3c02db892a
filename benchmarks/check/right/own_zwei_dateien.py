# Ein kleines Netz; die Schichten stehen in einer eigenen Datei.
import numpy as np

from helper_schichten import rueckwaerts, vorwaerts

zufall = np.random.default_rng(2)
groessen = [3, 5, 4, 2]
gewichte = [zufall.normal(size=(m, n)) for m, n in zip(groessen, groessen[1:])]
schwellen = [np.zeros(n) for n in groessen[1:]]
eingabe = zufall.normal(size=(7, 3))
ziel = zufall.uniform(size=(7, 2))
lernrate = 0.3
for runde in range(2):
    ausgaben = vorwaerts(eingabe, gewichte, schwellen)
    fehler = 0.5 * np.sum((ausgaben[-1] - ziel) ** 2)
    print(runde, fehler)
    for k, (dG, ds) in enumerate(rueckwaerts(ausgaben, ziel, gewichte)):
        gewichte[k] -= lernrate * dG
        schwellen[k] -= lernrate * ds
