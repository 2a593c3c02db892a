import shutil
import subprocess

import pytest
import told

from chainrule.lesson.parts import Heading, Prose, Source, Table
from chainrule.lesson.printers.paper.latex import to_latex
from chainrule.lesson.printers.paper.letters import code, declarations, text


@pytest.mark.parametrize("hostile", told.HOSTILE)
def test_a_readers_text_holds_no_command(hostile):
    ours = set(_commands(to_latex(told.hostile("w" * len(hostile)))))
    assert set(_commands(to_latex(told.hostile(hostile)))) - ours <= ESCAPES


def test_braces_balance_and_the_document_ends_once():
    for hostile in told.HOSTILE:
        document = to_latex(told.hostile(hostile))
        bare = document.replace(r"\{", "").replace(r"\}", "")
        assert bare.count("{") == bare.count("}")
        assert document.count(r"\end{document}") == 1


def test_letters_of_every_script_are_declared():
    said = declarations("ŷ σ → 日 ∑ \u0301 ½ —")
    assert r"{0177}{\^{y}}" in said
    assert r"{03C3}{\ensuremath{\sigma}}" in said
    assert r"{65E5}{\texttt{[U+65E5]}}" in said
    assert len(said.splitlines()) == 8


def test_text_and_code_are_escaped():
    assert text("a_b & 50 %") == r"a\_b \& 50 \%"
    assert code("x  = `'") == r"\texttt{x\ \ =\ \textasciigrave{}\textquotesingle{}}"


@pytest.mark.tools
@pytest.mark.parametrize("which", ["article", *range(len(told.HOSTILE))])
def test_the_document_compiles(which, tmp_path):
    assert shutil.which("pdflatex"), "this test needs pdflatex"
    parts = told.article() if which == "article" else told.hostile(told.HOSTILE[which])
    _compile(to_latex(parts), tmp_path)


@pytest.mark.tools
def test_any_letter_compiles(tmp_path):
    letters = "ŷ σ Σ ∂ → ∑ ½ — “q” 日本 Ω ﬁ \u0301 𝟏 ᵀ ⊙ ≤ é ñ ő ł ß 😀 ﷺ \u202e"
    parts = (
        Heading(letters, 1, "a"),
        Prose((letters,)),
        Source("python", letters, f"# {letters}"),
        Table((letters,), ((f"[{letters}]",), ("*",))),
    )
    _compile(to_latex(parts), tmp_path)


ESCAPES = {
    "textbackslash",
    "textasciitilde",
    "textasciicircum",
    "textasciigrave",
    "textquotesingle",
    "textless",
    "textgreater",
    "textbar",
    "fontsize",
    "selectfont",
    *"#$%&_{} ",
}


def _commands(document):
    found = document.split("\\")[1:]
    for after in found:
        letters = ""
        for c in after:
            if not (c.isascii() and c.isalpha()):
                break
            letters += c
        yield letters or after[:1]


def _compile(document, folder):
    (folder / "lesson.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-recorder"]
    done = subprocess.run(
        [*command, "-interaction=nonstopmode", "-halt-on-error", "lesson.tex"],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )
    log = (folder / "lesson.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    assert (folder / "lesson.pdf").stat().st_size > 5000
    opened = (folder / "lesson.fls").read_text(encoding="utf-8")
    assert "/etc/passwd" not in opened
