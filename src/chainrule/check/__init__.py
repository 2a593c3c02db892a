"""Checking: a hand-written backward pass, or numbers stated in a text, held against the true ones."""

from chainrule.check.judge import Verdict
from chainrule.check.report import LineReport, Report
from chainrule.check.script import check_script
from chainrule.check.stated import Judgement, Sheet, check_claims
from chainrule.check.text import sheet_text, text

__all__ = [
    "Judgement",
    "LineReport",
    "Report",
    "Sheet",
    "Verdict",
    "check_claims",
    "check_script",
    "sheet_text",
    "text",
]
