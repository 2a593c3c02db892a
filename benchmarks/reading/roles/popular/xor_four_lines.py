import numpy as np

# Input (XOR)
X = np.array([[0,0],[0,1],[1,0],[1,1]])
y = np.array([[0],[1],[1],[0]])

# Random weights
w1, w2 = np.random.rand(2,3), np.random.rand(3,1)

# Activation
def sigmoid(x): return 1/(1+np.exp(-x))
def dsigmoid(x): return x*(1-x)

# Train
for _ in range(5000):
    # Forward
    h = sigmoid(X.dot(w1))
    o = sigmoid(h.dot(w2))
    # Backward
    e = y - o
    delta = e * dsigmoid(o)
    w1_step = X.T.dot(delta.dot(w2.T) * dsigmoid(h)) * 0.1
    w2 += h.T.dot(delta) * 0.1
    w1 += w1_step

print("Output:\n", o.round(3))
