"""At a click on a gradient the page says why it is what it is."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from chainrule import explain

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"
CLICK = """<script>
document.querySelector('%s').dispatchEvent(new %s);
</script></body>"""


def asked(page: str) -> dict[str, Any]:
    found = re.search(r'id="why">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


def told(document: str) -> str:
    found = re.search(r'class="why">.*?<p[^>]*>(.*?)</p>', document, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_the_page_holds_the_answer_on_every_entry_of_every_gradient() -> None:
    lesson = explain(ARTICLE)
    data = asked(lesson.to_html())
    for name, gradient in lesson.gradients.items():
        called, entries = data["asked"][f"d{name}"]
        assert called == f"∂loss/∂{name}"
        assert len(entries) == gradient.size
    one = data["texts"][data["asked"]["dW1"][1]["0,1"]]
    assert one.replace("\0", "∂loss/∂W1[0, 1]") == str(lesson.why("W1[0, 1]"))


def test_every_remark_on_a_unit_that_is_off_asks_a_question_that_is_answered() -> None:
    page = explain(ARTICLE).to_html()
    data = asked(page)["asked"]
    questions = re.findall(r'data-asked="(\w+)\[(.*?)\]"', page)
    assert ("dz1", "0, 0") in questions
    for name, place in questions:
        assert place.replace(" ", "") in data[name][1]


@pytest.mark.tools
@pytest.mark.parametrize(
    ("where", "event"),
    [
        ('[data-of="dW1"] [data-entry="0,1"]', 'MouseEvent("click", {bubbles: true})'),
        (
            '[data-of="dW1"] [data-entry="0,1"]',
            'KeyboardEvent("keydown", {key: "Enter", bubbles: true})',
        ),
        ("[data-asked] button", 'MouseEvent("click", {bubbles: true})'),
    ],
)
def test_a_click_or_the_enter_key_tells_it(where: str, event: str, browse: Any) -> None:
    page = re.sub(
        r'<meta http-equiv="Content-Security-Policy"[^>]*>',
        "",
        explain(ARTICLE).to_html(),
    )
    document, _ = browse(page.replace("</body>", CLICK % (where, event)))
    assert "the unit is off: np.maximum(0, z1) is flat" in told(document)


@pytest.mark.tools
@pytest.mark.parametrize(
    ("width", "options"),
    [(1200, ()), (320, ()), (1200, ("--blink-settings=preferredColorScheme=0",))],
)
def test_axe_finds_nothing_after_a_question_and_an_edit(
    width: int, options: tuple[str, ...], examined: Any
) -> None:
    act = """<script>
    document.querySelector("[data-asked] button").click();
    const field = document.querySelector('[aria-label="b1, row 1, column 1"]');
    field.value = "1";
    field.dispatchEvent(new Event("input"));
    </script></body>"""
    page = explain(ARTICLE).to_html().replace("</body>", act)
    assert examined(page, width, *options) == []
