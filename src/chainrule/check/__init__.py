"""Checking: a hand-written backward pass, or numbers stated in a text, held against the true ones."""

from chainrule.check.judge import Verdict
from chainrule.check.report import LineReport, Report
from chainrule.check.script import check_script
from chainrule.check.text import text

__all__ = ["LineReport", "Report", "Verdict", "check_script", "text"]
