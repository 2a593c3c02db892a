"""The languages backward passes are written in: read into NumPy, judged there, and answered in their own words."""

from chainrule.check.languages.language import NUMPY, Language, speaking, spoken
from chainrule.check.languages.reading import Unknown, read
from chainrule.check.languages.writing import write

__all__ = ["NUMPY", "Language", "Unknown", "read", "speaking", "spoken", "write"]
