"""Seconds for one training step (forward, backward, SGD) of PERFORMANCE's six networks, beside other ways.

Every way computes the same step: a ReLU network in float32, softmax or sigmoid cross-entropy, on data that is
already there. The ways take turns, so that a busy machine slows them alike; the number is the median of the
rounds. Before anything is timed, every way must reach the same loss after five steps.

    python benchmarks/steps.py [--cases article,toy] [--rounds 15] [--json results.json]

On an accelerator, with products in single precision and as JAX and PyTorch would round them there:

    ways="chainrule jax,JAX scan,PyTorch graph,NumPy by hand"
    python benchmarks/steps.py --ways "$ways" --epoch 512 --steps 4096 --rounds 5
    JAX_DEFAULT_MATMUL_PRECISION=tensorfloat32 python benchmarks/steps.py … --tolerance 1e-2
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chainrule import nn
from chainrule.engines.stretch import Rows, Trouble
from chainrule.nn.layers import Dense
from chainrule.train.loop.training_step import Limits
from chainrule.train.model.compiled import Plan

RATE = 0.01
DISPATCHED = [32, 16384]
"""How many steps a call of XLA has at the least and at the most: Python and a device wait for each other in between."""


@dataclass(frozen=True)
class Case:
    """A network and a batch."""

    name: str
    sizes: tuple[int, ...]
    batch: int


CASES = (
    Case("article", (3, 2, 1), 1),
    Case("toy", (2, 16, 16, 1), 32),
    Case("digits", (64, 64, 32, 10), 32),
    Case("mnist", (784, 128, 10), 128),
    Case("deep", (784, 512, 512, 10), 256),
    Case("wide", (1024, 2048, 2048, 1000), 512),
)


def numbers(case):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(case.batch, case.sizes[0])).astype(np.float32)
    labels = rng.integers(0, max(case.sizes[-1], 2), case.batch)
    Y = labels[:, None] if case.sizes[-1] == 1 else np.eye(case.sizes[-1])[labels]
    weights = [
        (rng.normal(size=shape) * np.sqrt(2 / shape[0])).astype(np.float32)
        for shape in zip(case.sizes, case.sizes[1:], strict=False)
    ]
    return X, Y.astype(np.float32), weights


def planned(case):
    """The network's training step, and the arrays that it begins with."""
    X, Y, weights = numbers(case)
    last, loss, kind = (
        ("sigmoid", "binary_cross_entropy", "0/1")
        if case.sizes[-1] == 1
        else ("softmax", "categorical_cross_entropy", "one-hot")
    )
    hidden = [Dense(size, "relu") for size in case.sizes[1:-1]]
    plan = Plan(
        (*hidden, Dense(case.sizes[-1], last)),
        case.sizes[:1],
        nn.loss_of(loss),
        kind,
        "float32",
    )
    step = plan.step(nn.optimizer("sgd", RATE), Limits(), weighted=False)
    live = {"X": X, "Y": Y, "learning_rate": RATE}
    for number, W in enumerate(weights, 1):
        live |= {f"W{number}": W, f"b{number}": np.zeros(W.shape[1], np.float32)}
    return step, live


def times(case, least=1, most=1024):
    """How many batches an epoch has, of the same one over and over: as long as they stay in a near cache."""
    return min(max(2**19 // (4 * case.batch * case.sizes[0]), least), most)


def whole_epochs(case, engine, least=1, most=1024) -> Callable[[int], float]:
    """An engine that takes whole epochs: many steps in one call."""
    step, live = planned(case)
    rows, n_batches = Rows(("X", "Y", "weight"), {}), times(case, least, most)
    made = step.by(engine, rows, case.batch, even=True)
    if isinstance(made, Trouble):
        raise SystemExit(made.message)
    arrays = {name: np.array(array) for name, array in live.items()}
    for name in ("X", "Y"):
        arrays[name] = np.concatenate([arrays[name]] * n_batches)
    epochs, rates = made.epochs(arrays, (0, 0)), np.full(n_batches, RATE)
    epochs.hold(arrays)

    def many(n_steps):
        done, loss = 0, 0.0
        while done < n_steps:
            last = min(n_batches, n_steps - done)
            losses, _ = epochs.advance(
                0, last, epoch=0, step=1, rates=rates, order=None
            )
            done, loss = done + len(losses), losses[-1]
        return float(loss)

    return many


def chainrule_c(case) -> Callable[[int], float]:
    """The C engine."""
    return whole_epochs(case, "c")


def chainrule_jax(case) -> Callable[[int], float]:
    """The JAX engine, on the device that JAX finds."""
    return whole_epochs(case, "jax", *DISPATCHED)


def chainrule_numpy(case) -> Callable[[], float]:
    """The numpy engine: the emitted text of the training step, called."""
    step, live = planned(case)
    names, function = step.inputs, step.repeated()

    def once():
        loss, *new = function(*[live[name] for name in names])
        live.update(zip(step.outputs[1:], new, strict=True))
        return float(loss)

    return once


def numpy_by_hand(case) -> Callable[[], float]:
    """What a careful person writes in NumPy, updating in place."""
    X, Y, weights = numbers(case)
    Ws, bs = (
        [W.copy() for W in weights],
        [np.zeros(W.shape[1], np.float32) for W in weights],
    )
    n, one = len(X), case.sizes[-1] == 1

    def once():
        hs = [X]
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            z = hs[-1] @ W
            z += b
            hs.append(np.maximum(0, z))
        z = hs[-1] @ Ws[-1] + bs[-1]
        if one:
            p = 1 / (1 + np.exp(-z))
            loss = np.mean(np.maximum(z, 0) - z * Y + np.log1p(np.exp(-np.abs(z))))
        else:
            z -= z.max(axis=1, keepdims=True)
            p = np.exp(z)
            total = p.sum(axis=1, keepdims=True)
            p /= total
            loss = np.mean(np.log(total[:, 0]) - np.sum(Y * z, axis=1))
        d = (p - Y) / n
        for place in range(len(Ws) - 1, -1, -1):
            dW, db = hs[place].T @ d, d.sum(axis=0)
            if place:
                d = d @ Ws[place].T
                d *= hs[place] > 0
            Ws[place] -= RATE * dW
            bs[place] -= RATE * db
        return float(loss)

    return once


def torch_step(case, device):
    """A step of PyTorch with its own SGD, and the arrays and the network that it is of."""
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    rough = os.environ.get("JAX_DEFAULT_MATMUL_PRECISION") == "tensorfloat32"
    torch.set_float32_matmul_precision("high" if rough else "highest")
    X, Y, weights = numbers(case)
    layers = []
    for W in weights:
        linear = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.zero_()
        layers += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1]).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    x, y = torch.from_numpy(X).to(device), torch.from_numpy(Y).to(device)
    one = case.sizes[-1] == 1
    loss_of = torch.nn.BCEWithLogitsLoss() if one else torch.nn.CrossEntropyLoss()

    def once():
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return once, model


def torch_eager(case) -> Callable[[], float]:
    """PyTorch, eager."""
    once, _ = torch_step(case, "cpu")
    return lambda: float(once().detach())


def torch_graph(case) -> Callable[[int], float] | None:
    """PyTorch's step captured as a CUDA graph and replayed, where there is CUDA."""
    import torch

    if not torch.cuda.is_available():
        return None
    once, model = torch_step(case, "cuda")
    start = [one.detach().clone() for one in model.parameters()]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            once()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = once()
    with torch.no_grad():
        for parameter, kept in zip(model.parameters(), start, strict=True):
            parameter.copy_(kept)

    def many(n_steps):
        for _ in range(n_steps):
            graph.replay()
        return float(loss.detach())

    return many


def jax_step(case):
    """The step by ``jax.grad``, and the parameters that it begins with."""
    import jax
    import jax.numpy as jnp

    _, _, weights = numbers(case)
    one = case.sizes[-1] == 1

    def loss_of(parameters, batch):
        h, Y = batch
        for W, b in parameters[:-1]:
            h = jnp.maximum(0, h @ W + b)
        z = h @ parameters[-1][0] + parameters[-1][1]
        if one:
            return jnp.mean(jnp.logaddexp(0, z) - z * Y)
        return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.sum(z * Y, axis=1))

    @jax.jit
    def step(parameters, batch):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, batch)
        return loss, jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients)

    return step, [(jnp.asarray(W), jnp.zeros(W.shape[1], jnp.float32)) for W in weights]


def jax_jit(case) -> Callable[[], float]:
    """JAX: the step under jit, called from Python."""
    step, parameters = jax_step(case)
    X, Y, _ = numbers(case)
    state = [parameters]

    def once():
        loss, state[0] = step(state[0], (X, Y))
        return float(loss)

    return once


def jax_scan(case) -> Callable[[int], float]:
    """JAX: an epoch of batches under jit and scan."""
    import jax
    import jax.numpy as jnp

    step, parameters = jax_step(case)
    X, Y, _ = numbers(case)
    Xs, Ys = (jnp.asarray(np.stack([one] * times(case, *DISPATCHED))) for one in (X, Y))
    state = [parameters]

    @jax.jit
    def epoch(parameters, batches):
        def one(parameters, batch):
            loss, parameters = step(parameters, batch)
            return parameters, loss

        return jax.lax.scan(one, parameters, batches)

    def many(n_steps):
        done, losses = 0, None
        while done < n_steps:
            last = min(len(Xs), n_steps - done)
            some = (Xs, Ys) if last == len(Xs) else (Xs[:last], Ys[:last])
            state[0], losses = epoch(state[0], some)
            losses = np.asarray(losses)
            done += last
        return float(losses[-1])

    return many


def scikit_learn(case) -> Callable[[], float]:
    """scikit-learn's partial_fit on one batch, its own checks included."""
    from sklearn.neural_network import MLPClassifier

    X, Y, weights = numbers(case)
    y = Y[:, 0].astype(int) if Y.shape[1] == 1 else Y.argmax(axis=1)
    classes = np.arange(max(case.sizes[-1], 2))
    model = MLPClassifier(
        case.sizes[1:-1], solver="sgd", learning_rate_init=RATE, momentum=0, alpha=0,
        batch_size=case.batch, shuffle=False,
    )  # fmt: skip
    model.partial_fit(X, y, classes=classes)
    model.coefs_ = [W.copy() for W in weights]
    model.intercepts_ = [np.zeros(W.shape[1], np.float32) for W in weights]
    model._optimizer.params = model.coefs_ + model.intercepts_  # noqa: SLF001 - so that it starts where the others do

    def once():
        model.partial_fit(X, y)
        return float(model.loss_)

    return once


def repeated(once) -> Callable[[int], float]:
    """A step called so many times from Python."""

    def many(n_steps):
        for _ in range(n_steps - 1):
            once()
        return once()

    return many


WAYS = {
    "chainrule c": (chainrule_c, "numpy"),
    "chainrule jax": (chainrule_jax, "jax"),
    "chainrule numpy": (chainrule_numpy, "numpy"),
    "NumPy by hand": (numpy_by_hand, "numpy"),
    "PyTorch eager": (torch_eager, "torch"),
    "PyTorch graph": (torch_graph, "torch"),
    "JAX jit": (jax_jit, "jax"),
    "JAX scan": (jax_scan, "jax"),
    "scikit-learn": (scikit_learn, "sklearn"),
}

AT_ONCE = (chainrule_c, chainrule_jax, jax_scan, torch_graph)
"""The ways that take many steps in one call."""


def measured(case, asked, rounds, budget, *, cpu=False, tolerance=1e-4, steps=0):
    """Median microseconds of a step for every way that is installed, taking turns."""
    ways = {}
    for name, (make, module) in WAYS.items():
        if name in asked and importlib.util.find_spec(module) is not None:
            made = make(case)
            if made is None:
                continue
            ways[name] = made if make in AT_ONCE else repeated(made)
    losses = {name: many(5) for name, many in ways.items()}
    true = losses["NumPy by hand"]
    wrong = {
        name: loss
        for name, loss in losses.items()
        if abs(loss - true) > tolerance * max(abs(true), 1)
    }
    if wrong:
        message = f"{case.name}: not the same training: {losses}"
        raise SystemExit(message)
    start = time.perf_counter()
    ways["NumPy by hand"](1)
    n_steps = max(
        int(budget / rounds / max(time.perf_counter() - start, 1e-6) / len(ways)), 1
    )
    if steps:
        # whole calls of what is quick, and nothing of what would take all the time
        length = times(case, *DISPATCHED)
        n_steps = max(steps // length, 1) * length
        del ways["NumPy by hand"]
    taken = {name: [] for name in ways}
    for _ in range(rounds):
        for name, many in ways.items():
            start = time.process_time() if cpu else time.perf_counter()
            many(n_steps)
            end = time.process_time() if cpu else time.perf_counter()
            taken[name].append((end - start) / n_steps)
    return {name: 1e6 * statistics.median(one) for name, one in taken.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default=",".join(case.name for case in CASES))
    parser.add_argument("--ways", default=",".join(WAYS), help="with NumPy by hand")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="about how long to measure each case"
    )
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, for a machine that others use too"
    )
    parser.add_argument(
        "--tolerance", type=float, default=1e-4, help="1e-2 for products in 11 bits"
    )
    parser.add_argument(
        "--steps", type=int, default=0, help="about how many a round, without NumPy"
    )
    parser.add_argument(
        "--epoch", type=int, default=DISPATCHED[0], help="at least in a call of XLA"
    )
    parser.add_argument("--json")
    options = parser.parse_args()
    wanted, asked = options.cases.split(","), options.ways.split(",")
    DISPATCHED[0] = options.epoch
    results = {}
    print(
        f"microseconds a step, medians of {options.rounds} rounds; {platform.machine()}, {os.cpu_count()} cores"
    )
    for case in CASES:
        if case.name not in wanted:
            continue
        found = measured(
            case, asked, options.rounds, options.seconds,
            cpu=options.cpu, tolerance=options.tolerance, steps=options.steps,
        )  # fmt: skip
        results[case.name] = dict(found)
        listed = "  ".join(f"{name} {number:.1f}" for name, number in found.items())
        ours = next(iter(found))
        compiled = found.pop(ours)
        ratios = "  ".join(
            f"{name} {number / compiled:.2f}" for name, number in found.items()
        )
        print(
            f"{case.name:8} {listed}\n{'':8} as multiples of {ours}: {ratios}",
            flush=True,
        )
    if options.json:
        told = {"microseconds": results, "cores": os.cpu_count()}
        Path(options.json).write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
