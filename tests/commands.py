"""The command line as tests call it, without a process of its own."""

import sys

from chainrule.cli import main


def told(words):
    """The exit code of a command, run here."""
    before, sys.argv = sys.argv, ["chainrule", *map(str, words)]
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    finally:
        sys.argv = before
    return 0
