"""Every setting of the estimators, once: its name, what it takes, its default, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, make_dataclass
from typing import Annotated, Any, get_type_hints

from sklearn.base import BaseEstimator

from chainrule.nn import Optimizer, optimizer
from chainrule.nn.constraints import (
    Above,
    AtLeast,
    Count,
    Flag,
    Takes,
    endless,
    number,
    one_of,
    whole,
)
from chainrule.nn.options import options
from chainrule.program import UsageError
from chainrule.train.options import Hidden, Learning, Looping

Shared: Any = make_dataclass(
    "Shared",
    [
        (
            name,
            get_type_hints(schema, include_extras=True)[name],
            field(default=option.default, kw_only=True),
        )
        for schema in (Hidden, Learning, Looping)
        for name, option in options(schema).items()
        if option.estimator
    ],
    bases=(BaseEstimator,),
    eq=False,
    repr=False,
)
"""The options of every training that the estimators have under the same name."""


# the names, defaults and order are scikit-learn's; BaseEstimator compares and prints
@dataclass(eq=False, repr=False)
class EstimatorSettings(Shared):  # type: ignore[misc]
    """The settings that classifier and regressor share.

    ``get_params``, ``clone`` and the signatures read the fields; ``check`` reads what they take.
    """

    loss: Any = "squared_error"
    """A loss by name, a ``Loss``, or a function of (y_true, y_pred) giving a loss for every sample or entry."""
    hidden_layer_sizes: Any = (100,)
    """The units of each hidden layer."""
    activation: Any = "relu"
    """The activation of the hidden layers, or a list of one for each."""
    _: KW_ONLY
    solver: str | Optimizer = "adam"
    """``adam``, ``sgd`` or ``lbfgs`` as in scikit-learn, or any other optimizer, by name or with its settings."""
    alpha: AtLeast = 0.0001
    """Weights are kept small by half of this times their squares, divided by the number of samples."""
    batch_size: Annotated[int | str, one_of("auto") | whole(1)] = "auto"
    """Samples to a step; ``auto`` is at most 200."""
    learning_rate: Annotated[str, one_of("constant", "invscaling", "adaptive")] = (
        "constant"
    )
    """How ``sgd`` slows down."""
    learning_rate_init: Above = 0.001
    """The learning rate at the start."""
    power_t: AtLeast = 0.5
    """The power of ``invscaling``."""
    max_iter: Count = 200
    """Epochs at most; iterations for ``lbfgs``."""
    shuffle: Flag = True
    """Whether samples are mixed before each epoch."""
    random_state: Any = None
    """Seed or generator of weights, mixing and the held-out part."""
    tol: AtLeast = 1e-4
    """What counts as better."""
    verbose: Any = False
    """Whether every epoch prints its loss."""
    warm_start: Flag = False
    """Whether ``fit`` goes on from where the last one ended."""
    momentum: Annotated[float, number("[0, 1]")] = 0.9
    """The share of the last step kept by ``sgd``."""
    nesterovs_momentum: Flag = True
    """Whether ``sgd`` looks one step ahead."""
    early_stopping: Flag = False
    """Whether a part is held out, and its score decides when to stop."""
    validation_fraction: Annotated[float, number("[0, 1)")] = 0.1
    """The share held out."""
    beta_1: Annotated[float, number("[0, 1)")] = 0.9
    """Adam's memory of gradients."""
    beta_2: Annotated[float, number("[0, 1)")] = 0.999
    """Adam's memory of squares."""
    epsilon: Above = 1e-8
    """What keeps Adam from dividing by 0."""
    n_iter_no_change: Annotated[float, whole(1) | endless] = 10
    """Epochs without getting better, before training stops."""
    max_fun: Count = 15000
    """Evaluations at most, for ``lbfgs``."""

    def check(self) -> None:
        """Hold every setting against what it takes.

        Raises:
            UsageError: E411 for the first that does not fit, E410 for a solver that does not exist.
        """
        for name, hint in get_type_hints(
            EstimatorSettings, include_extras=True
        ).items():
            for takes in getattr(hint, "__metadata__", ()):
                if isinstance(takes, Takes):
                    self._require(name, takes)
        if isinstance(self.solver, str) and self.solver not in ("lbfgs", "sgd", "adam"):
            optimizer(self.solver)

    def _require(self, name: str, takes: Takes) -> None:
        given = getattr(self, name)
        try:
            takes(given)
        except ValueError:
            raise UsageError(
                "E411",
                f"The {name!r} parameter of {type(self).__name__} must be {takes.words}; got {given!r}",
            ) from None

    @property
    def sizes(self) -> list[int]:
        """The units of each hidden layer, as whole numbers."""
        given = self.hidden_layer_sizes
        sizes: Sequence[Any] = list(given) if hasattr(given, "__iter__") else [given]
        for size in sizes:
            try:
                whole(1)(size)
            except ValueError:
                raise UsageError(
                    "E411", f"hidden_layer_sizes must be > 0, got {list(sizes)}."
                ) from None
        return [int(size) for size in sizes]
