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
WIDE = """
import numpy as np
x = np.round(np.linspace(-1.37, 2.21, 24).reshape(2, 12), 2)
W = np.round(np.cos(np.arange(36.0)).reshape(12, 3), 3)
loss = np.mean(np.tanh(x @ W) ** 2)
"""
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


DO = """<script>addEventListener("load", () => setTimeout(() => {
  const press = (text) => [...document.querySelectorAll("button")].find((one) => one.textContent === text).click();
  const said = [], note = (text) => said.push(text);
  %s
  setTimeout(() => document.documentElement.setAttribute("data-said", said.join("|")), 3000);
}, 500));</script></body>"""


def said_after(page: str, deeds: str, browse: Browse) -> list[str]:
    """What is noted by deeds that a script does in the page."""
    document, console = browse(without_policy(page).replace("</body>", DO % deeds))
    assert console == []
    found = re.search(r'data-said="([^"]*)"', document)
    assert found is not None
    return found[1].split("|")


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> str:
    script = tmp_path_factory.mktemp("page") / "article.py"
    script.write_text(LESSONS["article"], "utf-8")
    return explain(script).to_html()


def test_the_backward_pass_is_walked_and_what_comes_later_is_veiled(
    article: str, browse: Browse
) -> None:
    deeds = """
    const seen = () => [...document.querySelectorAll("section.step")].filter((one) => getComputedStyle(one).visibility === "visible").length;
    note(seen()); press("Step by step"); note(seen()); press("Next step →"); note(seen());
    note(document.querySelector("g.lit").dataset.of);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true })); note(seen());
    press("Show all"); note(seen());"""
    assert said_after(article, deeds, browse) == ["8", "1", "2", "z2", "1", "8"]


def test_a_result_is_predicted_and_a_usual_mistake_is_named(
    article: str, browse: Browse
) -> None:
    deeds = """
    press("Step by step"); for (let i = 0; i < 5; i++) press("Next step →"); press("Predict first");
    for (const [a, b] of [["−0,3843", "0.7685"], ["0", "-0.7685"], ["0", "1.537"], ["0", ""], ["0", "0.7685"]]) {
      const [one, two] = document.querySelectorAll(".predict input"); one.value = a; two.value = b;
      document.querySelector(".predict").requestSubmit(); note(document.querySelector(".predict .problem").textContent);
    }"""
    assert said_after(article, deeds, browse) == [
        "That is the gradient of h: what this step multiplies it with is missing.",
        "The sign is turned.",
        "Every number is 2 times what it should be.",
        "Some numbers are missing.",
        "Right.",
    ]


def test_what_the_gradient_foretells_stands_beside_what_the_loss_did(
    article: str, browse: Browse
) -> None:
    deeds = """
    const field = document.querySelector('[aria-label="W1, row 2, column 1"]');
    field.focus(); field.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", shiftKey: true }));
    setTimeout(() => note(document.querySelector(".live-bar p").textContent), 1000);"""
    (said,) = said_after(article, deeds, browse)
    assert "The gradient 0.7685 foretold +0.0077, the loss moved by +0.0077." in said


def test_a_unit_that_wakes_is_told_by_the_gradients_that_are_no_longer_0(
    article: str, browse: Browse
) -> None:
    deeds = """
    location.hash = "#~b1.0=1";
    setTimeout(() => note(document.querySelector(".live-bar p").textContent), 1000);"""
    (said,) = said_after(article, deeds, browse)
    assert "No longer 0: the gradient of W1 (3 numbers), b1 (1 number), W2 (1 number)." in said  # fmt: skip


def test_another_learning_rate_gives_another_curve(
    article: str, browse: Browse
) -> None:
    deeds = """
    const [rate, steps] = document.querySelectorAll(".rate input");
    const tell = () => note(document.querySelector(".rate p").textContent);
    steps.value = 1; steps.dispatchEvent(new Event("input")); tell();
    rate.value = 1; rate.dispatchEvent(new Event("input")); tell();"""
    one, far = said_after(article, deeds, browse)
    assert "from 1.4633 to 1.0792" in one
    assert "from 1.4633 to" in far


def test_a_number_that_is_clicked_says_from_which_products_it_comes_as_they_are_now(
    article: str, browse: Browse
) -> None:
    deeds = """
    const told = (of, entry) => {
      const all = document.querySelectorAll(`[data-of="${of}"] [data-entry="${entry}"]`);
      all[all.length - 1].dispatchEvent(new MouseEvent("click", { bubbles: true }));
      note(document.querySelector(".why p").textContent.split("\\n")[0]);
    };
    told("z1", "1,0"); told("dW1", "1,2");
    location.hash = "#~x.0=2";
    setTimeout(() => told("z1", "1,0"), 1000);"""
    assert said_after(article, deeds, browse) == [
        "z1[1, 0] = 0.7 · 1 + 0.3 · 0.5 + (−0.5) · (−1.5) + (−0.2) = 1.4",
        "∂loss/∂W1[1, 2] = 0.7685 · (−1.5) = −1.1528",
        "z1[1, 0] = 0.7 · 2 + 0.3 · 0.5 + (−0.5) · (−1.5) + (−0.2) = 2.1",
    ]


def test_from_far_off_a_page_is_shorter_and_a_walk_goes_back_to_the_lines(
    article: str, browse: Browse
) -> None:
    deeds = """
    const high = () => document.documentElement.scrollHeight, zoom = (name) => document.getElementById(`zoom-${name}`).click();
    const all = high(); zoom("layers"); const layers = high(); zoom("network"); const network = high();
    note(network < 0.5 * all && network < layers && layers < 0.9 * all);
    press("Step by step"); note(document.getElementById("zoom-lines").checked);"""
    assert said_after(article, deeds, browse) == ["true", "true"]


def test_fields_of_a_wide_array_do_not_overlap(tmp_path: Path, browse: Browse) -> None:
    script = tmp_path / "wide.py"
    script.write_text(WIDE, "utf-8")
    deeds = """
    const edges = [...document.querySelectorAll('[aria-label^="x, row 1"]')].map((one) => one.getBoundingClientRect());
    note(edges.length); note(edges.every((one, i) => i === 0 || one.left >= edges[i - 1].right));
    note(document.documentElement.scrollWidth <= innerWidth);"""
    assert said_after(explain(script).to_html(), deeds, browse) == [
        "12",
        "true",
        "true",
    ]


@pytest.mark.parametrize("width", [1200, 320])
def test_axe_finds_nothing_in_the_live_page(
    width: int, article: str, examined: Callable[..., list[object]]
) -> None:
    assert examined(article, width) == []


def test_a_sentence_that_is_told_for_other_numbers_keeps_its_own(
    article: str, browse: Browse
) -> None:
    deeds = """
    const read = () => note([...document.querySelectorAll('[data-asked="dz1[0, 0]"]')].at(-1).textContent.replace(/\\s+/g, " "));
    read(); location.hash = "#~b1.0=1"; setTimeout(() => { read(); press("Reset"); setTimeout(read, 500); }, 1000);"""
    before, changed, again = said_after(article, deeds, browse)
    assert "−0.05" in before
    assert before == changed == again
