# -*- coding: utf-8 -*-
import numpy as np

np.random.seed(3)
vhod = np.random.uniform(-1, 1, (5, 3))
otvet = np.random.uniform(-0.8, 0.8, (5, 1))
vesa1 = np.random.uniform(-0.7, 0.7, (3, 4))
vesa2 = np.random.uniform(-0.7, 0.7, (4, 1))
skorost = 0.15
istoria = []
for epoha in range(3):
    sloi1 = np.tanh(np.dot(vhod, vesa1))
    sloi2 = np.tanh(np.dot(sloi1, vesa2))
    oshibka2 = otvet - sloi2
    istoria.append(np.sum(np.square(oshibka2)) / 2)
    delta2 = oshibka2 * (1 - sloi2**2)
    oshibka1 = delta2.dot(vesa2.T)
    delta1 = oshibka1 * (1 - sloi1**2)
    vesa2 += sloi1.T.dot(delta2) * skorost
    vesa1 += vhod.T.dot(delta1) * skorost
