"""What is asked for in words: a list with commas, one pass of several. What is not there is told, not passed over."""

from __future__ import annotations

from chainrule.program.errors import UsageError


def listed(text: str) -> list[str]:
    """The items of a list written with commas.

    Raises:
        UsageError: E411 for an item that is empty, as a variable of a shell that was never set leaves it.

    >>> listed("64, 32")
    ['64', '32']
    """
    items = [item.strip() for item in text.split(",")]
    if "" in items:
        raise UsageError(
            "E411",
            f"{text!r}: item {items.index('') + 1} of the list is empty",
            hint=f"{','.join(filter(None, items)) or 'a,b'}, or what was meant to stand there",
        )
    return items


def require_pass(asked: int, n_passes: int) -> None:
    """Refuse a pass of a training loop that the training does not come to.

    Raises:
        UsageError: E411 with how many passes there are.

    >>> require_pass(3, 3)
    """
    if asked > n_passes:
        once = "once, and there is" if n_passes == 1 else f"{n_passes} times, and there is"  # fmt: skip
        raise UsageError(
            "E411",
            f"the loss is computed {once} no pass {asked}",
            hint=f"--pass {n_passes}, which is the last one",
        )
