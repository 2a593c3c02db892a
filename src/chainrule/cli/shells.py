"""Completion by the shell that is asked for, or the one that the command is called from."""

from __future__ import annotations

import os
from collections.abc import Sequence

from chainrule.program import UsageError

COMPLETING = ("--install-completion", "--show-completion")
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def with_shell(arguments: Sequence[str]) -> list[str]:
    """The words, with the name of the current shell behind an option for completion that has none.

    Raises:
        UsageError: E402 if the current shell is none of those that can complete, or cannot be told.

    >>> with_shell(["--show-completion", "zsh"])
    ['--show-completion', 'zsh']
    """
    words = list(arguments)
    at = next((i for i, word in enumerate(words) if word in COMPLETING), None)
    if at is None:
        return words
    # typer takes the name of a shell with these options where it is told not to look for one
    os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    if words[at + 1 :]:
        return words
    shell = _current()
    if shell not in SHELLS:
        raise UsageError(
            "E402",
            f"the current shell is {shell}, which has no completion"
            if shell
            else "which shell is used cannot be told",
            hint=f"name one of {', '.join(SHELLS)}: chainrule {words[at]} {SHELLS[0]}",
        )
    return [*words, shell]


def _current() -> str:
    import shellingham

    try:
        return str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:
        return ""
