"""How the checker reads a script: statement by statement, with notes of what each bound expression read and became."""

from chainrule.trace.statements.reader import Reader
from chainrule.trace.statements.script import Script, read_script

__all__ = ["Reader", "Script", "read_script"]
