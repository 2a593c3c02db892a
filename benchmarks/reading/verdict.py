"""What chainrule makes of a program, in one word: right, refused with a code, wrong, crash, or hang."""

from __future__ import annotations

import contextlib
import copy
import io
import random
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from truth import Truth, leaves

import chainrule

RIGHT, REFUSED, WRONG, CRASH, HANG = "right", "refused", "wrong", "crash", "hang"
VERDICTS = (RIGHT, REFUSED, WRONG, CRASH, HANG)
DIALECTS = ("numpy", "tensorflow", "torch", "jax")


class TooLongError(BaseException):
    """Raised by the alarm; no user code and no library catches it as an ordinary error."""


@dataclass(frozen=True)
class Verdict:
    """One word, and what is behind it: a code and a sentence, an error, or how far off the numbers are."""

    word: str
    detail: str = ""

    @property
    def safe(self) -> bool:
        """Whether nobody was misled: right, or refused with a code."""
        return self.word in {RIGHT, REFUSED}

    def __str__(self) -> str:
        return f"{self.word} {self.detail}".strip()


def held(work: Callable[[], str | None], seconds: int = 20) -> Verdict:
    """The verdict on a piece of work that returns what is wrong with its numbers, or None."""

    def ring(*_: object) -> None:
        raise TooLongError

    # the processor's time, not the clock's: a busy machine makes no program hang
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        with quiet():
            miss = work()
    except chainrule.ChainruleError as error:
        code = getattr(error, "code", None)
        said = str(getattr(error, "message", error)).split("\n")[0]
        # every program here runs by itself, so this is a crash of ours that blames the user
        blamed = code is None or code == "E330"
        return Verdict(CRASH if blamed else REFUSED, f"{code} {said}")
    except TooLongError:
        return Verdict(HANG, f"after {seconds} s")
    except BaseException as error:  # noqa: BLE001 - whatever else comes out is a crash
        said = str(error).strip().split("\n")[0]
        return Verdict(CRASH, f"{type(error).__name__}: {said}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return Verdict(RIGHT) if miss is None else Verdict(WRONG, miss)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Programs print, warn and draw random numbers; none of it reaches the table or the next program."""
    np.random.seed(0)  # noqa: NPY002 - strangers' programs draw from the global generator
    random.seed(0)
    arguments, errors = sys.argv, np.geterr()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")
        sys.argv = ["program"]
        try:
            yield
        finally:
            sys.argv = arguments
            np.seterr(**errors)


def first_miss(truth: Truth, found: Mapping[str, Any]) -> str | None:
    """The first parameter whose gradient is missing, misplaced or wrong.

    A parameter that the loss does not depend on may be left out, for its gradient is zero.
    """
    for path, true in truth.gradients.items():
        name, *inside = path
        if name not in found:
            if inside or np.any(true):
                return f"no gradient of {name}, but of {sorted(found)}"
            continue
        held_there = dict(leaves(found[name])) if inside else {(): found[name]}
        if tuple(inside) not in held_there:
            return f"no gradient at {path}"
        miss = truth.miss(path, held_there[tuple(inside)])
        if miss:
            return f"{'.'.join(map(str, path))}: {miss}"
    return None


def gradients_of(
    program: Callable[..., Any] | Path,
    inputs: Mapping[str, Any],
    wrt: Sequence[str],
    truth: Truth,
) -> Verdict:
    """The verdict on ``chainrule.gradients`` of a function with its inputs, or of a script."""

    def work() -> str | None:
        given = {} if isinstance(program, Path) else copy.deepcopy(dict(inputs))
        return first_miss(truth, chainrule.gradients(program, wrt=list(wrt), **given))

    return held(work)


def told(
    program: Callable[..., Any] | Path, inputs: Mapping[str, Any], wrt: Sequence[str]
) -> Verdict:
    """The verdict on the lesson of a program: it is told to its end."""

    def work() -> str | None:
        given = {} if isinstance(program, Path) else copy.deepcopy(dict(inputs))
        text = chainrule.explain(program, wrt=list(wrt), **given).to_text()
        return None if text.strip() else "an empty lesson"

    return held(work, seconds=60)


def emitted(
    program: Callable[..., Any] | Path,
    inputs: Mapping[str, Any],
    wrt: Sequence[str],
    truth: Truth,
    dialect: str,
) -> Verdict:
    """The verdict on the source of a whole program in a framework: it runs by itself and its gradients are true.

    In a framework with its own differentiation the source asserts, as it runs, that the two agree.
    """

    def work() -> str | None:
        given = {} if isinstance(program, Path) else copy.deepcopy(dict(inputs))
        text = chainrule.emit(
            program, dialect=dialect, part="script", wrt=list(wrt), **given
        )
        # the loss after the step is computed last, and with it gradients that are not asked for
        steps = text.rpartition("\nloss, gradients = ")[0] or text
        space: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(steps, f"<{dialect}>", "exec"), space)  # noqa: S102 - our own emitted text
        # parameters in lists and dicts have names of the printer's choosing, in their order
        in_order = dict(zip(truth.gradients, space["gradients"], strict=False))
        for path, gradient in in_order.items():
            name = f"d{path[0]}"
            written = space[name] if len(path) == 1 and name in space else gradient
            miss = truth.miss(path, np.asarray(written))
            if miss:
                return f"{'.'.join(map(str, path))}: {miss}"
        rest = [path for path in truth.gradients if path not in in_order]
        lost = [path for path in rest if np.any(truth.gradients[path])]
        return f"no gradient of {lost[0][0]}" if lost else None

    return held(work, seconds=60)
