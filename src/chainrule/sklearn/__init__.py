"""Estimators with scikit-learn's names and defaults: changing the import is the whole migration."""

from chainrule.program import MissingEngineError

try:
    import sklearn as _installed  # noqa: F401 - asked for before the modules that need it
except ImportError as error:
    raise MissingEngineError(
        "E802",
        "this needs scikit-learn, 1.6 or newer",
        hint='pip install "chainrule[sklearn]"',
    ) from error

from chainrule.sklearn.classifier import MLPClassifier
from chainrule.sklearn.regressor import MLPRegressor
from chainrule.sklearn.search import MLPSearchCV

__all__ = ["MLPClassifier", "MLPRegressor", "MLPSearchCV"]
