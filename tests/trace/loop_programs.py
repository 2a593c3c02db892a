"""Programs with loops as people write them, made at random: what repeats, what is carried, filled, listed and added up."""

from __future__ import annotations

from random import Random

HEAD = """\
import numpy as np
rng = np.random.default_rng(SEED)
T, N, H = SIZES
KIND = np.FLOAT
def draw(*shape):
    return rng.normal(size=shape).astype(KIND)
x, y, X = draw(T, H), draw(T, H), draw(N, T, H)
W, U, V, A = (0.6 * draw(H, H) for _ in range(4))
b, c, w = draw(H), draw(H), draw(H)
Ws, bs = [0.5 * draw(H, H) for _ in range(N)], [draw(H) for _ in range(N)]
tokens = [TOKENS]
def cell(v, h):
    return np.tanh(v @ W + h @ U + b)
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def squared(e):
    return np.sum(e ** 2)
"""


class Writer:
    """One random program; every loop it writes adds to ``total``."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.lines: list[str] = []
        self.depth = 0
        self.count = 0

    def text(self) -> str:
        pick = self.random
        n, t, h = pick.randint(3, 5), pick.randint(4, 7), pick.randint(3, 4)
        tokens = ", ".join(str(pick.randrange(h)) for _ in range(t))
        kind = pick.choice(["float64", "float64", "float64", "float32"])
        head = HEAD.replace("SEED", str(self.seed)).replace("SIZES", f"{t}, {n}, {h}")
        head = head.replace("TOKENS", tokens).replace("FLOAT", kind)
        self.put("total = 0.0")
        for _ in range(pick.randint(1, 3)):
            pick.choice(LOOPS)(self)
        self.put("loss = total / 3")
        return head + "\n".join(self.lines) + "\n"

    def put(self, *lines: str) -> None:
        self.lines += ["    " * self.depth + line for line in lines]

    def name(self, word: str) -> str:
        self.count += 1
        return f"{word}{self.count}"

    def pick(self, *items: str) -> str:
        return self.random.choice(items)

    def maybe(self, share: float = 0.5) -> bool:
        return self.random.random() < share

    # what stands in a body

    def vector(self, t: str = "t") -> str:
        """A vector that this turn reads from outside."""
        return self.pick(
            f"x[{t}]", f"y[{t}]", f"X[1, {t}]", f"X[:, {t}].sum(0)", f"x[{t}] * y[{t}]",
            f"x[T - 1 - {t}]", "w", f"x[{t}] * ({t} + 1)", f"x[{t}] * 0.9 ** {t}", f"A[tokens[{t}]]",
            f"x[{t}] / ({t} + 1)", f"x[{t} - 1]",
        )  # fmt: skip

    def state(self, v: str, h: str) -> str:
        """What becomes of a state that meets a vector."""
        return self.pick(
            f"np.tanh({v} @ W + {h} @ U + b)", f"cell({v}, {h})", f"sigmoid({v} @ V + {h} @ U)",
            f"{h} + 0.1 * np.tanh({v} + {h} @ A)", f"np.maximum({v} @ W + {h}, 0)",
            f"0.5 * {h} + {v}", f"np.tanh(U @ {h} + V @ {v} + c)",
        )  # fmt: skip

    def extra(self, h: str, t: str = "t") -> None:
        """A statement more in the turn."""
        match self.random.randrange(6):
            case 0:
                self.put(f"total += squared({h} - y[{t}])")
            case 1:
                self.put(f"total = total + np.sum({h} * w)")
            case 2:
                self.put(
                    f"if {t} > 1:",
                    f"    total += {self.pick('0.5', str(self.random.random()))} * np.sum({h})",
                )
            case 3:
                self.put(f"if {t} % 2 == 0:", f"    total += squared({h})")
            case _:
                pass


def recurrence(out: Writer) -> None:
    """A state through time, and what is read of it afterwards."""
    h, keep = out.name("h"), out.name("hs")
    out.put(f"{h} = {out.pick('np.zeros(H, KIND)', 'w', 'np.tanh(b)')}", f"{keep} = []")
    header = out.pick(
        "for t in range(T):", "for t in range(len(x)):", "for t in reversed(range(T)):",
        "for t, v in enumerate(x):", "for v, u, t in zip(x, y, range(T)):", "for t in range(1, T):",
    )  # fmt: skip
    out.put(header)
    out.depth += 1
    v = "v" if " v," in header or ", v " in header else out.vector()
    out.put(f"{h} = {out.state(v, h)}")
    out.extra(h)
    out.put(f"{keep}.append({h})")
    if out.maybe(0.15):
        out.put("if t == 2:", "    break")
    out.depth -= 1
    afterwards(out, h, keep)


def afterwards(out: Writer, h: str, keep: str) -> None:
    match out.random.randrange(7):
        case 0:
            out.put(f"total += squared(np.stack({keep}) @ W)")
        case 1:
            out.put(
                f"for t, one in enumerate({keep}):", "    total += squared(one - y[t])"
            )
        case 2:
            out.put(
                f"for t in reversed(range(len({keep}))):",
                f"    total = total + np.sum({keep}[t] * w) * (t + 2)",
            )
        case 3:
            out.put(f"total += np.sum({h} * w) + np.sum({keep}[0])")
        case 4:
            out.put(f"total += sum(squared(one) for one in {keep}) / 3")
        case 5:
            g = out.name("g")
            out.put(f"{g} = c", f"for one in reversed({keep}):")
            out.put(f"    {g} = {out.state('one', g)}", f"total += np.sum({g} * {h})")
        case _:
            out.put(f"total += np.sum({h})")


def two_states(out: Writer) -> None:
    """A cell with gates: two states, the one made of the other."""
    h, s, keep = out.name("h"), out.name("s"), out.name("hs")
    out.put(f"{h}, {s} = np.zeros(H, KIND), {out.pick('np.zeros(H, KIND)', 'w')}")
    out.put(f"{keep} = []", "for t in range(T):")
    out.depth += 1
    out.put(f"z = np.concatenate([{h}, {out.vector()}])[:H]", "f = sigmoid(z @ W + b)")
    out.put("i = sigmoid(z @ V + c)", "g = np.tanh(z @ U)", f"{s} = f * {s} + i * g")
    out.put(f"{h} = {out.pick('f', 'i')} * np.tanh({s})")
    out.extra(h)
    out.put(f"{keep}.append({h})")
    out.depth -= 1
    afterwards(out, h, keep)


def distance_two(out: Writer) -> None:
    """Each turn reads the last two."""
    a, b = out.name("a"), out.name("b")
    out.put(f"{a}, {b} = w, c", f"for t in range({out.pick('T', 'T + 1')}):")
    out.put(f"    {a}, {b} = {b}, np.tanh({a} @ W + {b} * 0.5 + y[t % 3])")
    out.put(f"    total += np.sum({b})" if out.maybe() else "    pass")
    out.put(f"total += np.sum({a} * {b})")


def filled(out: Writer) -> None:
    """An array filled a row a turn, rows read that were written before."""
    h = out.name("h")
    match out.random.randrange(5):
        case 0:
            out.put(f"{h} = np.zeros((T, H), KIND)", "for t in range(T):")
            out.put(f"    {h}[t] = np.tanh(x[t] @ W + {h}[t - 1] @ U)")
        case 1:
            out.put(
                f"{h} = np.zeros((T + 1, H), KIND)", f"{h}[0] = w", "for t in range(T):"
            )
            out.put(f"    {h}[t + 1] = {out.state(out.vector(), f'{h}[t]')}")
        case 2:
            out.put(f"{h} = np.zeros((H, T), KIND)", "for t in range(T):")
            out.put(f"    {h}[:, t] = np.tanh({out.vector()} @ W)", f"{h} = {h}.T")
        case 3:
            out.put(f"{h} = np.ones((2 * T, H), KIND)", "for t in range(T):")
            out.put(f"    {h}[2 * t] = x[t] @ W", f"    {h}[2 * t + 1] = y[t] @ U")
        case _:
            out.put(f"{h} = np.zeros((T, H), KIND)", "for t in range(T):")
            out.put(f"    {h}[t] += x[t] @ W", f"    {h}[t] += {h}[t] * y[t]")
    out.put(f"total += squared({h})")
    if out.maybe(0.3):
        out.put("for t in range(T):", f"    total += np.sum({h}[t] * y[t])")


def nest(out: Writer) -> None:
    """A loop in a loop."""
    z = out.name("z")
    match out.random.randrange(6):
        case 0:
            out.put(
                f"{z} = np.zeros(N, KIND)",
                "for i in range(N):",
                "    for j in range(H):",
            )
            out.put(f"        {z}[i] += X[i, 0, j] * w[j]", f"total += squared({z})")
        case 1:
            out.put(
                "for n in range(N):",
                f"    {z} = np.zeros(H, KIND)",
                "    for t in range(T):",
            )
            out.put(
                f"        {z} = cell(X[n, t], {z})",
                f"    total += squared({z} - y[n % 3])",
            )
        case 2:
            out.put(f"{z} = np.zeros((T - 1, H - 1), KIND)", "for i in range(T - 1):")
            out.put(
                "    for j in range(H - 1):",
                f"        {z}[i, j] = np.sum(x[i:i + 2, j:j + 2] * A[:2, :2])",
            )
            out.put(f"total += squared({z})")
        case 3:
            out.put(
                "for i in range(T):", f"    {z} = 0.0", "    for j in range(i + 1):"
            )
            out.put(
                f"        {z} += np.tanh(x[i] @ y[j]) * x[j]",
                f"    total += np.sum({z})",
            )
        case 4:
            out.put(
                f"{z} = [[np.sum(x[i] * X[k, i]) for i in range(T)] for k in range(N)]"
            )
            out.put(f"total += squared(np.array({z}))")
        case _:
            out.put(
                "for n in range(N):",
                "    for t in range(T):",
                "        total += np.sum(X[n, t] * x[t])",
            )


def layers(out: Writer) -> None:
    """Weights out of lists."""
    h = out.name("h")
    out.put(f"{h} = {out.pick('x', 'x[0]', 'y * 0.5')}")
    header = out.pick(
        "for M, d in zip(Ws, bs):",
        "for M, d in zip(reversed(Ws), bs):",
        "for l in range(N):",
    )
    m, d = ("Ws[l]", "bs[l]") if " l " in header else ("M", "d")
    out.put(header, f"    {h} = np.tanh({h} @ {m} + {d})", f"total += squared({h})")
    if out.maybe(0.3):
        out.put("for M in Ws:", "    total += 0.01 * np.sum(M ** 2)")


def descent(out: Writer) -> None:
    """Gradient descent written out, its steps told from one another by nothing."""
    v = out.name("v")
    out.put(f"{v}, rate = w, 0.1", f"for step in range({out.pick('3', '5', 'T')}):")
    out.put(f"    error = x @ {v} - y[:, 0]", f"    {v} = {v} - rate * x.T @ error / 3")
    if out.maybe(0.3):
        out.put("    rate = rate * 0.9")
    out.put(f"total += squared({v})")


def comprehension(out: Writer) -> None:
    e = out.name("errors")
    out.put(f"{e} = [squared(x[t] @ W - y[t]) for t in range({out.pick('T', '3')})]")
    out.put(
        out.pick(
            f"total += sum({e}) / 3",
            f"total += np.mean({e})",
            f"total += {e}[0] + {e}[-1]",
        )
    )


def scalars(out: Writer) -> None:
    """Entries one by one."""
    s = out.name("s")
    out.put(f"{s} = 0.0", "t = 0", "while t < T:")
    out.put(
        f"    {s} = {s} * 0.5 + x[t, 0] * {out.pick('y[t, 1]', 'w[0]', '0.5 ** t')}",
        "    t += 1",
    )
    out.put(f"total += {s} ** 2")


LOOPS = (
    recurrence, recurrence, recurrence, two_states, distance_two, filled, filled, nest, nest, layers, descent,
    comprehension, scalars,
)  # fmt: skip


def loop_program(seed: int) -> str:
    """The source of one random program."""
    return Writer(seed).text()
