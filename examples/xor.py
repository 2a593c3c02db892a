"""XOR: the four lines of its table, which no single layer can learn, and one step of the learning, opened.

python examples/xor.py
"""

import numpy as np

import chainrule

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0, 1, 1, 0])

network = chainrule.Network((8,), activation="tanh", learning_rate=0.05, seed=0)
network.fit(X, y[:, None], epochs=300, batch_size=4)

for inputs, share in zip(X, network.predict(X), strict=True):
    print(f"{inputs[0]:.0f} xor {inputs[1]:.0f} is 1 with probability {share[0]:.3f}")

# what the network would learn from its third line now, factor by factor
lesson = chainrule.explain(network, X[2:3], y[2:3, None])
print(f"loss {lesson.loss:.5f}, gradient of b2 {lesson.gradients['b2'][0]:.5f}")
