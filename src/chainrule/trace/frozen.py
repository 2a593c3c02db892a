"""Distributions of scipy.stats with their parameters: what they are asked goes to the distribution itself."""

from __future__ import annotations

import sys
from typing import Any

from chainrule.trace.lending import Lending
from chainrule.trace.written_out import definition_of


class Frozen:
    """A distribution with its parameters, as ``stats.norm(loc, scale)``: its methods are those of the distribution."""

    def __init__(
        self, lender: Lending, distribution: Any, *args: Any, **kwargs: Any
    ) -> None:
        self._lender, self._of = lender, distribution
        self._args, self._kwargs = args, kwargs

    def __getattr__(self, name: str) -> Any:
        """A method of the distribution, which takes the parameters after its own arguments."""
        method = self._lender.callee(getattr(self._of, name))
        return lambda *args, **kwargs: method(
            *args, *self._args, **self._kwargs, **kwargs
        )

    @staticmethod
    def is_known(distribution: Any) -> bool:
        """Whether a density of a distribution is known in simpler functions."""
        return any(
            definition_of(getattr(distribution, name, None)) is not None
            for name in ("logpdf", "logpmf")
        )

    @classmethod
    def of(cls, lender: Lending, frozen: Any) -> Frozen | None:
        """One that SciPy made of plain parameters, where its distribution is known."""
        inner = getattr(frozen, "dist", None)
        stats = sys.modules.get("scipy.stats")
        known = getattr(stats, getattr(inner, "name", None) or "", None)
        if known is None or not cls.is_known(known):
            return None
        return cls(lender, known, *frozen.args, **frozen.kwds)
