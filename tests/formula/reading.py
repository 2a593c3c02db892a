"""A strict reader of printed formulas, in a finite field: what a person sees, and nothing the printer knows.

Numbers are taken modulo a prime and functions are replaced by hashes, so that two formulas agree only if they have
the same structure up to the laws of a field. A minus sign that follows another sign is refused.
"""

import re
import zlib
from xml.etree import ElementTree as ET

PRIME = 2**61 - 1
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(r"\s+|\d+(?:\.\d+)?|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|\\[a-z]+|[A-Za-zσ]+|.")
FUNCTIONS = {"tanh", "σ", "log"}


def named(name, *values):
    """A number that stands for the function ``name`` of the values."""
    return zlib.crc32(repr((name, values)).encode()) * 2654435761 % PRIME


def numeral(text):
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, decimals = text.partition(".")
    return (
        sign
        * int(whole + decimals)
        * pow(pow(10, len(decimals), PRIME), -1, PRIME)
        % PRIME
    )


def divided(a, b):
    return a * pow(b, PRIME - 2, PRIME) % PRIME


class Reader:
    def __init__(self, text, values):
        self.tokens = [t for t in TOKEN.findall(text) if not t.isspace()] + [""]
        self.at = 0
        self.values = values

    @property
    def next(self):
        return self.tokens[self.at]

    def take(self, *texts):
        if self.next in texts:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def whole(self):
        value = self.sum()
        assert self.next == "", f"unread: {self.tokens[self.at :]}"
        return value

    def sum(self):
        value = -self.product() if self.take("−") else self.product()
        while sign := self.take("+", "−"):
            value += self.product() if sign == "+" else -self.product()
        return value % PRIME

    def product(self):
        value = self.quotient()
        while self.take("·", "×"):
            value = value * self.quotient() % PRIME
        return value

    def quotient(self):
        value = self.side_by_side()
        while self.take("/"):
            value = divided(value, self.side_by_side())
        return value

    def side_by_side(self):
        value = self.factor()
        while self.next and self.next not in set("+−·×/)^,"):
            assert not self.next[0].isdigit(), "a numeral after a factor"
            value = value * self.factor() % PRIME
        return value

    def factor(self):
        if self.take("Σ"):
            return named("Σ", self.product())
        if self.next == "√" or (
            self.next in FUNCTIONS and self.tokens[self.at + 1] != "("
        ):
            return self.open_ended()
        head = self.next
        value = self.atom()
        if self.next == "^" or self.raised:
            assert head not in {"tanh", "log"}, (
                "what is raised, the function or its argument?"
            )
        if self.take("^"):
            value = named("^", value, self.atom())
        elif self.raised:
            value = named("^", value, numeral(self.next.translate(RAISED)))
            self.at += 1
        assert self.next != "^", "two exponents"
        assert not self.raised, "two exponents"
        return value

    @property
    def raised(self):
        return self.next[:1] in set("⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

    def open_ended(self):
        """A root or a function before its bare argument; nothing may follow that could belong to either."""
        name = self.next
        self.at += 1
        closed = self.next == "("
        value = named(name, self.atom())
        ends = self.next in set("+−·×)") | {""}
        assert ends or (closed and self.next != "^" and not self.raised), (
            f"{name} with an open end"
        )
        return value

    def atom(self):
        token = self.next
        self.at += 1
        if token == "(":
            value = self.sum()
            assert self.take(")"), "an open bracket"
            return value
        if token == "\\frac":
            return divided(self.atom(), self.atom())
        if token in FUNCTIONS or token == "\\root":
            return named(token.replace("\\root", "√"), self.atom())
        assert token[:1].isalnum(), f"expected an atom, not {token!r}"
        return numeral(token) if token[0].isdigit() else self.values[token]


def read(text, values):
    return Reader(text, values).whole()


def plain_from_latex(latex):
    """LaTeX in the characters of the reader: groups become brackets."""
    for command, plain in {
        r"\left": "",
        r"\right": "",
        r"\cdot": "·",
        r"\times": "×",
        r"\tanh": "tanh ",
        r"\log": "log ",
        r"\sigma": "σ",
        r"\sum": "Σ",
        r"\sqrt": "\\root",
        r"\,": " ",
        "{": "(",
        "}": ")",
        "-": "−",
    }.items():
        latex = latex.replace(command, plain)
    return latex


def plain_from_mathml(markup):
    return _plain(ET.fromstring(markup))


def _plain(element):
    inside = [_plain(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"\\frac({inside[0]})({inside[1]})"
        case "msup":
            return f"{inside[0]}^({inside[1]})"
        case "msqrt":
            return f"\\root({''.join(inside)})"
        case "mspace":
            return " "
        case "math" | "mrow":
            return "".join(inside)
        case _:
            text = (
                (element.text or "")
                .replace("∑", "Σ")
                .replace("\u2061", "")
                .replace("\u2062", " ")
            )
            return f" {text} "
