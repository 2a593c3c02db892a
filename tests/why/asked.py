"""Zeros, numbers that are none, tiny and huge gradients, as people ask about them in forums, in code of our own.

Each says what is asked, what kind of number it is, why, and the entry responsible; ``#!`` marks the line.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    asked: str
    kind: str
    reason: str
    cause: str
    text: str

    @property
    def source(self) -> str:
        return self.text.replace("  #!", "")

    @property
    def line(self) -> int | None:
        marked = [n for n, line in enumerate(self.text.splitlines(), 1) if "#!" in line]
        return marked[0] if marked else None


HEAD = "import numpy as np\nrng = np.random.default_rng(1)\n"


def _cases() -> list[Case]:
    found = []
    for block in TEXT.split("\n=== ")[1:]:
        head, _, body = block.partition("\n")
        name, asked, kind, reason, cause = (one.strip() for one in head.split("|"))
        found.append(Case(name, asked, kind, reason, cause, HEAD + body.strip() + "\n"))
    return found


TEXT = r"""
=== a unit dead for the whole batch | W1[0, 2] | zero | unit off | z1[0, 2]
X = rng.random((4, 3)); y = rng.random((4, 1))
W1 = rng.normal(size=(3, 5)) + 1.0; b1 = np.zeros(5); b1[2] = -20.0
W2 = rng.normal(size=(5, 1)); b2 = np.zeros(1)
z1 = X @ W1 + b1
a1 = np.maximum(0, z1)  #!
out = a1 @ W2 + b2
loss = np.mean((out - y) ** 2)
=== relu written with a mask of its own | W1[1, 0] | zero | unit off | (z > 0)[0, 0]
X = np.array([[1.0, 2.0], [0.5, 1.5]]); y = np.array([1.0, 0.0])
W1 = np.array([[-1.0, 0.3], [-0.7, 0.9]])
W2 = np.array([0.4, -0.6])
z = X @ W1
h = z * (z > 0)  #!
loss = np.sum((h @ W2 - y) ** 2)
=== relu by where | W1 | zero | unit off | (z > 0)[0]
x = np.array([1.0, 2.0]); t = 1.0
W1 = np.array([[-1.0, -0.3], [0.7, 0.9]])
w2 = np.array([0.4, -0.6])
z = W1 @ x
h = np.where(z > 0, z, 0.0)  #!
loss = (w2 @ h - t) ** 2
=== all units dead after a step that was too long | w[0] | zero | unit off | (X @ w + b)[0]
X = rng.random((6, 2)); y = rng.random(6)
w = np.array([-3.0, -2.0]); b = -1.0
out = np.clip(X @ w + b, 0, None)  #!
loss = np.mean((out - y) ** 2)
=== an input column of zeros | W[1, 0] | zero | zero input | X[0, 1]
X = np.array([[1.0, 0.0, 2.0], [3.0, 0.0, 1.0]]); y = np.array([0.5, 1.0])
W = rng.normal(size=(3, 2)); v = rng.normal(size=2)
h = np.tanh(X @ W)  #!
loss = np.mean((h @ v - y) ** 2)
=== a pixel that is always black | W1[0, 1] | zero | zero input | image[0, 0]
image = np.array([[0.0, 0.2, 0.9, 0.1]]); label = np.array([2])
W1 = rng.normal(size=(4, 3)); b1 = np.zeros(3)
logits = image @ W1 + b1  #!
logits = logits - logits.max(axis=1, keepdims=True)
p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
loss = -np.log(p[0, label[0]])
=== all weights start at zero | W1[0, 0] | zero | zero weight | W2[0, 0]
X = rng.normal(size=(5, 3)); y = rng.normal(size=(5, 1))
W1 = np.zeros((3, 4)); W2 = np.zeros((4, 1))
h = np.tanh(X @ W1)
out = h @ W2  #!
loss = np.mean((out - y) ** 2)
=== the second matrix starts at zero, relu | W1 | zero | zero weight | W2[0, 0]
x = np.array([0.3, 0.8]); t = np.array([1.0])
W1 = np.abs(rng.normal(size=(3, 2))); W2 = np.zeros((1, 3))
h = np.maximum(W1 @ x, 0)
o = W2 @ h  #!
loss = np.sum((o - t) ** 2)
=== the last layer learns nothing as its inputs are zero | W2[0, 0] | zero | unit off | h[0, 0]
X = rng.random((3, 2)); y = rng.random((3, 1))
W1 = -np.ones((2, 2)); W2 = np.ones((2, 1))
h = np.maximum(0, X @ W1)
out = h @ W2  #!
loss = np.mean((out - y) ** 2)
=== dropout took the unit | W1[0, 1] | zero | mask | mask[1]
x = np.array([0.5, 1.0]); t = 0.3
W1 = np.array([[0.4, 0.2, 0.9], [0.1, 0.8, 0.3]])
W2 = np.array([0.3, 0.9, -0.4])
mask = np.array([1.0, 0.0, 1.0]) / 0.5
h = np.tanh(x @ W1)
d = h * mask  #!
loss = (d @ W2 - t) ** 2
=== dropout by comparison | W1[1, 0] | zero | mask | keep[0]
x = np.array([0.5, 1.0]); t = 0.3
W1 = np.array([[0.4, 0.2, 0.9], [0.1, 0.8, 0.3]])
W2 = np.array([0.3, 0.9, -0.4])
keep = np.array([0.9, 0.1, 0.2]) < 0.5
h = np.tanh(x @ W1)
d = h * keep  #!
loss = (d @ W2 - t) ** 2
=== padding is masked out of the loss | E[2, 0] | zero | mask | real[2]
E = rng.normal(size=(4, 2)); w = np.array([0.5, -1.0]); target = np.array([0.2, 0.1, 0.9, 0.4])
real = np.array([1.0, 1.0, 0.0, 1.0])
error = (E @ w - target) ** 2
loss = np.sum(error * real) / np.sum(real)  #!
=== the loser of a maximum | b[0] | zero | not chosen | b[0]
a = np.array([0.9, 0.2]); b = np.array([0.1, 0.7])
m = np.maximum(a, b)  #!
loss = np.sum(m ** 2)
=== max pooling takes another entry | K[0] | zero | not chosen | (x * K)[0]
x = np.array([1.0, 2.0, 3.0]); K = np.array([0.1, 0.4, 0.3])
pooled = np.max(x * K)  #!
loss = (pooled - 0.5) ** 2
=== the smallest distance | c[1] | zero | not chosen | d[1]
x = 0.3
c = np.array([0.2, 0.9, -0.5])
d = (x - c) ** 2
loss = np.min(d)  #!
=== hinge with the margin kept | w[0] | zero | unit off | (1 - y * score)[0]
X = np.array([[2.0, 1.0], [-1.0, -2.0]]); y = np.array([1.0, -1.0])
w = np.array([1.0, 1.0])
score = X @ w
loss = np.mean(np.maximum(0, 1 - y * score))  #!
=== triplet already far apart | anchor[0] | zero | unit off | near - far + 0.2
anchor = np.array([0.0, 1.0]); positive = np.array([0.1, 1.0]); negative = np.array([3.0, -2.0])
near = np.sum((anchor - positive) ** 2)
far = np.sum((anchor - negative) ** 2)
loss = np.maximum(near - far + 0.2, 0)  #!
=== clipped probabilities | w | zero | clipped | p
x = np.array([30.0, 10.0]); w = np.array([1.0, 0.5])
p = 1 / (1 + np.exp(-(w @ x)))
q = np.clip(p, 1e-7, 1 - 1e-7)  #!
loss = -np.log(q)
=== the ratio is clipped in PPO | theta[0] | zero | clipped | ratio[0]
theta = np.array([0.9, -0.2]); old = np.array([0.2, -0.2]); advantage = np.array([-1.0, 0.5])
ratio = np.exp(theta - old)
clipped = np.clip(ratio, 0.8, 1.2)  #!
loss = -np.sum(clipped * advantage)
=== sigmoid saturated to the last bit | w[0] | zero | flat | z
x = np.array([100.0, 40.0]); t = 0.0
w = np.array([2.0, 1.0])
z = w @ x
a = np.tanh(z)  #!
loss = (a - t) ** 2
=== a bias in front of batch norm | b[0] | zero | cancels | b[0]
X = rng.normal(size=(6, 2)); y = rng.normal(size=6)
W = rng.normal(size=(2, 3)); b = np.array([0.3, 0.1, -0.2]); v = rng.normal(size=3)
z = X @ W + b  #!
zn = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
loss = np.mean((zn @ v - y) ** 2)
=== the same bias for all logits | dc | zero | cancels | c
logits = np.array([0.2, -0.4, 1.1]); c = 0.7
z = logits + c  #!
p = np.exp(z) / np.sum(np.exp(z))
loss = -np.log(p[1])
=== two samples pull against each other | w | zero | cancels | w
x = np.array([1.0, -1.0]); y = np.array([2.0, 2.0]); w = 0.0
pred = w * x  #!
loss = np.mean((pred - y) ** 2)
=== a token that does not occur | E[3, 0] | zero | no path | E[3, 0]
ids = np.array([0, 2, 2, 1])
E = rng.normal(size=(5, 3)); v = rng.normal(size=3)
h = E[ids]  #!
loss = np.mean((h @ v) ** 2)
=== a parameter that nobody reads | W3 | zero | no path | W3
x = np.array([1.0, 2.0]); W1 = rng.normal(size=(2, 2)); W3 = rng.normal(size=(2, 2))
h = np.tanh(W1 @ x)
extra = W3 @ h
loss = np.sum(h ** 2)
=== a step in the forward pass | w[0] | zero | never moves | z
x = np.array([0.4, 0.9]); w = np.array([1.0, -0.3]); t = 1.0
z = w * x
fired = np.sign(z)  #!
loss = np.sum((fired - t) ** 2)
=== rounding in the forward pass | w | zero | never moves | w * x
x = 2.0; w = 0.7
q = np.round(w * x)  #!
loss = (q - 3.0) ** 2
=== the threshold of an accuracy | w[0] | zero | never moves | p
X = np.array([[0.1, 0.2], [0.4, -0.3]]); w = np.array([0.5, 0.5]); y = np.array([1.0, 0.0])
p = X @ w
hard = np.where(p > 0.1, 1.0, 0.0)  #!
loss = np.mean((hard - y) ** 2)
=== the error is exactly zero | w[0] | zero | turning point | p - t
x = np.array([1.0, 2.0]); w = np.array([0.5, 0.25]); t = 1.0
p = w @ x
loss = (p - t) ** 2  #!
=== log of zero from a sigmoid at its end | loss | nan | pole | (1 - h)[1]
X = np.array([[1.0, 2.0], [40.0, 30.0]]); y = np.array([0.0, 1.0])
theta = np.array([1.0, 1.0])
h = 1 / (1 + np.exp(-(X @ theta)))
loss = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))  #!
=== softmax without its shift | loss | infinite | overflow | (z * w)[1]
z = np.array([1.0, 1000.0, 3.0]); w = np.array([1.0, 1.0, 1.0])
e = np.exp(z * w)  #!
p = e / np.sum(e)
loss = -np.log(p[0])
=== softmax of a batch, one row large | W[0, 0] | nan | overflow | z[2, 1]
X = np.array([[1.0], [2.0], [900.0]]); y = np.array([0, 1, 1])
W = np.array([[0.1, 1.0]])
z = X @ W
e = np.exp(z)  #!
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(p[np.arange(3), y]))
=== a probability of zero in cross entropy | loss | infinite | pole | q[1]
p = np.array([0.7, 0.0, 0.3]); y = np.array([0.0, 1.0, 0.0]); w = np.ones(3)
q = p * w
loss = -np.sum(y * np.log(q))  #!
=== zero times log zero | loss | nan | pole | (q * w)[1]
q = np.array([0.5, 0.0, 0.5]); w = np.ones(3)
entropy = -(q * w) * np.log(q * w)  #!
loss = np.sum(entropy)
=== the length of a zero vector | x[0] | nan | pole | s
x = np.zeros(3)
s = np.sum(x ** 2)
loss = np.sqrt(s)  #!
=== a distance between equal points | a[0] | nan | pole | d2
a = np.array([1.0, 2.0]); b = np.array([1.0, 2.0])
d2 = np.sum((a - b) ** 2)
d = d2 ** 0.5  #!
loss = d
=== the branch not taken is not defined | x[1] | zero | unit off | (x > 0)[1]
x = np.array([4.0, 0.0, 1.0])
r = np.where(x > 0, np.sqrt(x), 0.0)  #!
loss = np.sum(r)
=== a log in the branch not taken | x[0] | nan | pole | x[0]
x = np.array([0.0, 0.5])
safe = np.where(x > 0, x * np.log(x), 0.0)  #!
loss = np.sum(safe)
=== log of a negative prediction | loss | nan | undefined | (p + 1)[1]
X = np.array([[1.0], [-3.0]]); w = np.array([1.0]); y = np.array([1.0, 0.5])
p = X @ w
loss = np.mean((np.log(p + 1) - np.log(y + 1)) ** 2)  #!
=== a missing value in the data | w[0] | nan | given | X[1, 0]
X = np.array([[1.0, 2.0], [np.nan, 0.5], [0.3, 0.1]]); y = np.array([1.0, 0.0, 1.0])
w = np.array([0.1, 0.2])
loss = np.mean((X @ w - y) ** 2)
=== a missing label | loss | nan | given | y[2]
X = np.array([[1.0, 2.0], [0.4, 0.5], [0.3, 0.1]]); y = np.array([1.0, 0.0, np.nan])
w = np.array([0.1, 0.2])
loss = np.mean((X @ w - y) ** 2)
=== an infinite feature after a log | loss | nan | given | F[0, 1]
F = np.array([[1.0, -np.inf], [0.5, 0.2]]); y = np.array([0.0, 1.0])
w = np.array([0.3, 0.0])
loss = np.mean((F @ w - y) ** 2)
=== standardising a constant column | loss | nan | undefined | (A - mu)[0, 1]
X = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]]); w = np.array([0.1, 0.4])
scale = 1.0
A = X * scale
mu = A.mean(axis=0); sd = A.std(axis=0)
Z = (A - mu) / sd  #!
loss = np.sum((Z @ w) ** 2)
=== batch norm without its epsilon | W[0, 0] | nan | undefined | (z - mu)[0, 0]
X = np.array([[0.0, 1.0], [0.0, 2.0]]); W = np.array([[0.3, 0.1], [0.0, 0.5]])
z = X @ W
mu = z.mean(axis=0)
var = z.var(axis=0)
n = (z - mu) / np.sqrt(var)  #!
loss = np.sum(n ** 2)
=== dividing by a norm that is zero | loss | nan | undefined | u[0, 0]
v = np.array([[0.0, 0.0], [3.0, 4.0]]); s = np.ones((2, 1))
u = v * s
length = np.sqrt(np.sum(u ** 2, axis=1, keepdims=True))
unit = u / length  #!
loss = np.sum(unit)
=== a variance that came out negative | loss | nan | undefined | var
x = np.array([1e8 + 1, 1e8 + 2, 1e8 + 3]); k = 1.0
var = np.mean((k * x) ** 2) - np.mean(k * x) ** 2 - 1e3
loss = np.sqrt(var)  #!
=== exp overflows in softplus | loss | infinite | overflow | z[1]
x = np.array([1.0, 900.0]); w = np.array([1.0, 1.0])
z = w * x
a = np.log(1 + np.exp(z))  #!
loss = np.sum(a)
=== float32 overflows earlier | loss | infinite | overflow | z[1]
x = np.array([1.0, 95.0], dtype=np.float32); w = np.ones(2, dtype=np.float32)
z = w * x
e = np.exp(z)  #!
loss = np.sum(e)
=== a growing product | loss | infinite | overflow | h
w = np.array([1e160, 2.0]); x = 1.0
h = w[0] * x
loss = h ** 2  #!
=== arccos just outside | loss | nan | undefined | c
u = np.array([1.0, 1.0]); v = np.array([1.0, 1.0])
c = np.sum(u * v) / 1.9
angle = np.arccos(c)  #!
loss = angle ** 2
=== the gradient of arccos at one | u[0] | infinite | pole | c
u = np.array([1.0, 0.0]); v = np.array([1.0, 0.0])
c = np.sum(u * v)
loss = np.arccos(c)  #!
=== the derivative of a root at zero | w | infinite | pole | y
w = 0.0; x = 3.0
y = w * x
loss = np.sqrt(y)  #!
=== one over a difference | loss | infinite | pole | gap[0]
a = np.array([2.0]); b = np.array([2.0])
gap = a - b
loss = np.sum(1 / gap)  #!
=== perplexity overflows | loss | infinite | overflow | nll
scores = np.array([800.0, 1.0]); w = np.array([1.0, 1.0])
nll = np.mean(scores * w) * 2
loss = np.exp(nll)  #!
=== a tanh network over time forgets | Wx[0, 0] | small | shrinks | -
T = 40; xs = np.zeros((T, 2)); xs[0] = [1.0, -1.0]; target = np.array([0.1, 0.2])
Wx = rng.normal(size=(2, 2)) * 0.3; Wh = np.array([[0.3, 0.1], [-0.1, 0.25]])
h = np.zeros(2)
for t in range(T):
    h = np.tanh(xs[t] @ Wx + h @ Wh)  #!
loss = np.sum((h - target) ** 2)
=== sigmoids in ten layers | W0[0, 0] | small | shrinks | -
x = np.array([0.5, -0.2, 0.1])
W0 = rng.normal(size=(3, 3)); Ws = rng.normal(size=(12, 3, 3)) * 0.3
a = 1 / (1 + np.exp(-(x @ W0)))
for i in range(12):
    a = 1 / (1 + np.exp(-(a @ Ws[i])))  #!
loss = np.mean((a - 0.3) ** 2)
=== a saturated sigmoid | w[0] | small | shrinks | -z
x = np.array([10.0, 5.0]); w = np.array([2.0, 1.0]); t = 0.0
z = w @ x
a = 1 / (1 + np.exp(-z))  #!
loss = (a - t) ** 2
=== softmax sharpened by its scale | q[0] | small | shrinks | -
q = np.array([1.0, 0.5]); K = np.array([[30.0, 20.0], [1.0, 0.0], [0.0, -5.0]]); v = np.array([1.0, 2.0, 3.0])
s = K @ q
a = np.exp(s - s.max()) / np.exp(s - s.max()).sum()  #!
loss = (a @ v - 2.0) ** 2
=== a recurrence that explodes | Wh[0, 0] | large | grows | -
T = 25; xs = rng.normal(size=(T, 2)); target = np.zeros(2)
Wx = rng.normal(size=(2, 2)); Wh = np.array([[2.0, 0.4], [0.3, 1.9]])
h = np.zeros(2)
for t in range(T):
    h = xs[t] @ Wx + h @ Wh  #!
loss = np.sum((h - target) ** 2)
=== data that nobody scaled | w[0] | large | grows | -
X = np.array([[2104.0, 3.0], [1600.0, 3.0], [2400.0, 4.0]]); price = np.array([399900.0, 329900.0, 369000.0])
w = np.zeros(2)
pred = X @ w
loss = np.mean((pred - price) ** 2)  #!
=== weights ten times too large in a deep net | W0[0, 0] | large | grows | -
x = np.array([0.5, -0.2, 0.1])
W0 = rng.normal(size=(3, 3)); Ws = rng.normal(size=(6, 3, 3)) * 10
a = np.maximum(0.1 * (x @ W0), x @ W0)
for i in range(6):
    z = a @ Ws[i]  #!
    a = np.maximum(0.1 * z, z)
loss = np.mean(a ** 2)
=== attention in which everything is masked | loss | nan | given | scores[0, 0]
q = np.array([[1.0, 0.5]]); K = rng.normal(size=(3, 2)); V = rng.normal(size=(3, 2))
mask = np.array([0.0, 0.0, 0.0])
scores = q @ K.T
scores = np.where(mask == 1, scores, -np.inf)  #!
w = np.exp(scores - scores.max(axis=1, keepdims=True))
w = w / w.sum(axis=1, keepdims=True)
loss = np.sum((w @ V) ** 2)
=== a padded token behind a mask of its ids | E[0, 1] | zero | mask | (m[:, :, None])[0, 2, 0]
ids = np.array([[1, 2, 0], [3, 0, 0]]); E = rng.normal(size=(4, 3)); w = rng.normal(size=3)
m = (ids > 0).astype(float)
e = E[ids] * m[:, :, None]  #!
s = e.sum(axis=1) / m.sum(axis=1, keepdims=True)
loss = np.sum((s @ w) ** 2)
=== a class whose units are dead | W1 | zero | unit off | h[0, 0]
class Net:
    def __init__(self):
        self.W1 = -np.ones((2, 3)); self.W2 = np.ones((3, 1))

    def forward(self, x):
        h = x @ self.W1
        a = np.maximum(h, 0)  #!
        return a @ self.W2

net = Net()
x = np.array([[1.0, 2.0]]); t = np.array([[1.0]])
loss = np.mean((net.forward(x) - t) ** 2)
=== the cosine of a zero vector | loss | nan | undefined | u @ v
a = np.zeros(3); b = np.array([1.0, 2.0, 3.0]); W = np.eye(3)
u = W @ a; v = W @ b
cos = (u @ v) / (np.sqrt(u @ u) * np.sqrt(v @ v))  #!
loss = 1 - cos
=== a sum of exponentials that underflows | loss | infinite | pole | np.sum(np.exp(z * w))
z = np.array([-800.0, -900.0]); w = np.ones(2)
loss = np.log(np.sum(np.exp(z * w)))  #!
=== a scale behind a floor | scale | zero | never moves | w * scale
w = np.array([0.3, 1.7]); scale = np.array(4.0)
q = np.floor(w * scale)  #!
loss = np.sum((q - 1.0) ** 2)
"""

CASES = _cases()
