"""Numbers stated in a text are judged at the precision printed, errors carried forward: the article, ten classics."""

from pathlib import Path

import pytest

from chainrule.check import Judgement, check_claims, check_script
from chainrule.check.stated import stated, where
from chainrule.program import UsageError

EXAMPLES = Path(__file__).parents[2] / "examples"
CORPUS = EXAMPLES / "corpus"
RIGHT, WRONG, FOLLOWS, ROUNDED = (
    Judgement.RIGHT,
    Judgement.WRONG,
    Judgement.FOLLOWS,
    Judgement.ROUNDED_WRONG,
)
# the published numbers that are not right as printed
NOT_RIGHT = {
    "mazur": {
        "after.E_total": WRONG,
        "after.10000.out_o": WRONG,
        "after.10000.E_total": WRONG,
    },
    "han_kamber": {"dnet6": ROUNDED},
    "victor_zhou": {"dy_pred": ROUNDED, "dw1": ROUNDED},
    "g_eoj": {
        "dW2": ROUNDED,
        "dW1": ROUNDED,
    },  # off by one and by three in the twelfth decimal
}


def sheet(name):
    return check_claims(CORPUS / f"{name}.py", CORPUS / f"{name}.toml")


def test_the_article():
    found = check_claims(
        EXAMPLES / "article_numpy.py", EXAMPLES / "article_claims.toml"
    )
    verdicts = {where(one.statement): one.verdict for one in found.judged}
    assert verdicts["z1"] is WRONG
    assert found["z1"].entries == (0, 1)
    assert verdicts["y_pred"] is ROUNDED
    assert round(float(found["y_pred"].carried.item()), 3) == 0.168
    follow = ("h", "z2", "loss", "dz2", "dW2", "db2", "dh", "dz1", "dW1", "db1")
    assert {verdicts[name] for name in follow} == {FOLLOWS}
    assert {verdicts[f"after.{name}"] for name in ("W1", "b1", "W2", "b2")} == {RIGHT}
    assert verdicts["after.loss"] is WRONG
    assert found["after.loss"].cause == "This is the value before the update."


def test_numbers_may_stand_in_a_list_and_are_as_precise_as_they_are_printed(tmp_path):
    claims = tmp_path / "claims.toml"
    claims.write_text("z = [-0.05, 1.40]\nW = [[1, 2e-3]]\n")
    printed = [
        [(one.value, one.half) for one in statement.printed]
        for statement in stated(claims)
    ]
    assert printed == [
        [(-0.05, 0.005), (1.4, 0.005)],
        [(1.0, 0.5), (0.002, 5e-4)],
    ]
    claims.write_text("z = [true]\n")
    with pytest.raises(UsageError, match="E408"):
        list(stated(claims))


@pytest.mark.spread(3)
@pytest.mark.parametrize("name", sorted(path.stem for path in CORPUS.glob("*.toml")))
def test_a_published_example_is_judged_as_it_deserves(name):
    found = {where(one.statement): one.verdict for one in sheet(name).judged}
    expected = dict.fromkeys(found, RIGHT) | NOT_RIGHT.get(name, {})
    assert found == expected


@pytest.mark.slow
def test_mazurs_error_is_explained():
    found = sheet("mazur")
    through = (
        "The gradients of the layers before were taken through the already updated W2."
    )
    assert found["after.E_total"].cause == through
    assert found["after.10000.out_o"].cause == through
    assert found["after.10000.E_total"].cause == "This is the value after 9999 updates."


def test_the_program_behind_mazurs_error_is_found_at_its_line():
    report = check_script(CORPUS / "mazur_through_updated_weights.py")
    assert report.first_wrong.kinds == ("updated weight",)
    assert report.first_wrong.source == "dout_h = W2.T @ delta_o"


WITHOUT_A_BACKWARD_PASS = {
    "cs231n_layers",
    "micrograd_readme",
    "mazur_through_updated_weights",
}


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted(CORPUS.glob("*.py"))
        if path.stem not in WITHOUT_A_BACKWARD_PASS
    ],
    ids=lambda path: path.stem,
)
def test_the_classics_own_backward_passes_are_right(path):
    assert check_script(path).ok


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ('nothing = "1"', "E406"),
        ('z1 = "1, 2, 3"', "E407"),
        ('"z1[5]" = "1"', "E407"),
        ("z1 = 3", "E408"),
        ("", "E408"),
        ("[after]", "E408"),
        ("z1 = ", "E408"),
        ('[later]\nz1 = "1, 2"', "E408"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(tmp_path, claims, code):
    path = tmp_path / "claims.toml"
    path.write_text(claims, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        check_claims(EXAMPLES / "article_numpy.py", path)
    assert caught.value.code == code
