"""Microseconds of a training step, by every engine of ours and every peer that is installed, side by side.

Each way has a process of its own; all have the same numbers, and must have the same loss after five steps before
anything is timed. They take turns, and a ratio is the median over turns. Beside it, the same for CPU time.

    python benchmarks/training.py [--cases article,toy] [--rounds 15] [--write docs/performance.md]
    python benchmarks/training.py --layers 64-64-10 --batch 32 --optimizer adam --activation tanh --dtype float64
    python benchmarks/training.py --fit

With ``--fit``, seconds to fit scikit-learn's digits: our MLPClassifier beside scikit-learn's own, told the same, and
both in new processes too. On an accelerator, with products as JAX and PyTorch would round them there:

    ways="chainrule jax,JAX scan,PyTorch graph,NumPy by hand"
    JAX_DEFAULT_MATMUL_PRECISION=tensorfloat32 python benchmarks/training.py --ways "$ways" --epoch 512 --tolerance 1e-2
"""

import importlib.util
import json
import os
import sys
import tempfile
import warnings
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from peers import ACTIVATIONS, DISPATCHED, WAYS
from timed_case import RATE, Case
from turns import (  # fmt: skip
    Worker,
    arguments,
    environment,
    keep,
    machine,
    serve,
    shown,
    table,
    take_turns,
)

CASES = (
    Case("article", (3, 2, 1), 1),
    Case("toy", (2, 16, 16, 1), 32),
    Case("digits", (64, 64, 32, 10), 32),
    Case("mnist", (784, 128, 10), 128),
    Case("deep", (784, 512, 512, 10), 256),
    Case("wide", (1024, 2048, 2048, 1000), 512),
)
BARS = {
    "article": 1.8, "toy": 5, "digits": 2.2, "mnist": 1.3, "deep": 1.05, "wide": 1.0, "fit": 5, "first fit": 4,
}  # fmt: skip
FITS = {
    "(100,) adam": {"hidden_layer_sizes": (100,)},
    "(64, 32) adam": {"hidden_layer_sizes": (64, 32)},
    "(64, 32) adam, 32 a batch": {"hidden_layer_sizes": (64, 32), "batch_size": 32},
}


def fitting(way, name, epochs):
    """A fit of digits by an estimator, as a function of how often; it gives loss and accuracy."""
    from sklearn.datasets import load_digits
    from sklearn.exceptions import ConvergenceWarning

    module = importlib.import_module(way)
    X, y = load_digits(return_X_y=True)
    told = {**FITS[name], "max_iter": epochs, "tol": 0, "n_iter_no_change": epochs}
    warnings.simplefilter("ignore", ConvergenceWarning)

    def many(times):
        for _ in range(times):
            model = module.MLPClassifier(**told, random_state=0).fit(X / 16, y)
        return [float(model.loss_), float(model.score(X / 16, y))]

    return many


def command(options, *said):
    """What starts a worker of this file."""
    return [sys.executable, __file__, "--epoch", str(options.epoch), "--worker", *said]


def differing(times, tolerance, true):
    """The ways whose loss is not the true one."""
    return {
        name: one.result
        for name, one in times.items()
        if name != "products alone"
        and not np.allclose(one.result, true, rtol=tolerance, atol=tolerance)
    }


def measured(case, options):
    """What each way took for one case."""
    asked = options.ways.split(",")
    commands = {
        name: command(options, name, json.dumps(asdict(case)))
        for name, (_, module) in WAYS.items()
        if name in asked and importlib.util.find_spec(module)
    }
    times, failed = take_turns(
        commands, rounds=options.rounds, seconds=options.seconds, threads=options.threads,
        tell=lambda text: print(text, flush=True),
    )  # fmt: skip
    if "NumPy by hand" in times:
        wrong = differing(times, options.tolerance, times["NumPy by hand"].result)
        if wrong:
            message = f"{case.name}: not the same training: {wrong}, but {times['NumPy by hand'].result}"
            raise SystemExit(message)
    return times, failed


def told(name, case, times):
    """A table of one case, and a line of the summary."""
    engines = [way for way in times if way.startswith("chainrule")]
    best = min(engines, key=lambda way: times[way].spread()[0])
    peers = [way for way in times if way not in {*engines, "products alone"}]
    rows = []
    for way, one in times.items():
        middle, low, high = (shown(1e6 * number) for number in one.spread())
        cpu = shown(1e6 * np.median(one.cpu))
        ratio, of_cpu = (shown(times[best].ratio(one, kind)) for kind in ("wall", "cpu"))  # fmt: skip
        rows.append([way, middle, f"{low} to {high}", cpu, ratio, of_cpu, shown(one.setup), shown(one.first), shown(one.peak)])  # fmt: skip
    head = ["", "µs a step", "quartiles", "CPU µs", f"÷ {best}", "of CPU", "ready, s", "first step, s", "peak, MiB"]  # fmt: skip
    layers = "-".join(map(str, case.sizes))
    title = f"**{name}**: {layers}, {case.batch} a batch, {case.activation}, {case.optimizer}, {case.dtype}"  # fmt: skip
    line = [name, layers, str(case.batch), best, shown(1e6 * times[best].spread()[0])]
    for kind in ("wall", "cpu"):
        # the peer that is quickest beside ours, not the one whose median is
        ratios = {way: times[best].ratio(times[way], kind) for way in peers}
        nearest = min(ratios, key=ratios.get) if ratios else "none"
        line += [nearest, shown(ratios.get(nearest, np.nan))]
    share = 1 if (case.optimizer, case.activation, case.dtype) == ("sgd", "relu", "float32") else 2 / 3  # fmt: skip
    bar = BARS.get(name.partition(" ")[0])
    line.append(shown(bar * share) if bar else "")
    return f"{title}\n\n{table(head, rows)}", line


def figure(path, found):
    """Bars by case: how many times as long as our best engine each way took, on a scale of powers of ten."""
    from matplotlib import pyplot as plt

    ways = dict.fromkeys(way for times in found.values() for way in times)
    drawn, axes = plt.subplots(figsize=(9, 1 + 0.9 * len(found)))
    for place, way in enumerate(ways):
        given = [(k, times) for k, times in enumerate(found.values()) if way in times]
        best = [min(times[one].spread()[0] for one in times if one.startswith("chain")) for _, times in given]  # fmt: skip
        heights = [times[way].spread()[0] / own for (_, times), own in zip(given, best, strict=True)]  # fmt: skip
        where = [k + 0.8 * place / len(ways) for k, _ in given]
        axes.barh(where, heights, 0.8 / len(ways), label=way, left=0)
    axes.set(xscale="log", xlabel="times as long as our quickest engine")
    axes.set_yticks([k + 0.4 for k in range(len(found))], list(found))
    axes.axvline(1, color="black", linewidth=0.5)
    axes.invert_yaxis()
    axes.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
    drawn.savefig(path, bbox_inches="tight", metadata={"Date": None})


def steps(options):
    """Measure the cases, print and keep what was found."""
    cases = [case for case in CASES if case.name in options.cases.split(",")]
    if options.layers:
        sizes = tuple(map(int, options.layers.split("-")))
        cases = [Case(options.layers, sizes, options.batch)]
    variant = {name: getattr(options, name) for name in ("dtype", "optimizer", "activation")}  # fmt: skip
    found, parts, lines, out_of_reach = {}, [], [], {}
    for plain in cases:
        case = replace(plain, **variant)
        found[case.name], failed = measured(case, options)
        out_of_reach |= failed
        part, line = told(case.name, case, found[case.name])
        parts.append(part)
        lines.append(line)
        print(f"\n{part}", flush=True)
    head = ["case", "layers", "batch", "ours", "µs a step", "nearest peer", "its time ÷ ours", "by CPU", "CPU ÷ ours", "bar"]  # fmt: skip
    summary = table(head, lines)
    missing = [way for way, (_, module) in WAYS.items() if not importlib.util.find_spec(module)]  # fmt: skip
    aside = [f"{way} ({why})" for way, why in out_of_reach.items()] + missing
    if aside:
        summary += f"\n\nNot to be had here: {', '.join(aside)}."
    print(f"\n{summary}")
    if options.figure:
        figure(options.figure, found)
    kept = {case: {way: asdict(one) for way, one in times.items()} for case, times in found.items()}  # fmt: skip
    return "\n\n".join([summary, *parts]), kept


def fits(options):
    """Measure fits, print and keep what was found."""
    ways = {"ours": "chainrule.sklearn", "scikit-learn": "sklearn.neural_network"}
    found, rows = {}, []
    for name in FITS:
        commands = {way: command(options, "fit", module, name, str(options.epochs)) for way, module in ways.items()}  # fmt: skip
        times, _ = take_turns(commands, rounds=options.rounds, seconds=options.seconds, threads=options.threads)  # fmt: skip
        ours, theirs = times.values()
        if not np.allclose(ours.result, theirs.result, atol=1e-4):
            message = f"{name}: not the same training: {ours.result}, {theirs.result}"
            raise SystemExit(message)
        new = {way: [] for way in ways}
        for _ in range(options.new_processes):
            for way, one in commands.items():
                worker = Worker([*one, "once"], environment(options.threads))
                new[way].append(worker.ready["first"])
                worker.end()
        first = float(np.median(np.divide(new["scikit-learn"], new["ours"])))
        found[name] = {"warm": {way: asdict(one) for way, one in times.items()}, "new": new}  # fmt: skip
        rows.append([
            name, *(shown(one.spread()[0]) for one in times.values()),
            shown(ours.ratio(theirs)), shown(ours.ratio(theirs, "cpu")),
            *(shown(np.median(new[way])) for way in ways), shown(first),
            " / ".join(f"{one.result[1]:.4f}" for one in times.values()),
        ])  # fmt: skip
        print(rows[-1], flush=True)
    head = ["settings", "ours, s", "scikit-learn, s", "ratio", "of CPU", "ours, new process", "scikit-learn", "ratio", "accuracy"]  # fmt: skip
    text = f"{options.epochs} epochs; bars: {BARS['fit']} times, {BARS['first fit']} in a new process.\n\n{table(head, rows)}"  # fmt: skip
    print(f"\n{text}")
    return text, found


def work(said):
    """Be the worker of one way."""
    if said[0] == "fit":
        fit, kept = fitting(said[1], said[2], int(said[3])), []
        # what a new process sees is one fit, and no more
        serve(
            lambda: (lambda _: kept or kept.extend(fit(1))) if "once" in said else fit
        )
        return
    case = json.loads(said[1])
    serve(lambda: WAYS[said[0]][0](Case(**case | {"sizes": tuple(case["sizes"])})))


def main():
    parser = arguments(__doc__)
    parser.add_argument("--cases", default=",".join(case.name for case in CASES))
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--layers", help="another network, as 64-64-10")
    parser.add_argument("--batch", type=int, default=32, help="of --layers")
    parser.add_argument("--dtype", default="float32", choices=["float32", "float64"])
    parser.add_argument("--optimizer", default="sgd", choices=list(RATE))
    parser.add_argument("--activation", default="relu", choices=list(ACTIVATIONS))
    parser.add_argument("--tolerance", type=float, default=1e-4, help="1e-2 for products in 11 bits")  # fmt: skip
    parser.add_argument("--epoch", type=int, default=DISPATCHED[0], help="at least in a call of XLA")  # fmt: skip
    parser.add_argument("--figure", type=Path, help="an SVG or PNG of the ratios")
    parser.add_argument("--fit", action="store_true", help="whole fits of digits")
    parser.add_argument("--epochs", type=int, default=200, help="of --fit")
    parser.add_argument("--new-processes", type=int, default=5, help="of --fit")
    parser.add_argument("--worker", nargs="+", help="(how it starts itself)")
    options = parser.parse_args()
    DISPATCHED[0] = options.epoch
    if options.worker:
        work(options.worker)
        return
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="compiled-") as folder:
        os.environ["CHAINRULE_CACHE"] = folder
        text, found = fits(options) if options.fit else steps(options)
    keep(options, "fits" if options.fit else "training", text, found)


if __name__ == "__main__":
    main()
