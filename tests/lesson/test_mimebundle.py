import html
import re

import pytest
import told

from chainrule.lesson.printers.mimebundle import fallback, mimebundle
from chainrule.lesson.printers.page.html import to_html

BUNDLE = mimebundle(told.article(), "the lesson")
# what a notebook that is not trusted takes away
STRIPPED = ("math", "svg", "style", "script", "iframe", "link", "object")


def test_plain_text_and_html_are_offered():
    assert BUNDLE["text/plain"] == "the lesson"
    assert set(BUNDLE) == {"text/plain", "text/html"}


def test_the_frame_holds_the_whole_page_in_a_sandbox():
    [frame] = re.findall(r"<iframe[^>]*>", BUNDLE["text/html"])
    assert 'sandbox="allow-scripts"' in frame
    assert "allow-same-origin" not in frame
    [page] = re.findall(r'srcdoc="([^"]*)"', frame)
    assert html.unescape(page) == to_html(told.article())


def test_the_plain_words_stand_first_and_are_hidden_by_a_style_after_them():
    shown = BUNDLE["text/html"]
    [name] = re.findall(r'<div id="(chainrule-[0-9a-f]+)">', shown)
    assert shown.index(name) < shown.index("<iframe")
    assert shown.endswith(f"<style>#{name} {{ display: none }}</style>")


def test_without_the_frame_every_number_is_still_there():
    words = str(fallback(told.article()))
    assert not re.search(rf"<({'|'.join(STRIPPED)})\b", words)
    for number in ("−0.3843", "0.7685", "−1.1528", "0.2315", "−4.3201", "1.079203"):
        assert number.rstrip("03") in words or number in words


@pytest.mark.parametrize("text", told.HOSTILE)
def test_a_readers_text_stays_text(text):
    def tags(markup):
        return re.findall(r"</?[a-z0-9]+", str(markup))

    assert tags(fallback(told.hostile(text))) == tags(fallback(told.hostile("word")))
    frames = mimebundle(told.hostile(text), "")["text/html"]
    assert tags(frames) == tags(mimebundle(told.hostile("word"), "")["text/html"])
