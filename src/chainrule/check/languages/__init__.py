"""The words of NumPy and of the frameworks, and a listener that records what is said in them."""

from chainrule.check.languages.language import NUMPY, Language
from chainrule.check.languages.listener import Listener, Unknown

__all__ = ["NUMPY", "Language", "Listener", "Unknown"]
