"""What both estimators share: fitting, the predictions of the network, and its inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from chainrule.api import explain
from chainrule.lesson import Lesson
from chainrule.nn import Described
from chainrule.nn.losses import Labels, Loss
from chainrule.program import Array, NonFiniteError
from chainrule.sklearn import inside
from chainrule.sklearn.callbacks import CallbackSupportMixin, with_callbacks
from chainrule.sklearn.descent import Memory, descend
from chainrule.sklearn.lbfgs import minimise
from chainrule.sklearn.prepared import prepare, start
from chainrule.sklearn.settings import EstimatorSettings
from chainrule.sklearn.solvers import solver_of
from chainrule.train.loop.state import Data
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.forward import predict


class NetworkEstimator(CallbackSupportMixin, EstimatorSettings):  # type: ignore[misc]
    """Fitting, predicting and looking inside; what targets mean is the classifier's and the regressor's own."""

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit to samples in rows and their targets; ``sample_weight`` equals repetition.

        Raises:
            UsageError: E410 or E411 for a setting that does not fit (a ``ValueError``).
            ValueError: for data that does not fit, as scikit-learn words it.
        """
        return self._fit(X, y, sample_weight, once=False)

    def check_stochastic(self) -> bool:
        """Whether the solver takes steps on parts of the data."""
        if self.solver == "lbfgs":
            message = "partial_fit is only available for stochastic optimizers. lbfgs is not stochastic."
            raise AttributeError(message)
        return True

    def _fit(self, X: Any, y: Any, sample_weight: Any, *, once: bool) -> Self:
        self.check()
        if self.early_stopping and once:
            message = "partial_fit does not support early_stopping=True"
            raise ValueError(message)
        first = not hasattr(self, "coefs_") or not (self.warm_start or once)
        X, Y = self._validated(X, y, first=first, once=once)
        weight = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, X, dtype=X.dtype)
        )
        weight = self._with_class_weight(Y, weight)
        self.n_outputs_ = Y.shape[1]
        self.n_layers_ = len(self.sizes) + 2
        self._random_state = check_random_state(self.random_state)
        plan = self._plan(X.shape[1], X.dtype.name)
        last = plan.loss.output
        self.out_activation_ = {"sigmoid": "logistic"}.get(last, last)
        if first:
            begun = start(self, plan, self._random_state)
            self._memory = Memory(begun)
        if weight is not None and plan.loss.entries:
            # a loss for every entry of a row: the row's weight holds for all of them
            weight = weight.reshape(-1, 1)
        data = Data(X, Y, weight)
        try:
            self._minimise(plan, data, X, y, once=once)
        except NonFiniteError as problem:
            message = f"Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed.\n{problem}"
            raise ValueError(message) from problem
        self._show()
        return self

    def _minimise(
        self, plan: NetworkPlan, data: Data, X: Any, y: Any, *, once: bool
    ) -> None:
        """Find the weights, with scikit-learn's callbacks around it."""
        self._memory.n_iter = 0
        listened = getattr(self, "_skl_callbacks", None)
        context = (
            self._init_callback_context(max_subtasks=None)
            if listened and hasattr(self, "_init_callback_context")
            else None
        )
        if context is not None:
            context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        if self.solver == "lbfgs":
            minimise(self, plan, data, self._memory)
        else:
            data, held = self._held_out(data)
            descend(
                self, plan, data, self._memory, self._random_state, once=once,
                score=None if held is None else lambda numbers: self._held_score(plan, numbers, held),
                tell=lambda: context is not None and self._tell(context),
            )  # fmt: skip
        if context is not None:
            context.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes={}
            )

    def _tell(self, context: Any) -> bool:
        """Let scikit-learn's callbacks see an epoch."""
        memory = self._memory
        # training writes into its parameters; a callback may keep what it is shown
        memory.numbers = {name: array.copy() for name, array in memory.numbers.items()}
        self._show()
        epoch = context.subcontext(task_name="epoch")
        epoch.call_on_fit_task_begin(estimator=self)
        shown = {"coefs_": self.coefs_, "intercepts_": self.intercepts_}
        return bool(
            epoch.call_on_fit_task_end(estimator=self, reconstruction_attributes=shown)
        )

    def _held_out(self, data: Data) -> tuple[Data, Data | None]:
        if not self.early_stopping:
            return data, None
        arrays = [data.X, data.Y, *([] if data.weight is None else [data.weight])]
        parts = train_test_split(
            *arrays,
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=self._strata(data.Y),
        )
        train, held = Data(*parts[::2]), Data(*parts[1::2])
        if len(held) < 2:
            message = "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            raise ValueError(message)
        return train, held

    def _held_score(
        self, plan: NetworkPlan, numbers: Mapping[str, Array], held: Data
    ) -> float:
        predicted = predict(plan, numbers, held.X)
        if not np.isfinite(predicted).all():
            return float("nan")
        weight = None if held.weight is None else held.weight.ravel()
        return self._score_of(predicted, replace(held, weight=weight))

    def _show(self) -> None:
        """What scikit-learn's estimators show once they are fitted, by its names."""
        memory, stopping = self._memory, self._memory.stopping
        layers = range(1, self.n_layers_)
        self.coefs_ = [memory.numbers[f"W{number}"] for number in layers]
        self.intercepts_ = [memory.numbers[f"b{number}"] for number in layers]
        self.n_iter_, self.t_, self.loss_ = memory.n_iter, memory.t, memory.loss
        if self.solver == "lbfgs":
            return
        self.loss_curve_ = stopping.losses
        early = self.early_stopping
        self.best_loss_ = None if early else stopping.best_loss
        self.validation_scores_ = stopping.scores if early else None
        self.best_validation_score_ = stopping.best_score if early else None

    def _plan(self, n_features: int, dtype: str) -> NetworkPlan:
        loss, labels = self._loss_and_labels()
        n_outputs = self.n_outputs_
        return prepare(
            self, loss, labels, n_features=n_features, n_outputs=n_outputs, dtype=dtype
        )

    def _inputs(self, X: Any) -> Any:
        """Samples to look at: checked against those of the fit, in the type of the weights."""
        check_is_fitted(self)
        checked = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        return checked.astype(self.coefs_[0].dtype, copy=False)

    def _numbers(self) -> dict[str, Array]:
        """All numbers, the weights as they stand in ``coefs_`` and ``intercepts_``, which users may have changed."""
        weights = {f"W{number}": array for number, array in enumerate(self.coefs_, 1)}
        biases = {
            f"b{number}": array for number, array in enumerate(self.intercepts_, 1)
        }
        return {**self._memory.numbers, **weights, **biases}

    def _forward(self, X: Any) -> Array:
        inputs = self._inputs(X)
        plan = self._plan(inputs.shape[1], inputs.dtype.name)
        return predict(plan, self._numbers(), inputs)

    def layers(self, X: Any) -> dict[str, Array]:
        """What every layer gives for samples, by its name in the source: ``z1``, ``h1`` and so on to ``y_pred``."""
        return inside.layers(self.example(X, self.predict(X)))

    def gradients(self, X: Any, y: Any) -> dict[str, Array]:
        """The gradient of the mean loss over samples with respect to every parameter and every layer."""
        return inside.gradients(self.example(X, y))

    def example(self, X: Any, y: Any) -> Described:
        """The fitted network on some samples, as NumPy source with its arrays: what a lesson is made from."""
        inputs = self._inputs(X)
        plan = self._plan(inputs.shape[1], inputs.dtype.name)
        rows = inputs.toarray() if hasattr(inputs, "toarray") else inputs
        data = Data(rows, self._targets(y))
        return inside.example(plan, self._numbers(), data, solver_of(self))

    def explain(self, X: Any, y: Any, **options: Any) -> Lesson:
        """The lesson of the fitted network on some samples: every step of both passes, and the solver's next update.

        ``options`` are those of :func:`chainrule.explain`.
        """
        return explain(self, X, y, **options)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _loss_and_labels(self) -> tuple[Loss, Labels]:
        raise NotImplementedError

    def _validated(
        self, X: Any, y: Any, *, first: bool, once: bool
    ) -> tuple[Any, Array]:
        raise NotImplementedError

    def _targets(self, y: Any) -> Array:
        raise NotImplementedError

    def _score_of(self, predicted: Array, held: Data) -> float:
        raise NotImplementedError

    def predict(self, X: Any) -> Array:
        """What the network predicts for every sample."""
        raise NotImplementedError

    def _with_class_weight(self, _Y: Array, weight: Array | None) -> Array | None:
        return weight

    def _strata(self, Y: Array) -> Array | None:  # noqa: ARG002 - numbers have no classes
        """The class of each row, where rows are held out class by class."""
        return None
