"""Scripts, each with what is read off it: its loss, what is learnt, its rate, and whether it climbs."""

SCRIPTS = {
    "a loss that is climbed, in single numbers": (
        """\
a, b, c, f = 2.0, -3.0, 10.0, -2.0
e = a * b
d = e + c
L = d * f
df, dd = d, f
dc = de = dd
da, db = de * b, de * a
a += 0.01 * da
b += 0.01 * db
c += 0.01 * dc
f += 0.01 * df
""",
        ("L", {"a", "b", "c", "f"}, 0.01, "low"),
    ),
    "probabilities that become a gradient in place are no parameter": (
        """\
X, W = np.array([[16.0, -6.0]]), np.array([[0.2, 0.0, 0.1], [0.1, 0.2, 0.3]])
y = np.array([2])
scores = np.exp(X @ W)
probs = scores / scores.sum(axis=1, keepdims=True)
loss = -np.log(probs[0, y]).mean()
dscores = probs.copy()
dscores[0, y] -= 1
dW = X.T @ dscores
""",
        ("loss", {"W"}, None, "low"),
    ),
    "a state carried from one pass to the next": (
        """\
rng = np.random.default_rng(0)
W, U = rng.normal(size=(3, 2)), rng.normal(size=(3, 3))
mW, mU = np.zeros((3, 2)), np.zeros((3, 3))
x, t, h = rng.normal(size=2), rng.normal(size=3), np.zeros(3)
for n in range(3):
    old = h
    h = np.tanh(W @ x + U @ old)
    loss = 0.5 * np.sum((h - t) ** 2)
    d = (h - t) * (1 - h * h)
    dW, dU = np.outer(d, x), np.outer(d, old)
    for p, g, m in zip([W, U], [dW, dU], [mW, mU]):
        m += g * g
        p -= 0.1 * g / np.sqrt(m + 1e-8)
""",
        ("loss", {"W", "U"}, 0.1, "high"),
    ),
    "a state that only goes on is not learnt, and what is called a loss is the loss": (
        """\
z, q, r, x, P = np.array([1.1, 0.9, 1.3]), 0.1, 0.5, 0.0, 1.0
loss = 0.0
for k in range(3):
    P = P + q
    S = P + r
    v = z[k] - x
    loss = loss + 0.5 * (np.log(S) + v * v / S)
    x = x + P / S * v
    P = (1 - P / S) * P
""",
        ("loss", None, None, None),
    ),
    "a state that is handed on and a loss that is added up leave no doubt of the loss": (
        """\
rng = np.random.default_rng(0)
xs, ys = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
Wx, Wh, Wy = rng.normal(size=(4, 3)), rng.normal(size=(4, 4)), rng.normal(size=(2, 4))
h, loss = np.zeros(4), 0.0
for x, y in zip(xs, ys):
    h = np.tanh(Wx @ x + Wh @ h)
    loss += np.sum((Wy @ h - y) ** 2)
""",
        ("loss", {"Wx", "Wh", "Wy"}, None, "high"),
    ),
    "a bias that starts at the whole number 0, and no loss at all": (
        """\
rng = np.random.default_rng(5)
X = rng.normal(size=(16, 3))
y = (X[:, 0] > 0).astype(int)
w, bias, lr = np.zeros(3), 0, 0.1
for _ in range(10):
    p = 1 / (1 + np.exp(-(X @ w + bias)))
    dw = X.T @ (p - y) / 16
    db = np.sum(p - y) / 16
    w -= lr * dw
    bias -= lr * db
""",
        ("the binary cross-entropy", {"w", "bias"}, 0.1, "high"),
    ),
    "a weight with a gradient by hand is learnt, though nothing moves it": (
        """\
rng = np.random.default_rng(0)
x, t = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
W, b = rng.normal(size=(3, 2)), np.zeros(2)
loss = np.mean((x @ W + b - t) ** 2)
d = 2 * (x @ W + b - t) / 8
grad_W, grad_b = x.T @ d, d.sum(axis=0)
W -= 0.2 * grad_W
""",
        ("loss", {"W", "b"}, 0.2, "high"),
    ),
    "what setattr gives is given": (
        """\
class Line:
    slope = np.array([0.3, -0.2])
line, x, t = Line(), np.ones((4, 2)), np.array([1.0, 2.0, 3.0, 2.0])
for _ in range(3):
    error = x @ line.slope - t
    loss = np.mean(error ** 2)
    setattr(line, "slope", line.slope - 0.1 * (x.T @ error))
""",
        ("loss", {"slope"}, 0.1, "high"),
    ),
    "the state of a filter is predicted and corrected, not learnt": (
        """\
F, H = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0, 0.0]])
x, P, q, r = np.array([[0.0], [1.0]]), np.eye(2), 0.05, 0.4
nll = 0.0
for z in [1.1, 2.3, 2.8, 4.2]:
    x, P = F @ x, F @ P @ F.T + q * np.eye(2)
    S = H @ P @ H.T + r
    K = P @ H.T / S
    nll += 0.5 * (np.log(S[0, 0]) + (z - H @ x)[0, 0] ** 2 / S[0, 0])
    x = x + K @ (z - H @ x)
    P = P - K @ H @ P
""",
        ("nll", None, None, "low"),
    ),
    "constants of a law are learnt where no array is": (
        """\
time = np.linspace(0, 9, 10)
counts = np.array([105.0, 84, 70, 55, 46, 41, 33, 30, 25, 24])
A, tau, c = 95.0, 4.0, 10.0
chi2 = np.sum(((counts - A * np.exp(-time / tau) - c) / np.sqrt(counts)) ** 2)
""",
        ("chi2", {"A", "tau", "c"}, None, "low"),
    ),
    "what has a row for each label is no weight": (
        """\
src = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.4]])
dst = np.array([[0.1, 0.0], [1.2, 0.1], [1.1, 1.3], [-0.1, 0.9], [0.55, 0.5]])
h = np.array([1.0, 0.1, 0.2, 0.9])
cost = np.sum((np.hstack((src, src)) @ np.concatenate((h, h)).reshape(4, 2) - dst) ** 2)
""",
        ("cost", {"h"}, None, None),
    ),
    "the T of a product is no name": (
        """\
rng = np.random.default_rng(0)
R, P, Q = rng.random((4, 3)), rng.random((4, 2)), rng.random((3, 2))
Q = Q.T
for _ in range(3):
    for i in range(4):
        for j in range(3):
            e = R[i, j] - P[i] @ Q[:, j]
            P[i] += 0.1 * e * Q[:, j]
            Q[:, j] += 0.1 * e * P[i]
""",
        (None, {"P", "Q"}, None, None),
    ),
    "a weight that nothing moves is said to be taken as fixed": (
        """\
rng = np.random.default_rng(0)
x, t = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
W1, W2 = rng.normal(size=(3, 3)), rng.normal(size=(3, 2))
h = np.tanh(x @ W1)
loss = np.mean((h @ W2 - t) ** 2)
d = 2 * (h @ W2 - t) / 8
W2 -= 0.2 * h.T @ d
""",
        ("loss", {"W2"}, 0.2, "low"),
    ),
    "single numbers of which an example steps one": (
        """\
x, t = np.array([-2.0, -1.0]), 1.0
w1, w2, w3, b1 = 1.0, 1.0, 1.0, 0.0
y = np.tanh(w3 * np.tanh(w1 * x[0] + w2 * x[1] + b1))
loss = (t - y) ** 2
dw3 = -2 * (t - y) * (1 - y**2) * np.tanh(w1 * x[0] + w2 * x[1] + b1)
w3 -= 0.1 * dw3
""",
        ("loss", {"w1", "w2", "w3", "b1"}, 0.1, "low"),
    ),
    "a formula of single numbers that one statement gives": (
        "x, y, z, w = 3.0, -4.0, 2.0, -1.0\nf = (x * y + np.maximum(z, w)) * 2\n",
        ("f", {"x", "y", "z", "w"}, None, "low"),
    ),
    "a formula that gives its names anew": (
        """\
a, b = -4.0, 2.0
c = a + b
c = c + 1 + c + (-a)
e = c - b**3
f = e**2
g = f / 2.0
g = g + 10.0 / f
""",
        ("g", {"a", "b"}, None, "low"),
    ),
    "factors that are multiplied, not stepped": (
        """\
rng = np.random.RandomState(3)
V, W, H = rng.rand(6, 5), rng.rand(6, 2), rng.rand(2, 5)
for it in range(4):
    H *= (W.T @ V) / (W.T @ W @ H)
    W *= (V @ H.T) / (W @ H @ H.T)
    err = np.linalg.norm(V - W @ H)
""",
        ("err", {"W", "H"}, None, "high"),
    ),
    "means that are computed anew from what is nearest": (
        """\
rng = np.random.RandomState(0)
X = np.vstack([rng.randn(9, 2), rng.randn(9, 2) + 4])
centres = X[[0, 15]].copy()
for step in range(4):
    d = ((X[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    inertia = d.min(axis=1).sum()
    for j in range(2):
        centres[j] = X[d.argmin(axis=1) == j].mean(axis=0)
""",
        ("inertia", {"centres"}, None, None),
    ),
    "a target that is computed from what is learnt, and held": (
        """\
Q, alpha = np.zeros((5, 2)), 0.5
for s, a, s2, r in [(0, 1, 1, -0.1), (1, 1, 2, -0.1), (2, 0, 1, -0.2), (1, 1, 2, 1.0)] * 2:
    td = r + 0.9 * np.max(Q[s2]) - Q[s, a]
    Q[s, a] += alpha * td
""",
        (
            "half the sum of squared errors, with the target held fixed",
            {"Q"},
            0.5,
            "high",
        ),
    ),
    "a velocity that looks ahead": (
        """\
X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]])
y, w, v = np.array([1.0, 0.0, 1.0]), np.zeros(2), np.zeros(2)
for it in range(4):
    p = X @ (w + 0.9 * v)
    loss = np.mean((p - y) ** 2)
    v = 0.9 * v - 0.1 * X.T @ (2 * (p - y) / 3)
    w = w + v
""",
        ("loss", {"w"}, None, None),
    ),
    "a filter of one sample at a time, whose error is no loss": (
        """\
rng = np.random.RandomState(5)
far, taps, mu = rng.randn(20), np.zeros(3), 0.1
mic = np.convolve(far, [0.5, -0.3, 0.1])
for n in range(3, 12):
    x = far[n - 2 : n + 1][::-1]
    e = mic[n] - taps @ x
    taps = taps + mu * e * x
""",
        ("half the sum of squared errors", {"taps"}, 0.1, "low"),
    ),
    "the rates of a simulation, not its state, its grid or what stands beside its step": (
        """\
t = np.linspace(0, 1, 6)
g, dt = 9.81, 0.2
speed, angle = 12.0, 0.7
seen = np.array([0.0, 1.0, 1.9, 2.6, 3.1, 3.3])
y = np.zeros(6)
v = speed * np.array([np.cos(angle), np.sin(angle)])
for k in range(5):
    v = v - dt * np.array([0.0, g])
    y[k + 1] = y[k] + dt * v[1]
loss = np.sum((y + 0.1 * t - seen) ** 2)
""",
        ("loss", {"speed", "angle"}, None, "low"),
    ),
    "a loss that is rounded for a log": (
        """\
log, w = [], np.array([0.5, -0.2, 0.1])
for it in range(4):
    train = np.sum((w - np.array([1.0, 2.0, 3.0])) ** 2)
    log.append({"loss": round(float(train), 3)})
    w = w - 0.1 * 2 * (w - np.array([1.0, 2.0, 3.0]))
""",
        ("train", {"w"}, 0.1, None),
    ),
    "errors of all samples behind one step, each gradient with its own prediction": (
        """\
points = np.array([[1.0, 2.1], [2.0, 3.9], [3.0, 6.2], [4.0, 8.1]])
m = b = 0
for turn in range(5):
    to_b = to_m = 0
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        to_b += -(2 / 4) * (y - (m * x + b))
        to_m += -(2 / 4) * x * (y - (m * x + b))
    m, b = m - 0.01 * to_m, b - 0.01 * to_b
""",
        ("half the sum of squared errors", {"m", "b"}, 0.01, "low"),
    ),
    "squares of two samples behind one step, whose outputs are shares": (
        """\
X = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [1.0, 1.0, -1.0], [0.2, 0.1, 0.9]])
T = np.array([1.0, 0.0, 1.0, 0.0])
w = np.array([0.1, -0.2, 0.3])
for turn in range(4):
    total = np.zeros(3)
    for x, t in zip(X, T):
        a = 1 / (1 + np.exp(-(x @ w)))
        total = total + (a - t) * a * (1 - a) * x
    w = w - (3.0 / 4) * total
""",
        ("half the sum of squared errors", {"w"}, None, None),
    ),
    "a policy that is drawn from its own shares": (
        """\
rng, theta, alpha = np.random.default_rng(3), np.zeros((4, 2)), 0.01
for episode in range(4):
    s = rng.normal(size=4)
    z = np.exp(s @ theta)
    p = z / z.sum()
    a = rng.choice(2, p=p)
    onehot = np.zeros(2)
    onehot[a] = 1
    theta += alpha * np.outer(s, onehot - p)
""",
        ("the cross-entropy", {"theta"}, 0.01, None),
    ),
    "a baseline is no prediction of what it is taken from": (
        """\
C, T = np.linspace(0.1, 0.9, 30).reshape(5, 6) ** 2, np.zeros((5, 6))
for turn in range(10):
    P = np.exp(T) / np.exp(T).sum()
    transported = np.sum(P * C)
    T = T - P * (C - transported)
""",
        ("transported", {"T"}, None, "high"),
    ),
}
