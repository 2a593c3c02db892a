"""A page's numbers after an edit, computed by its own script in node, against the lesson told afresh."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import explain
from chainrule.lesson.printers.page.html import to_html

VOID = frozenset(["meta", "input", "br", "img", "path", "rect", "circle"])
UNSEEN = frozenset(["script", "style", "desc", "mphantom", "title", "head"])
CORE = """
const data = %s;
const run = (inputs) => told(data, live(...inputs));
const first = run(data.inputs.map((one) => one[3]));
const seen = (inputs) => {
  const now = run(inputs), off = changed(data, first, now);
  return {
    numbers: data.numbers.map((_, n) => plain(now.number(n))), brackets: data.brackets.map((_, n) => now.bracket(n)), refused: data.always.some(off),
    raw: data.numbers.map(([line, place]) => now.values[line][place]),
    stale: data.told.map((all) => all.some(off)),
  };
};
console.log(JSON.stringify(%s.map(seen)));
"""


def data_of(page: str) -> dict[str, Any]:
    """What a page knows of its numbers."""
    found = re.search(r'id="live">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


def seen_in_node(page: str, edits: list[list[list[float]]]) -> list[dict[str, Any]]:
    """What the script of a page makes of each edit."""
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
    core = script[: script.index("{\nconst data")]
    text = core + CORE % (json.dumps(data_of(page)), json.dumps(edits))
    done = subprocess.run(
        ["node", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


DESCENT = """
const document = { getElementById: () => null };
const data = %s, inputs = data.inputs.map((one) => one[3]);
%s
console.log(JSON.stringify(losses(%r, %r)));
"""


def losses_in_node(page: str, rate: float, n: int) -> list[float]:
    """The losses of so many steps, as a page's slider of the learning rate has them."""
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
    core = script[: script.index("{\nconst data")]
    slider = script[script.index("const[usualRate") :]
    steps = slider[: slider.index("if(update&&")]
    text = core + DESCENT % (json.dumps(data_of(page)), steps, rate, n)
    done = subprocess.run(
        ["node", "-"], input=text, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


class Reader(HTMLParser):
    """The text of a page; with what a script saw, as that script leaves it, and cut where it marks a part."""

    def __init__(self, seen: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.seen = seen
        self.chunks = [""]
        self.open: list[tuple[str, str, str]] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = dict(attrs)
        end, mute = "", tag in UNSEEN
        if self.seen is not None and not self.quiet:
            if (
                "data-told" in given
                and self.seen["stale"][int(given["data-told"] or 0)]
            ):
                self.chunks.append("")
                mute = True
            elif "data-n" in given and tag != "path":
                at = int(given["data-n"] or 0)
                number, raw = self.seen["numbers"][at], self.seen["raw"][at]
                self.say(f"{EDGE}{number}{RAW}{raw!r}{EDGE}")
                mute = True
        if "data-p" in given and self.seen is not None:
            stands = self.seen["brackets"][int(given["data-p"] or 0)]
            self.say("(" if stands else "")
            end = ")" if stands else ""
            tag += "*"
        self.open.append((tag, end, "mute" if mute else ""))
        self.quiet += mute

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        called, end, mute = self.open.pop()
        assert called.rstrip("*") == tag, (called, tag)
        self.quiet -= mute == "mute"
        self.say(end)

    def handle_data(self, text: str) -> None:
        within = [one[0] for one in self.open[-2:]]
        if within and within[-1] == "mo" and within[0].endswith("*") and text in "()":
            return
        self.say(text)

    def say(self, text: str) -> None:
        if not self.quiet:
            self.chunks[-1] += text


EDGE, RAW = "\x01", "\x02"
"""Between two edges stands a number that follows, as it is printed and as it is."""
ZERO = r"−?(?:0(?:\.0+)?|[\d.]+×10−1[5-9])"
"""A sum that cancels is 0 in one order of its terms and 1e-17 in another."""
NOTHING, NEAR = 1e-13, 1e-6
"""What a sum that cancels leaves at most; how near to a half a number is that is summed in another order."""


def texts(page: str, seen: dict[str, Any] | None = None) -> list[str]:
    """What a reader sees, without spaces: in pieces between the parts that are marked."""
    return [plain(one) for one in texts_with_edges(page, seen)]


def plain(text: str) -> str:
    """A text without what numbers are beside."""
    return re.sub(rf"{EDGE}([^{RAW}]*){RAW}[^{EDGE}]*{EDGE}", r"\1", text)


def texts_with_edges(page: str, seen: dict[str, Any] | None = None) -> list[str]:
    """The same, with numbers that follow between their edges."""
    reader = Reader(seen)
    reader.feed(page[page.index("<main>") : page.index("</main>") + len("</main>")])
    flat = (re.sub(r"[\s⁡⁢]+", "", one) for one in reader.chunks)
    return [plain_powers(one) for one in flat if one]


def plain_powers(text: str) -> str:
    """Powers of ten alike, whether a font raises them or the letters do."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−")
    return re.sub(
        r"×10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"×10{m[1].translate(raised)}", text
    )


def changed_script(text: str, numbers: dict[str, np.ndarray]) -> str:
    """A script with other arrays where it writes them out."""
    tree = ast.parse(text)
    changed = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            new = numbers.get(node.targets[0].id)
            if new is not None:
                plain = isinstance(node.value, ast.Constant | ast.UnaryOp)
                made = repr(new.tolist()) if plain else f"np.array({new.tolist()!r})"
                node.value = ast.parse(made, mode="eval").body
                changed.add(node.targets[0].id)
    missing = set(numbers) - changed
    assert not missing, f"each is to be written by itself: {missing}"
    return ast.unparse(ast.fix_missing_locations(tree))


@np.errstate(all="ignore")  # as NumPy comes: a mask of −1e9 underflows
def differences(
    script: Path,
    edits: int,
    rng: np.random.Generator,
    scratch: Path,
    **options: Any,
) -> tuple[list[str], dict[str, int]]:
    """What is false in the page after random edits, and how often the page refused or marked a part."""
    text = ast.unparse(ast.parse(script.read_text("utf-8")))
    own = scratch / script.name
    own.write_text(text, "utf-8")
    page = explain(own, **options).to_html()
    inputs = data_of(page)["inputs"]
    asked = [
        edited([list(one[3]) for one in inputs], inputs, rng) for _ in range(edits)
    ]
    wrong, counts = (
        [],
        {"edits": edits, "refused": 0, "marked": 0, "whole": 0, "halves": 0},
    )
    halves: set[tuple[str, str]] = set()
    for numbers, seen in zip(asked, seen_in_node(page, asked), strict=True):
        if seen["refused"]:
            counts["refused"] += 1
            continue
        arrays = {
            one[0]: np.array(new, one[2]).reshape(one[1])
            for one, new in zip(inputs, numbers, strict=True)
            # what the script makes of other numbers it goes on making of them
            if new != one[3]
        }
        own.write_text(changed_script(text, arrays), "utf-8")
        (fresh,) = texts(to_html(explain(own, **options).parts))
        counts["marked" if any(seen["stale"]) else "whole"] += 1
        start = 0
        for read in texts_with_edges(page, seen):
            alike = read_alike(read, fresh, start)
            if alike is None:
                wrong.append(first_difference(read, fresh[start:]))
                break
            start, apart = alike
            # a number may stand in many places, and after many edits
            halves |= apart
            counts["halves"] = len(halves)
    return wrong, counts


def read_alike(
    read: str, fresh: str, start: int
) -> tuple[int, set[tuple[str, str]]] | None:
    """Where a chunk ends in a text, from which it differs by rounding alone, and the numbers that do.

    Only a sum that cancels may be another zero, and only an exact half may be rounded to the other side: 0.06855
    summed in another order is 0.0685 or 0.0686.
    """
    found = fresh.find(plain(read), start)
    if found >= 0:
        return found + len(plain(read)), set()
    parts = read.split(EDGE)
    numbers = [tuple(part.split(RAW)) for part in parts[1::2]]
    patterns = (f"({rounded(text, raw)})" for text, raw in numbers)
    pattern = "".join(
        next(patterns) if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
    match = re.compile(pattern).search(fresh, start)
    if match is None:
        return None
    pairs = zip((text for text, _ in numbers), match.groups(), strict=True)
    return match.end(), {(one, other) for one, other in pairs if one != other}


def rounded(text: str, raw: str) -> str:
    """A pattern of what a number may be printed as: as it is, or a half on either side, or what cancels."""
    size = abs(float("nan" if raw == "None" else raw))
    if size <= NOTHING:
        return ZERO
    found = re.fullmatch(r"(−?)(\d+(?:\.\d+)?)(?:×10(−?\d+))?", text)
    if found is None or not np.isfinite(size):
        return re.escape(text)
    sign, digits, power = found.groups()
    rest = text[len(sign) + len(digits) :]
    scale = 10.0 ** int((power or "0").replace("−", "-"))
    # 1.2795 is 1.279 or 1.28: zeros at the end are not printed
    zeros = range(3 if "." in digits else 1)
    for number in (Decimal(f"{digits}{'0' * n}") for n in zeros):
        unit = Decimal((0, (1,), int(number.as_tuple().exponent)))
        units = size / (float(unit) * scale)
        if abs(units - np.floor(units) - 0.5) <= NEAR:
            others = (str(number + unit), str(number - unit))
            beside = (digits, *others, *(one.rstrip("0") for one in others))
            return "|".join(re.escape(f"{sign}{one}{rest}") for one in beside)
    return re.escape(text)


def where_they_part(chunk: str, fresh: str) -> tuple[int, int]:
    """Where a chunk stops to be in a text: the place in the text, and in the chunk."""
    low, high = 0, len(chunk)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if chunk[:middle] in fresh else (low, middle - 1)
    return fresh.find(chunk[:low]) + low, low


def first_difference(chunk: str, fresh: str) -> str:
    """Both texts around the place where they part."""
    chunk = plain(chunk)
    at, low = where_they_part(chunk, fresh)
    return f"page …{chunk[max(low - 60, 0) : low + 40]}… fresh …{fresh[max(at - 60, 0) : at + 40]}…"


def edited(
    numbers: list[list[float]], inputs: list[Any], rng: np.random.Generator
) -> list[list[float]]:
    """The same numbers, one to three of them changed; labels seldom, for another label is often another lesson.

    A whole number becomes another that is there, so that labels stay labels.
    """
    labels = rng.random() < 0.2
    places = [
        (i, k)
        for i, one in enumerate(inputs)
        if labels or one[0].lower() != "y"
        for k in range(len(one[3]))
    ]
    for at in rng.choice(
        len(places), min(len(places), rng.integers(1, 4)), replace=False
    ):
        i, k = places[at]
        if inputs[i][2].startswith("float"):
            numbers[i][k] = round(float(rng.normal(0, 1.5)), int(rng.integers(0, 4)))
        else:
            numbers[i][k] = numbers[i][rng.integers(len(numbers[i]))]
    return numbers
