"""What only a browser can say of the page."""

import re

import pytest
import told

from chainrule.lesson.parts import Heading
from chainrule.lesson.printers.page.html import to_html

pytestmark = pytest.mark.tools


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("which", ["article", "hostile"])
def test_axe_finds_nothing(which, width, examined):
    page = to_html(told.article() if which == "article" else told.hostile("word"))
    assert examined(page, width) == []


def test_the_policy_lets_the_page_be_itself(browse):
    _, console = browse(to_html(told.article()))
    assert console == []


def test_the_policy_refuses_what_is_not_the_pages_own(browse):
    page = to_html([Heading("One", 1, "one")])
    planted = page.replace(
        "</main>", "<script>document.title = 'taken'</script></main>"
    )
    assert planted != page
    document, console = browse(planted)
    assert "<title>One</title>" in document
    assert any("Content Security Policy" in line for line in console)


@pytest.mark.parametrize("text", told.HOSTILE)
def test_nothing_a_reader_wrote_runs(text, browse):
    page = to_html(told.hostile(text.replace("alert(1)", "document.title='taken'")))
    # even without the policy
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    document, _ = browse(page)
    assert "<title>taken</title>" not in document


def test_pointing_at_a_number_lights_its_other_places(browse):
    page = to_html(told.article())
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    point = """<script>document.querySelector(
      'mrow[data-of="dh"] [data-entry="1,0"]').focus();</script></body>"""
    document, _ = browse(page.replace("</body>", point))
    lit = re.findall(r"<m[no][^>]*\blit\b[^>]*>([^<]*)<", document)
    assert lit == ["0.7685", "0.7685"]


def test_the_printed_page_holds_every_tab(browse, tmp_path):
    page = to_html(told.article())
    browse(page, f"--print-to-pdf={tmp_path / 'page.pdf'}")
    pdf = (tmp_path / "page.pdf").read_bytes()
    # five listings, the network, the plot and the wide network: not what a screen shows at once
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 6
