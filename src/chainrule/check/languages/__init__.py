"""The languages backward passes are written in: read into NumPy, judged there, and answered in their own words."""

from chainrule.check.languages.language import (
    NUMPY,
    Language,
    Unknown,
    speaking,
    spoken,
)

__all__ = ["NUMPY", "Language", "Unknown", "speaking", "spoken"]
