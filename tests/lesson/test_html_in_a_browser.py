"""What only a browser can say of the page: needs Chromium, and npm for axe-core."""

import html
import json
import re
import shutil
import subprocess

import pytest
import told

from chainrule.lesson.media.page.html import to_html
from chainrule.lesson.parts import Heading

pytestmark = pytest.mark.tools

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AXE = "axe-core@4"
REPORT = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => {
  const said = document.createElement("pre");
  said.id = "axe";
  said.textContent = JSON.stringify(found.violations.map(
    (v) => [v.id, v.help, v.nodes.length, v.nodes[0].html]));
  document.body.append(said);
});
"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    assert npm, "this test needs npm"
    command = [npm, "install", "--silent", "--no-save", "--prefix", str(folder), AXE]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    return source.read_text(encoding="utf-8").replace("</script", r"<\/script")


def _browse(page, folder, *options):
    """The document a browser makes of a page, and what it wrote to its console."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "this test needs Chromium"
    fixed = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        "--virtual-time-budget=60000",
    ]
    done = subprocess.run(
        [program, *fixed, *options, "--dump-dom", file.as_uri()],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=180,
    )
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return done.stdout, console


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("which", ["article", "hostile"])
def test_axe_finds_nothing(which, width, axe, tmp_path):
    page = to_html(told.article() if which == "article" else told.hostile("word"))
    # the page's own policy would keep the examiner out
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    script = f"<script>{axe}</script><script>{REPORT}</script></body>"
    document, _ = _browse(
        page.replace("</body>", script), tmp_path, f"--window-size={width},900"
    )
    [report] = re.findall(r'<pre id="axe">(.*?)</pre>', document, re.DOTALL)
    assert json.loads(html.unescape(report)) == []


def test_the_policy_lets_the_page_be_itself(tmp_path):
    _, console = _browse(to_html(told.article()), tmp_path)
    assert console == []


def test_the_policy_refuses_what_is_not_the_pages_own(tmp_path):
    page = to_html([Heading("One", 1, "one")])
    planted = page.replace(
        "</main>", "<script>document.title = 'taken'</script></main>"
    )
    assert planted != page
    document, console = _browse(planted, tmp_path)
    assert "<title>One</title>" in document
    assert any("Content Security Policy" in line for line in console)


@pytest.mark.parametrize("text", told.HOSTILE)
def test_nothing_a_reader_wrote_runs(text, tmp_path):
    page = to_html(told.hostile(text.replace("alert(1)", "document.title='taken'")))
    # even without the policy
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    document, _ = _browse(page, tmp_path)
    assert "<title>taken</title>" not in document


def test_pointing_at_a_number_lights_its_other_places(tmp_path):
    page = to_html(told.article())
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    point = """<script>document.querySelector(
      'mrow[data-of="dh"] [data-entry="1,0"]').focus();</script></body>"""
    document, _ = _browse(page.replace("</body>", point), tmp_path)
    lit = re.findall(r"<m[no][^>]*\blit\b[^>]*>([^<]*)<", document)
    assert lit == ["0.7685", "0.7685"]


def test_the_printed_page_holds_every_tab(tmp_path):
    page = to_html(told.article())
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "this test needs Chromium"
    subprocess.run(
        [
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={tmp_path / 'page.pdf'}",
            file.as_uri(),
        ],
        capture_output=True,
        check=True,
        timeout=180,
    )
    pdf = (tmp_path / "page.pdf").read_bytes()
    # five listings, the network, the plot and the wide network: not what a screen shows at once
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 6
