import numpy
from scipy.special import expit


class Ziffernnetz:
    def __init__(self, anzahl_ein, anzahl_mitte, anzahl_aus, lernrate):
        numpy.random.seed(42)
        self.w_em = numpy.random.normal(0.0, anzahl_ein ** -0.5, (anzahl_mitte, anzahl_ein))
        self.w_ma = numpy.random.normal(0.0, anzahl_mitte ** -0.5, (anzahl_aus, anzahl_mitte))
        self.lernrate = lernrate

    def trainiere(self, bild, soll):
        ein = numpy.array(bild, ndmin=2).T
        ziel = numpy.array(soll, ndmin=2).T
        mitte = expit(numpy.dot(self.w_em, ein))
        aus = expit(numpy.dot(self.w_ma, mitte))
        fehler_aus = ziel - aus
        fehler_mitte = numpy.dot(self.w_ma.T, fehler_aus)
        self.w_ma += self.lernrate * numpy.dot(fehler_aus * aus * (1.0 - aus), mitte.T)
        self.w_em += self.lernrate * numpy.dot(fehler_mitte * mitte * (1.0 - mitte), ein.T)

    def frage(self, bild):
        mitte = expit(numpy.dot(self.w_em, numpy.array(bild, ndmin=2).T))
        return expit(numpy.dot(self.w_ma, mitte))


netz = Ziffernnetz(6, 4, 3, 0.3)
bilder = numpy.random.rand(4, 6) * 0.99 + 0.01
for bild, ziffer in zip(bilder, [1, 0, 2, 1]):
    soll = numpy.zeros(3) + 0.01
    soll[ziffer] = 0.99
    netz.trainiere(bild, soll)
