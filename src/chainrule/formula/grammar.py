"""The grammar of notations: recursive descent from tokens to what makes a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from chainrule.formula import build
from chainrule.formula.cursor import Cursor
from chainrule.formula.makers import (
    Bindings,
    Maker,
    constant,
    joined,
    primed,
    side_by_side,
    with_script,
)
from chainrule.formula.signs import (
    ACCENT_COMMANDS,
    DELIMITER_COMMANDS,
    FUNCTION_COMMANDS,
    GREEK_COMMANDS,
    LARGE_COMMANDS,
    RELATION_COMMANDS,
    SIGN_COMMANDS,
    SPACES,
    STYLE_COMMANDS,
    SYMBOL_COMMANDS,
)
from chainrule.formula.tree import (
    Call,
    Node,
    Number,
    Operand,
    Operator,
    Strength,
    Symbol,
    Text,
)

PAIRS: Final = MappingProxyType(
    {"(": ")", "[": "]", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉", "{": "}"}
)


def parse(notation: str) -> tuple[Maker, frozenset[str]]:
    """What makes the formula of a notation, and the names of its holes; ValueError names the place of a fault."""
    parser = _Parser(notation)
    make = parser.comma_list()
    parser.expect_end()
    return make, frozenset(parser.holes)


class _Parser(Cursor):
    """Recursive descent over the tokens of one notation; each method reads one level and returns its maker."""

    def __init__(self, notation: str) -> None:
        super().__init__(notation)
        self.holes: set[str] = set()

    def comma_list(self) -> Maker:
        makers = [self.relation()]
        while self.take(","):
            self.spaces()
            makers.append(self.relation())
        if len(makers) == 1:
            return makers[0]
        return lambda given: build.sequence(*(make(given) for make in makers))

    def relation(self) -> Maker:
        return self.level(RELATION_COMMANDS, build.RELATIONS, self.sum)

    def sum(self) -> Maker:
        return self.level(SIGN_COMMANDS, build.SUMS, self.product)

    def product(self) -> Maker:
        return self.level(SIGN_COMMANDS, build.PRODUCTS | {"/"}, self.signed)

    def level(
        self,
        commands: Mapping[str, str],
        signs: frozenset[str],
        tighter: Callable[[], Maker],
    ) -> Maker:
        """Operands that are ``tighter``, with signs of one strength between them, gathered from the left."""
        make = tighter()
        while True:
            self.spaces()
            sign = commands.get(self.next.text, self.next.text)
            if sign not in signs:
                return make
            self.at += 1
            make = joined(make, sign, tighter())

    def signed(self) -> Maker:
        self.spaces()
        if self.take("-"):
            # −a · b is read as −(a · b), as everyone writes it
            body = self.product()
            return lambda given: build.negative(body(given))
        return self.juxtaposed()

    def juxtaposed(self) -> Maker:
        make = self.factor()
        while True:
            spaced = self.spaces()
            if not self.starts_factor():
                return make
            make = side_by_side(
                make, self.factor(), build.THIN_SPACE if spaced else build.TIMES
            )

    def starts_factor(self) -> bool:
        text = self.next.text
        if text in DELIMITER_COMMANDS:
            return DELIMITER_COMMANDS[text] in PAIRS and text not in {
                r"\rVert",
                r"\rvert",
                r"\|",
            }
        if text in SPACES or text in {r"\right", ""}:
            return False
        return (
            text[0] in "#([{"
            or text[0].isalnum()
            or (text[0] == "\\" and text not in _NOT_FACTORS)
        )

    def factor(self) -> Maker:
        text = self.next.text
        if text in LARGE_COMMANDS:
            return self.large()
        if text == r"\partial" or (
            text == r"\mathrm" and self.lookahead(r"\mathrm{d}")
        ):
            return self.differential()
        if text in FUNCTION_COMMANDS or text == r"\operatorname":
            return self.function()
        base, callable_ = self.primary()
        return self.scripts(base, callable_=callable_)

    def differential(self) -> Maker:
        token = self.take()
        if token is not None and token.text == r"\mathrm":
            self.group()
            sign = "d"
        else:
            sign = "∂"
        self.spaces()
        if not self.starts_factor():
            return lambda _: Operator(sign, "prefix")
        body = self.factor()
        return lambda given: build.differential(body(given), sign)

    def large(self) -> Maker:
        sign = LARGE_COMMANDS[self.next.text]
        self.at += 1
        below, above = self.limits()
        body = self.product()
        return lambda given: build.big(
            sign, body(given), below and below(given), above and above(given)
        )

    def limits(
        self,
    ) -> tuple[
        Callable[[Bindings], Node | None] | None,
        Callable[[Bindings], Node | None] | None,
    ]:
        found: dict[str, Callable[[Bindings], Node | None]] = {}
        while script := self.take("_", "^"):
            found[script.text] = self.script()
        return found.get("_"), found.get("^")

    def function(self) -> Maker:
        if self.take(r"\operatorname"):
            head: Maker = constant(build.function(self.word()))
        else:
            head = constant(build.function(FUNCTION_COMMANDS[self.next.text]))
            self.at += 1
        head = self.scripts(head, callable_=False)
        self.spaces()
        if self.opens_call():
            called = self.arguments(head)
            # f(x)[i] is an entry of f(x), not a product with a bracket
            return self.arguments(called) if self.next.text == "[" else called
        if not self.starts_factor():
            return head
        body = self.factor()
        return lambda given: build.applied(head(given), body(given))

    def opens_call(self) -> bool:
        return (
            self.next.text in {"(", "["}
            or self.lookahead(r"\left(")
            or self.lookahead(r"\left[")
        )

    def scripts(self, base: Maker, *, callable_: bool) -> Maker:
        while True:
            if self.take("'"):
                base = primed(base)
            elif self.take("^"):
                base = with_script(base, self.script(), build.power)
                callable_ = False
            elif self.take("_"):
                base = with_script(base, self.script(), build.subscript)
            elif (callable_ and self.opens_call()) or (
                self.next.text == "[" and self.notation[self.next.at - 1] != " "
            ):
                return self.scripts(self.arguments(base), callable_=False)
            else:
                return base

    def script(self) -> Callable[[Bindings], Node | None]:
        before = self.holes
        self.holes = set()
        make = self.group() if self.next.text == "{" else self.primary()[0]
        named = {hole for hole in self.holes if not hole.isdecimal()}
        self.holes |= before
        return lambda given: make(given) if named <= given.keys() else None

    def arguments(self, head: Maker) -> Maker:
        opening, body, closing = self.fenced()
        return lambda given: Call(
            Operand(head(given), Strength.NUMERAL, Strength.NUMERAL),
            body(given),
            opening,
            closing,
        )

    def fenced(self) -> tuple[str, Maker, str]:
        sized = self.take(r"\left") is not None
        opening = self.delimiter()
        if opening not in PAIRS:
            self.at -= 1
            raise self.error("expected an opening bracket")
        body = self.comma_list()
        if sized:
            self.expect(r"\right")
        closing = self.delimiter()
        if closing != PAIRS[opening] and not sized:
            self.at -= 1
            raise self.error(f"expected {PAIRS[opening]!r}")
        return opening, body, closing

    def delimiter(self) -> str:
        token = self.take()
        if token is None:
            raise self.error("expected a bracket")
        sign = DELIMITER_COMMANDS.get(token.text, token.text)
        if sign not in PAIRS and sign not in PAIRS.values():
            self.at -= 1
            raise self.error("expected a bracket")
        return sign

    def group(self) -> Maker:
        self.expect("{")
        self.spaces()
        make = self.comma_list()
        self.spaces()
        self.expect("}")
        return make

    def primary(self) -> tuple[Maker, bool]:
        text = self.next.text
        if text.startswith("#"):
            self.at += 1
            return self.hole(text[1:]), False
        if text == "{":
            return self.group(), False
        if text in PAIRS or text in DELIMITER_COMMANDS or text == r"\left":
            opening, body, closing = self.fenced()
            return (lambda given: build.fence(opening, body(given), closing)), False
        if text[:1].isdecimal():
            self.at += 1
            return constant(Number(text)), False
        if text[:1].isalpha():
            self.at += 1
            return constant(Symbol(text)), True
        if text in GREEK_COMMANDS:
            self.at += 1
            return constant(Symbol(GREEK_COMMANDS[text])), True
        if text in SYMBOL_COMMANDS:
            self.at += 1
            return constant(SYMBOL_COMMANDS[text]), False
        if text in STYLE_COMMANDS:
            self.at += 1
            return constant(Symbol(self.word(), style=STYLE_COMMANDS[text])), True
        if text == r"\text":
            self.at += 1
            return constant(Text(self.word())), False
        if text in ACCENT_COMMANDS:
            self.at += 1
            mark = ACCENT_COMMANDS[text]
            body = self.group()
            return (lambda given: build.accent(body(given), mark)), False
        if text in {r"\frac", r"\tfrac", r"\dfrac"}:
            self.at += 1
            top, bottom = self.group(), self.group()
            return (lambda given: build.fraction(top(given), bottom(given))), False
        if text == r"\sqrt":
            return self.root(), False
        raise self.error(
            "unknown command" if text.startswith("\\") else "expected a formula"
        )

    def root(self) -> Maker:
        self.expect(r"\sqrt")
        degree: Maker | None = None
        if self.take("["):
            degree = self.comma_list()
            self.expect("]")
        body = self.group()
        return lambda given: build.root(body(given), degree and degree(given))

    def hole(self, name: str) -> Maker:
        self.holes.add(name)
        notation = self.notation

        def filled(given: Bindings) -> Node:
            if name not in given:
                message = f"notation {notation} needs #{name}, and was given {sorted(given) or 'nothing'}"
                raise ValueError(message)
            return given[name]

        return filled


_NOT_FACTORS = RELATION_COMMANDS.keys() | SIGN_COMMANDS.keys() | {r"\right"}
