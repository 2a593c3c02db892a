"""Idioms: what people write out by hand, recognised, and links of the chain that a textbook takes in one."""

from chainrule.derive.idioms.forms import FORMS
from chainrule.derive.idioms.fusions import FUSIONS
from chainrule.derive.idioms.match import Idiom, Pattern
from chainrule.derive.idioms.recognise import fuse, recognise

__all__ = ["FORMS", "FUSIONS", "Idiom", "Pattern", "fuse", "recognise"]
