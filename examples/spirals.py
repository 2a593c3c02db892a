"""Two spirals wound around each other: a network learns to tell them apart, and the plane as it sees it is drawn.

python examples/spirals.py
"""

import numpy as np

import chainrule

angle = np.linspace(0.5, 3, 100) * np.pi
arm = np.column_stack([angle * np.cos(angle), angle * np.sin(angle)]) / 5
X = np.vstack([arm, -arm])
y = np.repeat([0, 1], len(arm))

network = chainrule.Network((32, 32), activation="tanh", learning_rate=0.01, seed=0)
network.fit(X, y, epochs=300, batch_size=50)
accuracy = network.evaluate(X, y)["accuracy"]

across, up = np.meshgrid(np.linspace(-2, 2, 60), np.linspace(2, -2, 28))
seen = network.classes(np.column_stack([across.ravel(), up.ravel()]))
for row in seen.reshape(across.shape):
    print("".join("·█"[found] for found in row))
print(f"{accuracy:.1%} of {len(X)} points on their own spiral")
