"""How many of 200 trainings of any kind an engine takes as NumPy does, to 1e-12 in double and 1e-5 in single precision.

They are drawn from the records of layers, activations, losses, optimizers and schedules, by
``tests/engines/random_trainings.py``.

    python benchmarks/agreement.py [--engine jax] [--devices 1] [--trainings 200] [--first 0] [--every 1]
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engines"))

from random_trainings import agree, drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="jax")
    parser.add_argument("--devices", type=int, default=1)
    parser.add_argument("--trainings", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    start, n_alike = time.perf_counter(), 0
    seeds = range(options.first, options.trainings, options.every)
    for seed in seeds:
        layers, X, Y, fit, more = drawn(seed)
        try:
            agree(options.engine, layers, X, Y, fit, devices=options.devices, **more)
            n_alike += 1
        except AssertionError as error:
            print(f"training {seed}: {' '.join(str(error).split())[:300]}", flush=True)
    seconds = time.perf_counter() - start
    print(
        f"{n_alike} of {len(seeds)} trainings by {options.engine} are NumPy's; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
