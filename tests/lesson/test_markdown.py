import re

import pytest
import told
from markdown_it import MarkdownIt

from chainrule.lesson.parts import Code, Prose, Source, Table
from chainrule.lesson.printers.markdown import code, to_markdown

TEXT = to_markdown(told.article())


def test_display_mathematics_stands_between_lines_of_dollars():
    fences = [line for line in TEXT.splitlines() if "$$" in line]
    assert fences
    assert set(fences) == {"$$"}
    assert len(fences) % 2 == 0


def test_a_table_lines_up_in_the_raw_text():
    for table in re.findall(r"(?:^\|.*\|\n)+", TEXT, re.MULTILINE):
        assert len({len(line) for line in table.splitlines()}) == 1


def test_every_listing_is_fenced_as_python():
    assert TEXT.count("```python\n") == 5
    assert TEXT.count("```") == 10


def test_a_listing_cannot_end_its_fence():
    text = to_markdown([Source("python", "x", "a = '''\n```\n````\n<script>\n'''")])
    fence = text.split("\n\n")[1].splitlines()[0].removesuffix("python")
    assert fence == "`````"
    assert text.rstrip().endswith(f"'''\n{fence}")


@pytest.mark.parametrize("text", told.HOSTILE)
def test_a_readers_text_opens_no_tag_and_no_link(text):
    markdown = to_markdown(told.hostile(text))
    kinds = set(_kinds(MarkdownIt("commonmark").enable("table").parse(markdown)))
    assert not kinds & {"html_inline", "html_block", "link_open", "image"}


@pytest.mark.parametrize("text", told.HOSTILE)
def test_dollars_outside_code_are_ours(text):
    def dollars(text):
        markdown = to_markdown(told.hostile(text)).replace(code(text), "")
        markdown = re.sub(FENCED, "", markdown, flags=re.MULTILINE | re.DOTALL)
        return len(re.findall(r"(?<!\\)\$", markdown))

    assert dollars(text) == dollars("word")


def test_what_starts_a_paragraph_starts_no_list():
    assert to_markdown([Prose(("- 1 is minus one",))]).startswith(r"\- 1")
    assert to_markdown([Prose(("1. is one",))]).startswith(r"\1. is one")


def test_a_bar_in_a_cell_stays_in_the_cell():
    text = to_markdown([Table(("a", "b"), (("x | y", Code("p | q")),))])
    assert len(re.findall(r"(?<!\\)\|", text.splitlines()[2])) == 3


FENCED = r"^(`{3,})\w+\n.*?^\1$"


def _kinds(tokens):
    for token in tokens:
        yield token.type
        yield from _kinds(token.children or ())
