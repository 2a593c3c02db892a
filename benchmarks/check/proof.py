"""What the true step of a script is: an independent loss, differenced numerically, held against what the script did.

A proof is a loss function, written apart from the script that it judges. Its positional arguments are the parameters,
its keyword-only ones the data; both are expressions in the script's own names. The script is run with a camera put in
front of the statement that begins with ``at``: there a pass begins. What the parameters are at one arrival and at the
next is the step the script takes; what it ought to be is the update rule applied to five-point differences of the loss.

    @proves("perceptron", at="out = ", rate=0.1)
    def perceptron(w, b, *, x, y):
        return np.sum((x @ w + b - y) ** 2)

Nothing here knows the checker, and nothing here reads the backward pass.
"""

import ast
import contextlib
import copy
import inspect
import io
import itertools
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

EXACT = 1e-6  # of the largest entry of a parameter's true step
CHANGED = 1e-3  # a mistake moves some parameter's step by more than this part
SECONDS = 20  # a script that runs longer has been sent into an endless loop by an edit


@dataclass(frozen=True)
class Proof:
    """How one script, and its wrong twin, are measured."""

    name: str
    loss: Callable
    at: str
    rate: float | str = 0.0
    rule: Callable | None = None
    where: dict = field(default_factory=dict)
    owner: str | None = None
    passes: int = 3
    gradients: dict | None = None
    value: str | None = None
    backward: tuple = ()
    others: tuple = ()

    @property
    def parameters(self) -> dict[str, str]:
        """Every parameter of the loss, and the expression that finds it in the script."""
        return self._arguments(inspect.Parameter.POSITIONAL_OR_KEYWORD)

    @property
    def data(self) -> dict[str, str]:
        return self._arguments(inspect.Parameter.KEYWORD_ONLY)

    def _arguments(self, kind) -> dict[str, str]:
        listed = inspect.signature(self.loss).parameters.values()
        return {
            one.name: self.where.get(one.name, one.name)
            for one in listed
            if one.kind is kind
        }


PROOFS: dict[str, Proof] = {}


def proves(
    *names: str,
    at: str,
    rate: float | str = 0.0,
    rule: Callable | None = None,
    where: dict | None = None,
    owner: str | None = None,
    passes: int = 3,
    gradients: dict | None = None,
    value: str | None = None,
    backward: tuple = (),
    others: tuple = (),
) -> Callable:
    """Register a loss as the proof of the scripts ``names``.

    ``rate``: a number, or an expression in the script's names, of plain descent. ``rule(before, gradient, data, state)``
    takes its place for other optimizers. ``owner``: what ``self`` is once the script has ended. ``gradients``: for a
    script that updates nothing, which expression is the gradient of which parameter. ``value``: the script's own loss,
    where its forward pass is in question; it must be the independent one as well. ``backward``: where the backward
    pass stands, as names of functions or pairs of (first statement, last statement): slips are made there alone. ``others``: for a script that computes no
    loss, further losses that its steps could be meant for.
    """

    def register(loss: Callable) -> Callable:
        for name in names:
            if name in PROOFS:
                raise ValueError(f"two proofs are called {name}")
            PROOFS[name] = Proof(
                name,
                loss,
                at,
                rate,
                rule,
                where or {},
                owner,
                passes,
                gradients,
                value,
                backward,
                others,
            )
        return loss

    return register


# --- running a script with a camera in it


class StuckError(Exception):
    """The script ran past its time."""


def with_camera(tree: ast.Module, source: str, at: str) -> ast.Module:
    """The script with a call of ``__arrive__`` in front of the statement whose first line begins with ``at``."""
    lines = source.splitlines()
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if not isinstance(body, list):
                continue
            for place, statement in enumerate(body):
                if lines[statement.lineno - 1].strip().startswith(at):
                    call = ast.parse("__arrive__(locals())").body[0]
                    body.insert(place, ast.copy_location(call, statement))
                    return ast.fix_missing_locations(tree)
    raise LookupError(f"no statement begins with {at!r}")


def photograph(expressions: dict[str, str], names: dict[str, Any]) -> dict[str, Any]:
    """The values of some expressions in the script's names, copied."""
    return {
        name: copy.deepcopy(eval(expression, names))  # noqa: S307  # our own proofs
        for name, expression in expressions.items()
    }


def run(source: str, path: Path, proof: Proof) -> list[dict[str, Any]]:
    """The photographs of a run: one at the beginning of each pass, and one at the end."""
    tree = with_camera(ast.parse(source), source, proof.at)
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    album: list[dict[str, Any]] = []
    passes = 1 if proof.gradients else proof.passes
    wanted = {**proof.parameters, **proof.data}
    if isinstance(proof.rate, str):
        wanted["rate"] = proof.rate
    results = {"value": proof.value} if proof.value else {}

    def arrive(local: dict[str, Any]) -> None:
        if len(album) < passes + 1 - bool(proof.gradients):
            late = results if album else {}
            album.append(photograph({**wanted, **late}, {**names, **local}))

    names["__arrive__"] = arrive
    known, there = set(sys.modules), str(path.parent)
    sys.path.insert(0, there)
    try:
        with quiet(), limited(SECONDS):
            exec(compile(tree, str(path), "exec"), names)  # noqa: S102
            if proof.owner:
                names["self"] = eval(proof.owner, names)  # noqa: S307
            if proof.gradients:
                end = {"gradients": photograph(proof.gradients, names)}
                album.append({**end, **photograph(results, names)})
            elif len(album) <= passes:
                album.append(photograph({**proof.parameters, **results}, names))
    finally:
        sys.path.remove(there)
        for module in set(sys.modules) - known:
            found = getattr(sys.modules[module], "__file__", None) or ""
            if found.startswith(there):
                del sys.modules[module]
    return album


@contextlib.contextmanager
def quiet():
    """No output, no warnings, and the random state of the caller untouched."""
    state = np.random.get_state()  # noqa: NPY002  # the scripts' own generator
    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


@contextlib.contextmanager
def limited(seconds: int):
    def stop(*_):
        raise StuckError(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# --- values of any build as one vector


def flat(value: Any) -> np.ndarray:
    """All numbers of a nested value, in order."""
    if isinstance(value, dict):
        parts = [flat(value[key]) for key in sorted(value)]
    elif isinstance(value, list | tuple):
        parts = [flat(item) for item in value]
    else:
        return np.asarray(value, dtype=float).ravel()
    return np.concatenate(parts) if parts else np.zeros(0)


def shaped(value: Any, numbers: np.ndarray) -> Any:
    """A value built like ``value`` of the numbers in ``numbers``; arrays are plain float arrays."""

    def build(part):
        nonlocal numbers
        if isinstance(part, dict):
            made = {key: build(part[key]) for key in sorted(part)}
            return {key: made[key] for key in part}
        if isinstance(part, list | tuple):
            return [build(item) for item in part]
        size, shape = np.size(part), np.shape(part)
        taken, numbers = numbers[:size], numbers[size:]
        return taken.reshape(shape) if shape else float(taken[0])

    return build(value)


# --- the true step


def differences(
    loss: Callable, values: dict[str, Any], data: dict, step: float = 1e-4
) -> dict[str, np.ndarray]:
    """The gradient of the loss by five-point differences (error of the order step⁴), as flat vectors."""
    weights = ((1, 8), (-1, -8), (2, -1), (-2, 1))
    found = {}
    for name, value in values.items():
        centre = flat(value)
        gradient = np.zeros_like(centre)
        for entry in range(centre.size):
            for shift, weight in weights:
                moved = centre.copy()
                moved[entry] += shift * step
                there = {**values, name: shaped(value, moved)}
                gradient[entry] += weight * float(loss(**there, **data))
        found[name] = gradient / (12 * step)
    return found


@dataclass(frozen=True)
class Measured:
    """How a run compares with the truth: the steps taken, the steps due, and by how much they differ."""

    taken: list[dict[str, np.ndarray]]
    due: list[dict[str, np.ndarray]]
    value_error: float = 0.0

    @property
    def error(self) -> float:
        """The largest deviation of a parameter's step, as a part of its largest true entry; or of the loss."""
        return max(*self.errors().values(), self.value_error)

    def errors(self, rate: float = 1.0) -> dict[str, float]:
        worst: dict[str, float] = {}
        for taken, due in zip(self.taken, self.due, strict=True):
            for name in due:
                size = max(np.max(np.abs(due[name]), initial=0.0), 1e-9)
                off = np.max(np.abs(taken[name] - rate * due[name]), initial=0.0)
                off = float(off / size) if np.isfinite(off) else np.inf
                worst[name] = max(worst.get(name, 0.0), off)
        return worst

    @property
    def exact(self) -> bool:
        return self.error < EXACT

    @property
    def exact_up_to_rate(self) -> bool:
        """Right but for one positive factor that all parameters of all passes share: another rate."""
        taken = np.concatenate([one[name] for one in self.taken for name in one])
        due = np.concatenate([one[name] for one in self.due for name in one])
        if not np.all(np.isfinite(taken)) or not due @ due:
            return False
        rate = float(taken @ due / (due @ due))
        error = max(*self.errors(rate).values(), self.value_error)
        return rate > 0 and error < EXACT * max(1, rate)

    @property
    def exact_but_rates(self) -> bool:
        """Right but for a positive factor of each parameter's own: several rates."""
        for name in self.due[0]:
            alone = [{name: one[name]} for one in self.taken]
            due = [{name: one[name]} for one in self.due]
            if not Measured(alone, due, self.value_error).exact_up_to_rate:
                return False
        return True

    @property
    def wrong(self) -> bool:
        return self.error > CHANGED


def measure(source: str, path: Path, proof: Proof) -> Measured:
    """Run the script, and hold each step it takes against the one that its loss asks for."""
    album = run(source, path, proof)
    if len(album) < 2:
        raise LookupError(f"{path.name}: the camera at {proof.at!r} saw no pass")
    taken, due, state, value_error = [], [], {}, 0.0
    for before, after in itertools.pairwise(album):
        values = {name: before[name] for name in proof.parameters}
        data = {name: before[name] for name in proof.data}
        if proof.value:
            truth, said = float(proof.loss(**values, **data)), float(after["value"])
            value_error = max(value_error, abs(said - truth) / max(abs(truth), 1e-9))
        with np.errstate(all="ignore"):  # an edit may have led astray
            gradient = differences(proof.loss, values, data)
        if proof.gradients:
            due.append({name: gradient[name] for name in proof.gradients})
            found = {name: flat(value) for name, value in after["gradients"].items()}
            taken.append(sized(found, due[-1]))
            break
        start = {name: flat(value) for name, value in values.items()}
        rule = proof.rule or descent
        rate = before.get("rate", proof.rate)
        end = rule(start, gradient, {**data, "rate": rate}, state)
        reached = sized({name: flat(after[name]) for name in start}, start)
        taken.append({name: start[name] - reached[name] for name in start})
        due.append({name: start[name] - end[name] for name in start})
    return Measured(taken, due, value_error)


def sized(found: dict, wanted: dict) -> dict[str, np.ndarray]:
    """Vectors of the sizes wanted; one of another size is as wrong as can be."""
    return {
        name: value
        if value.shape == wanted[name].shape
        else np.full(wanted[name].shape, np.inf)
        for name, value in found.items()
    }


def descent(before: dict, gradient: dict, data: dict, _: dict) -> dict:
    """Plain gradient descent."""
    return {name: before[name] - data["rate"] * gradient[name] for name in before}
