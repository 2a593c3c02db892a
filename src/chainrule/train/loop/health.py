"""What goes wrong inside a network while it learns: dead and saturated units, gradients that vanish or explode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from chainrule.program import Array, ChainruleError, Line, Program, Run, Value, run
from chainrule.program.program import concrete
from chainrule.program.run import resolve
from chainrule.train.loop.ongoing import Ongoing

if TYPE_CHECKING:
    from chainrule.derive import Derived
    from chainrule.train.model.compiled import NetworkPlan


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something to know about a layer: which one, what, how much of it, and of what ``why`` can be asked."""

    layer: str
    what: str
    share: float
    asked: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.share:.0%} of its units are {self.what}"


FLAT = 0.01
"""A smaller slope lets next to no gradient through."""
TELLING = 0.1
"""A smaller share of units is no trouble yet, and is not told while training."""


def units(filled: Run) -> Iterator[HealthFinding]:
    """Units of a run that never fire (dead) or always sit at a bound (saturated), by layer."""
    for line in filled.program.lines:
        name, numbers = line.result.name, filled.numbers[line.result]
        if name is None or numbers.ndim != 2 or not numbers.size or name == "y_pred":
            continue
        if line.op.kind != "activation" or not line.op.elementwise:
            continue
        args = [resolve(arg, filled.numbers) for arg in line.args]
        flat = np.abs(line.op.slope(numbers, *args, **concrete(line.params))) < FLAT
        # what is bounded on both sides is stuck at a bound; anything else that is flat has been switched off
        between = np.isfinite(line.op.range).all()
        off = np.mean(flat, axis=0) > 0.95 if between else np.all(flat, axis=0)
        if off.any():
            at = round(float(np.median(numbers[:, off])), 2) + 0.0
            what = (
                "saturated (at a bound for 95% of the samples)"
                if between
                else f"dead ({at:g} for every sample)"
            )
            yield HealthFinding(
                name, what, float(np.mean(off)), _gradient_before(line, off)
            )


def _gradient_before(line: Line, off: Array) -> str:
    """The gradient that stops at the first unit that is off: that of what the unit gets, in the first row."""
    before = next(
        (arg.name for arg in line.args if isinstance(arg, Value) and arg.name), None
    )
    return f"d{before or line.result.name}[0, {int(np.argmax(off))}]"


def flow(
    gradients: Mapping[str, Array], parameters: Mapping[str, Array]
) -> dict[str, float]:
    """The size of each gradient beside its parameter's: ‖∂L/∂W‖ / ‖W‖."""
    return {
        name: float(
            np.linalg.norm(gradient)
            / max(float(np.linalg.norm(parameters[name])), 1e-12)
        )
        for name, gradient in gradients.items()
    }


class Remark(NamedTuple):
    """A sentence on a network, and the number of which ``why`` can say where that comes from."""

    sentence: str
    asked: str


def imbalance(weights: Mapping[str, float]) -> Remark | None:
    """What to say if the sizes of the weights' gradients vanish or explode from layer to layer; None if they do not."""
    if len(weights) < 2:
        return None
    first, *_, last = weights
    if weights[first] < 1e-4 * weights[last]:
        ratio = weights[first] / max(weights[last], 1e-300)
        return Remark(f"gradients vanish on the way back: {first}'s is {ratio:.1e} of {last}'s, beside their weights", first)  # fmt: skip
    if max(weights.values()) > 1e3:
        worst = max(weights, key=weights.__getitem__)
        return Remark(f"gradients explode: {worst}'s is {weights[worst]:.1e} times its weights", worst)  # fmt: skip
    return None


def plain(array: Any) -> Any:
    """A batch of sparse samples as an array: they are few."""
    return array.toarray() if hasattr(array, "toarray") else array


def first_non_finite(
    program: Program, numbers: Mapping[str, Any]
) -> tuple[Value, str] | None:
    """The first value of a program that is not finite on these numbers, and where it is computed."""
    # the reference reads plain arrays
    numbers = {name: plain(array) for name, array in numbers.items()}
    for value in program.inputs:
        array = np.asarray(numbers[value.name or ""])
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return value, f"{value.name} itself"
    try:
        with np.errstate(all="ignore"):
            filled = run(program, numbers)
    except (ChainruleError, FloatingPointError):
        return None
    for line in program.lines:
        if not np.isfinite(filled.numbers[line.result]).all():
            return (
                line.result,
                line.at.describe() if line.at else f"{line.op.name} in the update",
            )
    return None


def health(
    plan: NetworkPlan, numbers: Mapping[str, Array], X: Array, Y: Array
) -> list[str]:
    """What is wrong inside a network on some samples, a sentence each; nothing if nothing is."""
    return [one.sentence for one in remarks(plan, numbers, X, Y)]


def remarks(
    plan: NetworkPlan,
    numbers: Mapping[str, Array],
    X: Array,
    Y: Array,
    *,
    derived: Derived | None = None,
    least: float = 0.0,
) -> list[Remark]:
    """The same, each with what ``why`` can be asked about.

    Shares of units below ``least`` are passed over. ``derived`` spares deriving the gradients anew.
    """
    derived = derived or plan.derived(weighted=False)[1]
    masks = {
        name: np.ones((len(X), *mask.units), plan.dtype)
        for name, mask in plan.training.masks.items()
    }
    with np.errstate(all="ignore"):
        filled = run(derived.run.program, {"X": X, "Y": Y, **masks, **numbers})
    found = [Remark(str(one), one.asked) for one in units(filled) if one.share >= least]
    gradients = {
        value.name or "": filled.numbers[derived.gradients[value]]
        for value in derived.wrt
    }
    sizes = flow(gradients, numbers)
    told = imbalance({name: sizes[name] for name in plan.training.weights()})
    return [*found, *([told] if told else [])]


def teller(
    say: Callable[[str], Any], every: int = 10, n_samples: int = 256
) -> Callable[[Ongoing], None]:
    """A watcher of a training that says what is wrong inside, when it is new, every few epochs."""
    known: set[str] = set()
    derivations: list[Derived] = []

    def tell(training: Ongoing) -> None:
        progress = training.progress
        if progress.epoch != 1 and progress.epoch % every:
            return
        if not derivations:
            derivations.append(training.plan.derived(weighted=False)[1])
        some = training.data.at(slice(0, n_samples))
        for sentence, _ in remarks(
            training.plan,
            progress.everything(),
            some.X,
            some.Y,
            derived=derivations[0],
            least=TELLING,
        ):
            what = sentence.split(":")[0] + sentence.rsplit(" ", 1)[-1]
            if what not in known:
                known.add(what)
                say(f"epoch {progress.epoch}: {sentence}")

    return tell
