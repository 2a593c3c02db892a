"""Optimizers: a rule with its settings and its state, so that an update is lines like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from chainrule.nn.names import find, unknown
from chainrule.nn.update_rules import RULES, SHARED, UpdateRule
from chainrule.program import UsageError

OTHER_NAMES: Mapping[str, str] = {"heavy_ball": "momentum", "nag": "nesterov"}


@dataclass(frozen=True)
class Optimizer:
    """A rule with its settings.

    >>> chosen = optimizer("adam", learning_rate=0.01)
    >>> chosen.state, chosen.settings["beta1"]
    (('m', 'v'), 0.9)
    >>> chosen
    optimizer('adam', 0.01, beta1=0.9, beta2=0.999, eps=1e-08)
    """

    rule: UpdateRule
    learning_rate: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The call that makes it."""
        settings = (f"{key}={given!r}" for key, given in self.settings.items())
        words = (repr(self.name), repr(self.learning_rate), *settings)
        return f"optimizer({', '.join(words)})"

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name

    @property
    def state(self) -> tuple[str, ...]:
        """What is remembered from step to step, by name."""
        return self.rule.state

    @property
    def counts(self) -> bool:
        """Whether the rule looks at the number of the step."""
        return self.rule.counts

    def start(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The state before the first step, as ``m_W1``, ``v_W1`` and so on."""
        state: dict[str, Any] = {}
        for kind in self.state:
            if kind in SHARED:
                some = next(iter(parameters.values()), np.zeros(()))
                state[kind] = np.asarray(SHARED[kind], np.asarray(some).dtype)
            else:
                state |= {
                    f"{kind}_{name}": np.zeros_like(W) for name, W in parameters.items()
                }
        return state

    def update(
        self,
        name: str,
        W: Any,
        dW: Any,
        state: Mapping[str, Any],
        *,
        t: Any,
        learning_rate: Any,
    ) -> dict[str, Any]:
        """What is new after a step: ``W1``, ``m_W1`` …, on numbers or traced values alike."""
        kept = [state[self.key(kind, name)] for kind in self.state]
        s = SimpleNamespace(t=t, learning_rate=learning_rate, **self.settings)
        return {
            name if key == "W" else self.key(key, name): item
            for key, item in self.rule.formula(W, dW, *kept, s).items()
        }

    @staticmethod
    def key(kind: str, name: str) -> str:
        """The name of a kind of state for one parameter."""
        return kind if kind in SHARED else f"{kind}_{name}"


def optimizer(
    chosen: str | Optimizer, learning_rate: float | None = None, **settings: Any
) -> Optimizer:
    """The optimizer of that name, with its usual settings where no others are given.

    Raises:
        UsageError: E410 for a name or a setting that does not exist, E411 for a learning rate below 0.

    >>> optimizer("sgd").learning_rate
    0.01
    """
    if isinstance(chosen, Optimizer):
        return (
            replace(chosen, learning_rate=learning_rate)
            if learning_rate is not None
            else chosen
        )
    rule = find("optimizer", chosen, RULES, OTHER_NAMES)
    for key in settings:
        if key not in rule.settings:
            known = [*rule.settings, "learning_rate"]
            raise unknown(f"setting of {rule.name}", key, known)
    rate = rule.learning_rate if learning_rate is None else float(learning_rate)
    if not 0 <= rate < float("inf"):
        raise UsageError(
            "E411",
            f"a learning rate is a finite number from 0 on; got {learning_rate!r}",
        )
    return Optimizer(rule, rate, {**rule.settings, **settings})
