"""A place in a notation: the next token, taken or expected, and faults with their place."""

from __future__ import annotations

from chainrule.formula.signs import SPACES
from chainrule.formula.tokens import Token, tokens


class Cursor:
    """Walks over the tokens of one notation."""

    def __init__(self, notation: str) -> None:
        self.notation = notation
        self.tokens = tokens(notation)
        self.at = 0

    @property
    def next(self) -> Token:
        """The token here."""
        return self.tokens[self.at]

    def take(self, *texts: str) -> Token | None:
        """The next token, if it is one of these (any, if none are named)."""
        token = self.next
        if token.text and (not texts or token.text in texts):
            self.at += 1
            return token
        return None

    def expect(self, text: str) -> None:
        """Take the next token, which must be ``text``."""
        if self.take(text) is None:
            raise self.error(f"expected {text!r}")

    def expect_end(self) -> None:
        """There must be no further token."""
        if self.next.text:
            raise self.error("did not expect this")

    def error(self, what: str) -> ValueError:
        """What is wrong here."""
        token = self.next
        here = (
            f"at character {token.at + 1}, {token.text!r}"
            if token.text
            else "at the end"
        )
        return ValueError(f"notation {self.notation}, {here}: {what}")

    def lookahead(self, text: str) -> bool:
        """Whether the notation goes on with ``text``."""
        return self.notation.startswith(text, self.next.at)

    def spaces(self) -> bool:
        """Pass over spaces; whether there were any."""
        found = False
        while self.take(*SPACES):
            found = True
        return found

    def word(self) -> str:
        """The raw text of a group: a function's name, words."""
        start = self.next.at + 1
        self.expect("{")
        while self.next.text != "}":
            if self.take() is None:
                raise self.error("expected '}'")
        end = self.next.at
        self.expect("}")
        return self.notation[start:end].strip()
