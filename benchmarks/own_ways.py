"""A training step by the engines of chainrule, and how steps are called: once at a time, or in stretches."""

import numpy as np


def repeated(once):
    """A step called so many times from Python."""

    def many(n_steps):
        for _ in range(n_steps - 1):
            once()
        return once()

    return many


def in_stretches(longest, stretch):
    """Many steps in few calls; ``stretch`` takes at most so many."""

    def many(n_steps):
        loss = 0.0
        while n_steps:
            count = min(longest, n_steps)
            loss, n_steps = stretch(count), n_steps - count
        return loss

    # XLA compiles each length anew
    many.unit = longest
    return many


def planned(case):
    """Our training step, and the arrays that it begins with."""
    from chainrule import nn
    from chainrule.nn.layers import Dense
    from chainrule.train.loop.training_step import StepLimits
    from chainrule.train.model.compiled import NetworkPlan

    X, Y, parameters = case.arrays()
    last, loss, kind = (
        ("sigmoid", "binary_cross_entropy", "0/1")
        if case.one
        else ("softmax", "categorical_cross_entropy", "one-hot")
    )
    hidden = [Dense(size, case.activation) for size in case.sizes[1:-1]]
    layers = (*hidden, Dense(case.sizes[-1], last))
    plan = NetworkPlan(layers, case.sizes[:1], nn.loss_of(loss), kind, case.dtype)
    optimizer = nn.optimizer(case.optimizer, case.rate)
    step = plan.step(optimizer, StepLimits(), weighted=False)
    live = {"X": X, "Y": Y}
    for number, (W, b) in enumerate(zip(parameters[::2], parameters[1::2], strict=True), 1):  # fmt: skip
        live |= {f"W{number}": W, f"b{number}": b}
    live |= optimizer.start({name: live[name] for name in live if name not in "XY"})
    return step, live


def ours(engine, least=1, most=1024):
    """An engine of ours that takes whole epochs."""

    def make(case):
        from chainrule.engines.stretch import Rows, Trouble

        step, live = planned(case)
        n_batches = case.times(least, most)
        arrays = {name: np.array(array) for name, array in live.items()}
        for name in ("X", "Y"):
            arrays[name] = np.concatenate([arrays[name]] * n_batches)
        rates = np.full(n_batches, case.rate)
        kept, done = [], [0]

        def stretch(count):
            if not kept:
                rows = Rows(("X", "Y", "weight"), {})
                made = step.by(engine, rows, case.batch, even=True)
                if isinstance(made, Trouble):
                    raise RuntimeError(made.message)
                kept.append(made.epochs(arrays, (0, 0)))
                kept[0].hold(arrays)
            first, loss = 0, 0.0
            while first < count:
                losses, _ = kept[0].advance(
                    first, count, epoch=0, step=done[0] + 1, rates=rates, order=None
                )
                first, loss = first + len(losses), losses[-1]
                done[0] += len(losses)
            return float(loss)

        return in_stretches(n_batches, stretch)

    return make


def chainrule_numpy(case):
    """The text of our step for NumPy, called."""
    step, live = planned(case)
    live |= {"learning_rate": np.asarray(case.rate, case.dtype), "t": 0}
    function = step.repeated()

    def once():
        live["t"] = np.asarray(live["t"] + 1, case.dtype)
        loss, *new = function(*[live[name] for name in step.inputs])
        live.update(zip(step.outputs[1:], new, strict=True))
        return float(loss)

    return repeated(once)
