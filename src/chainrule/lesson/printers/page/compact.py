"""Mathematics in fewer letters: what an array's entries share is said once, at the array."""

from __future__ import annotations

import re
from typing import Final

ARRAY: Final = re.compile(
    r'<mrow data-of="(?P<of>[^"]*)"(?: class="(?P<kind>[a-z]+)")?>'
    r"<mo[^>]*>\[</mo><mtable>(?P<cells>(?:(?!<mtable>).)*?)</mtable>"
)
OPENING: Final = re.compile(r'(<mrow(?: [^>]*)?><mo) form="prefix"')
CLOSING: Final = re.compile(r'<mo form="postfix"([^>]*>[^<]*</mo></mrow>)')
FOCUS: Final = re.compile(r'(<mn[^>]*) tabindex="0"')
START: Final = "<math><mrow>"
END: Final = "</mrow></math>"
ROW: Final = re.compile(r"</?mrow")
IDENTITY: Final = re.compile(r' (?:tabindex|data-of|data-entry)="[^"]*"')


def compact(markup: str, *, identities: bool = True) -> str:
    """The same formula, shorter; without ``identities`` its numbers can no longer be pointed at.

    >>> one = '<mtr><mtd><mn tabindex="0" data-of="W" data-entry="0,0" class="value">1</mn></mtd></mtr>'
    >>> compact(
    ...     f'<mrow data-of="W" class="value"><mo form="prefix">[</mo><mtable>{one}</mtable>'
    ... )
    '<mrow data-of="W" class="value"><mo>[</mo><mtable><mtr><mtd><mn data-entry="0,0">1</mn></mtd></mtr></mtable>'
    """
    # the page's style makes all of its formulas large
    markup = markup.replace('<math display="block">', "<math>", 1)
    # the page's script lets the keyboard at its numbers
    markup = FOCUS.sub(r"\1", markup)
    # what a sign is follows from its place at an end of a row: MathML Core, 3.2.4.2
    markup = bare(CLOSING.sub(r"<mo\1", OPENING.sub(r"\1", markup)))
    if not identities:
        markup = IDENTITY.sub("", markup)
        return re.sub(
            r'(<mrow class="([a-z]+)"><mo[^>]*>\[</mo><mtable>)(.*?)(</mtable>)',
            lambda m: m[1] + m[3].replace(f' class="{m[2]}"', "") + m[4],
            markup,
        )
    return ARRAY.sub(_shared, markup)


def bare(markup: str) -> str:
    """The same formula without a row around all of it: that ``<math>`` is one itself.

    MathML Core, 2.1.1.

    >>> bare("<math><mrow><mi>x</mi><mo>=</mo><mrow><mn>1</mn></mrow></mrow></math>")
    '<math><mi>x</mi><mo>=</mo><mrow><mn>1</mn></mrow></math>'
    >>> bare("<math><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></math>")
    '<math><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></math>'
    """
    inner = markup.removeprefix(START).removesuffix(END)
    if len(inner) != len(markup) - len(START) - len(END):
        return markup
    depth = 0
    for edge in ROW.findall(inner):
        depth += 1 if edge == "<mrow" else -1
        if depth < 0:
            # the first row ends before the last one
            return markup
    return f"<math>{inner}</math>"


def _shared(match: re.Match[str]) -> str:
    cells = match["cells"].replace(f' data-of="{match["of"]}"', "")
    if match["kind"]:
        cells = cells.replace(f' class="{match["kind"]}"', "")
    start, end = match.span("cells")
    whole, at = match.group(), match.start()
    return whole[: start - at] + cells + whole[end - at :]
