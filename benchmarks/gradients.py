"""Microseconds of a value with its gradient, by ``value_and_grad``, autograd, JAX (jitted) and by hand, side by side.

By size of an array, by number of lines, and for a loss of three layers; each way in a process of its own, taking turns,
once all have given the same value and gradient. The first call derives, or compiles, and is told apart.

    python benchmarks/gradients.py [--cases rosenbrock-100,lines-1000] [--json FILE]
    python benchmarks/gradients.py --cases lines-10000,lines-100000 --ways chainrule,autograd --rounds 3
"""

import functools
import importlib
import importlib.util
import sys

import numpy as np
from turns import arguments, keep, machine, serve, shown, table, take_turns

CASES = (
    *(f"rosenbrock-{n}" for n in (2, 100, 10_000, 1_000_000)),
    "network-8",
    "network-64",
    *(f"lines-{n}" for n in (30, 300, 3000)),
)
PATIENCE = 3000
"""Lines beyond which XLA would compile for minutes."""
BARS = {"rosenbrock-2": 10, "rosenbrock-100": 10, "network-8": 10, "rosenbrock-10000000": 1 / 1.5}  # fmt: skip
"""How many times as long autograd should take."""


def rosenbrock(np, _):
    """Rosenbrock's function, of as many numbers as it is given."""

    def value(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return value


def rosenbrock_by_hand(_):
    def both(x):
        gap, one = x[1:] - x[:-1] ** 2, 1 - x[:-1]
        slope = np.zeros_like(x)
        slope[1:] += 200 * gap
        slope[:-1] -= 400 * gap * x[:-1] + 2 * one
        return np.sum(100 * gap**2 + one**2), slope

    return both


SHAPES = ((8, 16), (16,), (16, 8), (8,), (8, 1), (1,))


@functools.cache
def samples(n):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, 8)), rng.normal(size=(n, 1))


def network(np, n):
    """The squared error of three layers on n samples, all weights in one array, as SciPy's minimize wants them."""
    X, y = samples(n)

    def value(flat):
        h, place = X, 0
        parameters = []
        for shape in SHAPES:
            size = shape[0] * (shape[1] if len(shape) > 1 else 1)
            parameters.append(flat[place : place + size].reshape(shape))
            place += size
        W1, b1, W2, b2, W3, b3 = parameters
        h = np.tanh(h @ W1 + b1)
        h = np.tanh(h @ W2 + b2)
        return np.mean((h @ W3 + b3 - y) ** 2)

    return value


def network_by_hand(n):
    X, y = samples(n)
    ends = np.cumsum([int(np.prod(shape)) for shape in SHAPES])[:-1]

    def both(flat):
        parts = np.split(flat, ends)
        W1, b1, W2, b2, W3, b3 = (part.reshape(shape) for part, shape in zip(parts, SHAPES, strict=True))  # fmt: skip
        h1 = np.tanh(X @ W1 + b1)
        h2 = np.tanh(h1 @ W2 + b2)
        error = h2 @ W3 + b3 - y
        d3 = 2 / error.size * error
        d2 = d3 @ W3.T * (1 - h2 * h2)
        d1 = d2 @ W2.T * (1 - h1 * h1)
        slopes = (X.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0))
        return np.mean(error**2), np.concatenate([slope.ravel() for slope in slopes])

    return both


def lines(np, n):
    """So many lines, each of the one before."""

    def value(x):
        h = x
        for _ in range(n // 3):
            h = np.exp(-h * x)
        return np.sum(h)

    return value


def lines_by_hand(n):
    def both(x):
        hs = [x]
        for _ in range(n // 3):
            hs.append(np.exp(-hs[-1] * x))
        back, slope = np.ones_like(x), np.zeros_like(x)
        for before, after in zip(hs[-2::-1], hs[:0:-1], strict=True):
            back = back * after
            slope -= back * before
            back = back * -x
        return np.sum(hs[-1]), slope + back

    return both


def start(kind, n):
    """Where the gradient is asked for."""
    sizes = {"network": sum(int(np.prod(shape)) for shape in SHAPES), "lines": 10}
    return np.random.default_rng(0).uniform(0.2, 0.8, sizes.get(kind, n))


PROGRAMS = {
    "rosenbrock": (rosenbrock, rosenbrock_by_hand),
    "network": (network, network_by_hand),
    "lines": (lines, lines_by_hand),
}


def by_chainrule(kind, n):
    import chainrule

    return chainrule.value_and_grad(PROGRAMS[kind][0](np, n))


def by_autograd(kind, n):
    import autograd.numpy as anp
    from autograd import value_and_grad

    return value_and_grad(PROGRAMS[kind][0](anp, n))


def by_jax(kind, n):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    both = jax.jit(jax.value_and_grad(PROGRAMS[kind][0](jnp, n)))

    def called(x):
        value, slope = both(x)
        return float(value), np.asarray(slope)

    return called


def by_hand(kind, n):
    return PROGRAMS[kind][1](n)


WAYS = {
    "chainrule": (by_chainrule, "chainrule"),
    "autograd": (by_autograd, "autograd"),
    "JAX": (by_jax, "jax"),
    "by hand": (by_hand, "numpy"),
}


def parted(case):
    kind, _, n = case.partition("-")
    return kind, int(n or 0)


def calls(way, case):
    """A value with its gradient, so many times; what comes out, in three numbers."""
    kind, n = parted(case)
    both, x = WAYS[way][0](kind, n), start(kind, n)

    def many(times):
        for _ in range(times):
            value, slope = both(x)
        return [float(value), float(np.sum(slope)), float(np.sum(slope * slope))]

    return many


def measured(case, options):
    """What each way took."""
    kind, n = parted(case)
    asked = {
        name for name in options.ways.split(",")
        if importlib.util.find_spec(WAYS[name][1])
        and not (name == "JAX" and kind == "lines" and n > PATIENCE)
    }  # fmt: skip
    commands = {name: [sys.executable, __file__, "--worker", name, case] for name in WAYS if name in asked}  # fmt: skip
    times, _ = take_turns(commands, rounds=options.rounds, seconds=options.seconds, threads=options.threads)  # fmt: skip
    true = next(iter(times.values())).result
    for name, one in times.items():
        if not np.allclose(one.result, true, rtol=1e-9):
            message = f"{case}: not the same gradient by {name}: {one.result}, {true}"
            raise SystemExit(message)
    return times


def main():
    parser = arguments(__doc__, rounds=11, seconds=4)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--worker", nargs=2, help="(how it starts itself)")
    options = parser.parse_args()
    if options.worker:
        serve(lambda: calls(*options.worker))
        return
    print(machine(), flush=True)
    found, rows = {}, []
    for case in options.cases.split(","):
        times = found[case] = measured(case, options)
        ours, ways = times["chainrule"], list(WAYS)

        def told(number, names, times=times):
            return [shown(number(times[way])) if way in times else "" for way in names]

        row = [case, *told(lambda one: 1e6 * one.spread()[0], ways), *told(ours.ratio, ways[1:])]  # fmt: skip
        row.append(shown(BARS[case]) if case in BARS else "")
        row += told(lambda one: one.first_cpu, ways[:3])
        row += told(lambda one: one.peak, ways[:2])
        rows.append(row)
        print(row, flush=True)
    head = ["", *(f"{way}, µs" for way in WAYS), *(f"{way} ÷ ours" for way in list(WAYS)[1:]), "bar for autograd"]  # fmt: skip
    head += [f"first call, {way}, CPU s" for way in list(WAYS)[:3]]
    head += [f"peak, {way}, MiB" for way in list(WAYS)[:2]]
    text = table(head, rows)
    print(f"\n{text}")
    kept = {case: {way: vars(one) for way, one in times.items()} for case, times in found.items()}  # fmt: skip
    keep(options, "gradients", text, kept)


if __name__ == "__main__":
    main()
