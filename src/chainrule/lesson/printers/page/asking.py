"""The answers that a page gives at a click on a gradient, each text once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from chainrule.why import Answer

Whys: TypeAlias = "Mapping[str, Mapping[tuple[int, ...], Answer]]"
NAME = "\0"
"""What stands in a text for the name of what is asked about; entries that are alike share the text."""


def answers(found: Mapping[str, Mapping[tuple[int, ...], Answer]]) -> str:
    """The answers as JSON: the texts, and for each gradient what it is called and the text of each entry. Nothing for none."""
    texts: dict[str, int] = {}
    asked = {
        f"d{name}": [
            next(iter(entries.values())).asked.partition("[")[0],
            {
                ",".join(map(str, place)): texts.setdefault(_text(one), len(texts))
                for place, one in entries.items()
            },
        ]
        for name, entries in found.items()
    }
    if not asked:
        return ""
    data = {"texts": list(texts), "asked": asked}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace(
        "</", "<\\/"
    )


def _text(answer: Answer) -> str:
    """What the page says; an ordinary number is said without its line, which stands beside it."""
    if answer.kind == "ordinary" and len(answer.sentences) > 1:
        return answer.sentences[1].replace(answer.asked, NAME)
    return str(answer).replace(answer.asked, NAME)
