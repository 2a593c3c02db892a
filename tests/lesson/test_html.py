import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import told
import told_network
import told_numbers

from chainrule.formula import identifier
from chainrule.lesson.drawings.graph import draw
from chainrule.lesson.drawings.heat import heat
from chainrule.lesson.parts import Chain, Heading, Numbers, Prose, Source
from chainrule.lesson.printers.page.html import to_html

PAGE = to_html(told.article())
VOID = {"meta", "img", "input", "br", "link"}


class Tree(HTMLParser):
    """Tags and attributes as a browser reads them, and whether every tag is closed."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.text = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_tag_is_closed():
    assert Tree(PAGE).open == []


def test_nothing_is_fetched():
    for _, attributes in Tree(PAGE).tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            address = attributes.get(name) or ""
            assert address.startswith(
                ("", "#", "data:image/png;base64,")[bool(address) :]
            )
    assert "://" not in PAGE
    assert "@import" not in PAGE
    assert "url(" not in PAGE


def test_the_policy_allows_our_own_style_and_script_and_nothing_else():
    [policy] = [m["content"] for m in Tree(PAGE).all("meta") if m.get("http-equiv")]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", PAGE, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not any("style" in attributes for _, attributes in Tree(PAGE).tags)


def test_an_id_stands_once_and_every_link_arrives():
    tree = Tree(PAGE)
    ids = [attributes["id"] for _, attributes in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in tree.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    for _, attributes in tree.tags:
        for name in ("aria-labelledby", "for"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


def test_the_page_has_a_language_one_main_and_one_first_heading():
    tree = Tree(PAGE)
    assert tree.all("html") == [{"lang": "en"}]
    assert len(tree.all("main")) == len(tree.all("h1")) == 1
    assert PAGE.partition("<body>")[0].count("<title>") == 1


def test_a_page_without_a_title_still_has_a_first_heading():
    assert to_html([Prose(("Only this.",))]).count("<h1>") == 1


@pytest.mark.parametrize("text", told.HOSTILE)
def test_a_readers_text_stays_text(text):
    plain, tree = (
        # a listing's colours depend on what it says
        Tree(re.sub(r"(<pre[^>]*>).*?</pre>", r"\1</pre>", page, flags=re.DOTALL))
        for page in (to_html(told.hostile(t)) for t in ("w" * len(text), text))
    )
    assert [tag for tag, _ in tree.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(a) for _, a in tree.tags] == [sorted(a) for _, a in plain.tags]
    assert tree.open == []
    assert Tree(to_html(told.hostile(text))).open == []


def test_a_listing_brings_no_tag_of_its_own():
    for text in told.HOSTILE:
        tree = Tree(to_html([Source("python", text, f"x = 1\n{text}\n# {text}")]))
        assert {tag for tag, _ in tree.tags} <= {tag for tag, _ in Tree(PAGE).tags}


def test_a_chain_marks_where_it_is_and_links_to_the_other_steps():
    [z2] = re.findall(r'<section class="step" id="dz2".*?</div>', PAGE, re.DOTALL)
    assert z2.count("aria-current") == 1
    assert '<strong aria-current="step"><math><msub' in z2
    assert 'href="#dh"' in z2
    assert 'href="#dz2"' not in z2


def test_a_long_chain_shows_its_ends_and_where_it_is():
    links = tuple(identifier(f"h{n}") for n in range(100))
    page = to_html([Heading("Deep", 1, "top"), Chain(links, 50, "Backward", (50, 100))])
    assert page.count('class="left-out"') == 2
    assert all(f"<mn>{n}</mn>" in page for n in (0, 49, 50, 51, 99))
    assert "<mn>30</mn>" not in page


def test_listings_that_say_the_same_share_one_set_of_tabs():
    tree = Tree(PAGE)
    radios = [i for i in tree.all("input") if i["name"].startswith("code")]
    assert len(radios) == 4
    assert len({i["name"] for i in radios}) == 1
    assert sum("checked" in i for i in radios) == 1


def test_a_listing_is_kept_to_the_letter():
    source = "if a < b:\n    c = 'x & y'  # <b>\n\n\td = f\"{a}\"\n"
    page = to_html([Source("python", "listing", source)])
    tree = Tree(page)
    assert source.strip() in "".join(tree.text)


def test_a_broken_listing_is_printed_too():
    assert "def (" in to_html([Source("python", "broken", "def (\n  'open")])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 3)),
        np.array(2.5),
        np.array([np.nan, np.inf, 1.0]),
        np.full((100, 100), np.nan),
        np.arange(3.0),
        np.arange(5000.0),
        np.arange(8.0).reshape(2, 2, 2),
        np.ones((2, 3, 4, 5, 6)),
        np.array([[True, False]]),
        np.arange(6).reshape(2, 3),
    ],
)
def test_any_array_can_be_shown(array):
    page = to_html([Numbers("a", identifier("a"), array)])
    assert Tree(page).open == []


def test_every_entry_of_a_small_array_knows_its_place():
    page = to_html([Numbers("W1", identifier("W1"), told_numbers.W1, "value")])
    [inside] = re.findall(r'<mrow data-of="W1" class="value">(.*?)</mtable>', page)
    places = re.findall(r'data-entry="(\d,\d)"', inside)
    assert places == ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"]


def test_a_large_array_is_a_sentence_and_a_small_picture():
    page = to_html([Numbers("W", identifier("W"), np.eye(512))])
    assert "512×512, from 0 to 1" in page
    assert page.count("data:image/png;base64,") == 1
    assert len(page) - len(to_html([])) < 20_000


@pytest.mark.slow
def test_a_page_of_many_arrays_stays_under_two_megabytes():
    many = [
        Numbers(
            f"W{n}", identifier(f"W{n}"), np.random.default_rng(n).normal(size=(8, 8))
        )
        for n in range(800)
    ]
    assert len(to_html(many).encode()) < 2_000_000


def test_the_largest_entry_of_a_block_is_what_its_cell_shows():
    array = np.zeros((640, 640))
    array[5, 5], array[635, 635] = -3.0, 2.0
    picture = heat(array)
    assert (picture.rows, picture.columns, picture.block) == (64, 64, (10, 10))
    assert picture.strongest == 3.0


def test_no_two_nodes_of_a_drawing_touch():
    for graph in (told_network.network(), told_network.wide(64, 64, 32, 10)):
        discs = draw(graph).discs
        for i, a in enumerate(discs):
            for b in discs[i + 1 :]:
                across = b.x - b.half - b.left >= a.x + a.half + a.right
                assert a.x == b.x or across or a.x > b.x
                assert a.x != b.x or abs(a.y - b.y) >= 34


def test_a_drawing_keeps_within_its_sheet():
    for graph in (told_network.network(), told_network.wide(64, 64, 32, 10)):
        drawing = draw(graph)
        for disc in drawing.discs:
            assert disc.x - disc.half - disc.left >= 0
            assert disc.x + disc.half + disc.right <= drawing.width
            assert 17 <= disc.y <= drawing.height - 17


def test_a_long_column_says_how_many_units_it_leaves_out():
    drawing = draw(told_network.wide(64, 64, 32, 10))
    assert [gap.count for gap in drawing.gaps] == [58, 58, 26, 4]
    assert len(drawing.discs) == 24
