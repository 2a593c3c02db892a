"""How the pages of this folder become a site: ``sphinx-build -W docs build/site``."""

import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import chainrule

project = "chainrule"
author = "The chainrule developers"
project_copyright = "The chainrule developers"
version = release = chainrule.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

# A page of cells is run when the site is built; the blocks of all others are run by tests/test_documents.py.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_execution_in_temp = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = f"chainrule {release}"
html_theme_options = {"show_prev_next": True, "navigation_with_keys": False}
html_static_path = ["_static"]
html_css_files = ["columns.css"]
html_show_sourcelink = False
pygments_style = "default"


HREF = re.compile(r'<a [^>]*href="(?!\w+:)([^"#]*)(?:#([^"]+))?"')
ID = re.compile(r' id="([^"]+)"')
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """Have links to files that the site does not hold read as plain words."""
    folder = Path(app.srcdir, page).parent

    def kept(link: re.Match[str]) -> str:
        held = (folder / link[2]).resolve().is_relative_to(app.srcdir)
        return link[0] if held else link[1]

    source[0] = LINK.sub(kept, source[0])


def follow(app: Sphinx, failed: Exception | None) -> None:
    """Follow every link from page to page, as it stands in the site; links that lead out of it are not followed.

    Raises:
        ExtensionError: if one leads nowhere.
    """
    if failed or app.builder.format != "html":
        return
    texts = {page: page.read_text("utf-8") for page in Path(app.outdir).rglob("*.html")}
    ids = {page: set(ID.findall(text)) for page, text in texts.items()}
    broken = []
    for page, text in texts.items():
        for target, part in HREF.findall(text):
            led = (page.parent / unquote(target)).resolve() if target else page
            if not led.exists() or (part and unquote(part) not in ids.get(led, {part})):
                broken.append(f"{page.name}: {target}#{part}")
    if broken:
        raise ExtensionError("links that lead nowhere: " + ", ".join(broken))


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", read)
    app.connect("build-finished", follow)
