"""What only a browser can say of the page that follows its numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import live_lessons
import numpy as np
import pytest
from following import changed_script, data_of, first_difference, texts

from chainrule import explain
from chainrule.lesson.printers.page.html import to_html

pytestmark = pytest.mark.tools
ROOT = Path(__file__).parents[2]
LESSONS = {
    "article": (ROOT / "examples" / "article.py").read_text("utf-8"),
    **live_lessons.LESSONS,
}
Browse = Callable[..., tuple[str, list[str]]]
OURS = ".live-bar, .editor, .fixed, .why, .stale-note, .note button, .tools"
EDIT = """<script>addEventListener("load", () => {
  location.hash = %r;
  setTimeout(() => {
    for (const one of document.querySelectorAll(%r)) one.remove();
    for (const one of document.querySelectorAll(".stale")) one.replaceWith("CUT");
  }, 5000);
});</script></body>"""


def without_policy(page: str) -> str:
    """The page as one that lets a test in."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


@pytest.mark.parametrize("name", ["article", "attention", "log-sum-exp", "lstm"])
def test_what_the_page_writes_is_what_a_fresh_lesson_writes(
    name: str, tmp_path: Path, browse: Browse
) -> None:
    script = tmp_path / "lesson.py"
    text = ast.unparse(ast.parse(LESSONS[name]))
    script.write_text(text, "utf-8")
    page = explain(script).to_html()
    inputs = data_of(page)["inputs"]
    at = next(i for i, one in enumerate(inputs) if one[0].startswith(("W", "Wq")))
    called, shape, dtype, numbers, _ = inputs[at]
    # a sign that turns, a power of ten, a whole number among decimals
    changed = [-numbers[0], 2e-9, 1.0, *numbers[3:]]
    arrays = {called: np.array(changed, dtype).reshape(shape)}
    script.write_text(changed_script(text, arrays), "utf-8")
    (fresh,) = texts(to_html(explain(script).parts))
    edits = "&".join(f"{called}.{k}={x}" for k, x in enumerate(changed))
    document, console = browse(
        without_policy(page).replace("</body>", EDIT % (f"~{edits}", OURS))
    )
    assert console == []
    (read,) = texts(document)
    start = 0
    for piece in read.split("CUT"):
        found = fresh.find(piece, start)
        assert found >= 0, first_difference(piece, fresh[start:])
        start = found + len(piece)
