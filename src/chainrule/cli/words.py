"""The words of a command line before they are parsed: what a form without a file means, what is a script's own."""

from __future__ import annotations

from collections.abc import Sequence

FORMS = ("html", "latex", "markdown", "notebook", "json", "text")
"""Options that take a file; without one, they print."""
SOURCES = (".py", ".ipynb", ".toml")


def with_dashes(arguments: Sequence[str]) -> list[str]:
    """``-`` put behind a form that no file follows, which is how printing is asked for.

    >>> with_dashes(["check", "--json", "net.py"])
    ['check', '--json', '-', 'net.py']
    >>> with_dashes(["check", "net.py", "--json", "report.json"])
    ['check', 'net.py', '--json', 'report.json']
    """
    ours = arguments.index("--") if "--" in arguments else len(arguments)
    found: list[str] = []
    for word, following in zip(
        arguments[:ours], [*arguments[1:ours], ""], strict=False
    ):
        found.append(word)
        missing = (
            not following
            or (following.startswith("-") and following != "-")
            or (following.split(":")[0].endswith(SOURCES) and word != "--notebook")
        )
        if word.removeprefix("--") in FORMS and word.startswith("--") and missing:
            found.append("-")
    return [*found, *arguments[ours:]]
