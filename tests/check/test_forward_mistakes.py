"""Mistakes of the forward pass that ruin gradients silently are named, with their place and the line to write."""

import json

import numpy as np
import pytest
from written_styles import CLASSIFIER, REGRESSION

from chainrule.check import check_script, text
from chainrule.program import ProgramError

BATCH_NORM = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.standard_normal((6, 4))
y = rng.standard_normal((6, 1))
W = rng.standard_normal((4, 3)); gamma = np.ones(3); beta = np.zeros(3); V = rng.standard_normal((3, 1))
z = X @ W
# batch normalisation
mu = z.mean(axis=0)
var = z.var(axis=0)
zhat = (z - mu) / np.sqrt(var + 1e-5)
a = gamma * zhat + beta
p = a @ V
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dV = a.T @ dp
da = dp @ V.T
dgamma = np.sum(da * zhat, axis=0)
dbeta = np.sum(da, axis=0)
dzhat = da * gamma
dz = (dzhat - dzhat.mean(axis=0) - zhat * (dzhat * zhat).mean(axis=0)) / np.sqrt(var + 1e-5)
dW = X.T @ dz
gamma -= 0.1 * dgamma
beta -= 0.1 * dbeta
V -= 0.1 * dV
W -= 0.1 * dW
"""
FLAT = ("rng.standard_normal((8, 1))", "rng.standard_normal(8)")
PLAIN, FUNCTIONS, CLASS = (
    REGRESSION[style] for style in ("plain", "functions", "class")
)
SOFTMAX, PICKED, FIRST = (
    CLASSIFIER[style] for style in ("plain", "functions", "features first")
)
MISTAKES = [
    (
        "column against flat",
        PLAIN,
        [FLAT],
        "loss = np.mean((p - y.reshape(-1, 1)) ** 2)",
    ),
    (
        "column against flat",
        FUNCTIONS,
        [FLAT],
        "return np.mean((p - y.reshape(-1, 1)) ** 2)",
    ),
    (
        "column against flat",
        CLASS,
        [FLAT],
        "loss = ((p - y.reshape(-1, 1)) ** 2).mean()",
    ),
    (
        "column against flat",
        PLAIN,
        [
            ("rng.standard_normal((8, 1))", "rng.standard_normal((1, 8))"),
            ("len(y)", "y.size"),
        ],
        "loss = np.mean((p - y.reshape(-1, 1)) ** 2)",
    ),
    (
        "sums along the wrong axis",
        SOFTMAX,
        [("9", "4"), ("np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=1)")],
        "p = e / np.sum(e, axis=1, keepdims=True)",
    ),
    (
        "sums along the wrong axis",
        PICKED,
        [("9", "4"), ("e.sum(axis=1, keepdims=True)", "e.sum(axis=1)")],
        "return e / e.sum(axis=1, keepdims=True)",
    ),
    (
        "softmax axis",
        SOFTMAX,
        [("np.sum(e, axis=1,", "np.sum(e, axis=0,")],
        "p = e / np.sum(e, axis=1, keepdims=True)",
    ),
    (
        "softmax axis",
        PICKED,
        [("e.sum(axis=1, keepdims=True)", "e.sum()")],
        "return e / e.sum(axis=1, keepdims=True)",
    ),
    (
        "softmax axis",
        FIRST,
        [("np.sum(np.exp(z), axis=0)", "np.sum(np.exp(z), axis=1, keepdims=True)")],
        "logp = z - np.log(np.sum(np.exp(z), axis=0, keepdims=True))",
    ),
    (
        "softmax axis",
        FIRST,
        [("np.max(z, axis=0)", "np.max(z, axis=1, keepdims=True)")],
        "z = z - np.max(z, axis=0, keepdims=True)",
    ),
    (
        "mean over the wrong axis",
        SOFTMAX,
        [("np.log(p), axis=1", "np.log(p), axis=0")],
        "loss = -np.mean(np.sum(Y * np.log(p), axis=1))",
    ),
    (
        "mean over the wrong axis",
        FIRST,
        [("-np.sum(Y * logp) / X.shape[1]", "np.mean(-np.sum(Y * logp, axis=1))")],
        "loss = np.mean(-np.sum(Y * logp, axis=0))",
    ),
    (
        "mean over the wrong axis",
        BATCH_NORM,
        [
            ("z.mean(axis=0)", "z.mean(axis=1, keepdims=True)"),
            ("z.var(axis=0)", "z.var(axis=1, keepdims=True)"),
        ],
        "mu = z.mean(axis=0, keepdims=True)",
    ),
    (
        "loss not reduced",
        PLAIN,
        [("np.mean((p - y) ** 2)", "np.mean((p - y) ** 2, axis=1)")],
        "loss = np.mean((p - y) ** 2)",
    ),
    (
        "loss not reduced",
        SOFTMAX,
        [("-np.mean(np.sum(Y * np.log(p), axis=1))", "-np.sum(Y * np.log(p), axis=1)")],
        "loss = np.mean(-np.sum(Y * np.log(p), axis=1))",
    ),
    (
        "loss not reduced",
        CLASS,
        [("((p - y) ** 2).mean()", "(p - y) ** 2")],
        "loss = np.mean((p - y) ** 2)",
    ),
    (
        "truncation",
        PLAIN,
        [("rng.standard_normal((8, 1))", "np.arange(8)[:, None] // 7")],
        "y = np.arange(8)[:, None] / 7",
    ),
    (
        "truncation",
        FUNCTIONS,
        [
            ("y = rng.standard_normal((8, 1))", "y = rng.integers(0, 5, (8, 1))"),
            ("params = init(rng)", "params = init(rng)\ny = y // 4"),
        ],
        "y = y / 4",
    ),
    (
        "truncation",
        CLASS,
        [
            (
                "y = rng.standard_normal((8, 1))",
                "y = np.array([[3], [1], [2], [0], [1], [3], [2], [0]]) // 3",
            ),
        ],
        "y = np.array([[3], [1], [2], [0], [1], [3], [2], [0]]) / 3",
    ),
    (
        "truncation",
        SOFTMAX,
        [
            (
                "Y = np.eye(4)[labels]",
                "Y = np.zeros((9, 4), dtype=int)\nY[:] = 0.9 * np.eye(4)[labels] + 0.025",
            ),
        ],
        "Y = np.zeros((9, 4), dtype=float)",
    ),
    (
        "truncation",
        PLAIN,
        [
            (
                "y = rng.standard_normal((8, 1))",
                "whole = rng.integers(0, 4, (8, 1))\ny = np.zeros_like(whole)\ny[:] = whole / 3",
            ),
        ],
        "y = np.zeros_like(whole, dtype=float)",
    ),
    (
        "log of zero",
        FUNCTIONS.replace(
            "return np.mean((p - y) ** 2)",
            "return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))",
        )
        .replace("dp = 2 * (p - y) / len(y)", "dp = (p - y) / len(y)")
        .replace("    return p, (X, h)", "    return 1 / (1 + np.exp(-p)), (X, h)")
        .replace("rng.standard_normal((8, 1))", "(rng.random((8, 1)) < 0.5) * 1.0"),
        [("rng.standard_normal((4, 1))", "300 * rng.standard_normal((4, 1))")],
        "return -np.mean(y * np.log(np.maximum(p, 1e-12)) + (1 - y) * np.log(np.maximum(1 - p, 1e-12)))",
    ),
]


def planted(source, replacements):
    for right, wrong in replacements:
        assert right in source
        source = source.replace(right, wrong)
    return source


@pytest.fixture
def checked(tmp_path):
    def run(source):
        path = tmp_path / "network.py"
        path.write_text(source, encoding="utf-8")
        return check_script(path)

    return run


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    "source",
    [PLAIN, FUNCTIONS, CLASS, SOFTMAX, PICKED, FIRST, BATCH_NORM],
    ids=["plain", "functions", "class", "softmax", "picked", "first", "norm"],
)
def test_the_right_scripts_in_which_mistakes_are_planted_have_none(checked, source):
    report = checked(source)
    assert report.ok
    assert report.findings == report.notes == ()


@pytest.mark.spread(24)
@pytest.mark.parametrize(("kind", "source", "replacements", "written"), MISTAKES)
def test_a_mistake_is_named_in_its_place_and_its_correction_is_right(
    checked, kind, source, replacements, written
):
    wrong = planted(source, replacements)
    report = checked(wrong)
    assert not report.ok
    assert report.verdict == "WRONG"
    assert [
        one for one in report.lines if one.verdict not in ("RIGHT", "FOLLOWS")
    ] == []
    found = next(one for one in report.findings if one.kind == kind)
    assert found.is_mistake
    assert found.fix.strip() == written
    line = wrong.splitlines()[found.line - 1]
    assert line[found.column : found.end_column].strip()
    assert found.source.splitlines()[0] == line
    after = checked(report.corrected())
    assert not any(one.kind == kind for one in after.findings)
    assert after.failure is None


@pytest.mark.slow
def test_without_the_correction_the_right_gradient_of_what_was_meant_would_be_blamed(
    checked,
):
    wrong = planted(SOFTMAX, [("np.sum(e, axis=1,", "np.sum(e, axis=0,")])
    report = checked(wrong)
    assert {line.verdict for line in report.lines} == {"RIGHT"}
    assert "judged with the forward pass corrected" in " ".join(report.notes)


def test_a_wrong_gradient_behind_a_forward_mistake_is_found_too(checked):
    wrong = planted(PLAIN, [FLAT, ("(1 - h ** 2)", "(1 - h)")])
    report = checked(wrong)
    assert [one.kind for one in report.findings] == ["column against flat"] * 2
    assert report.first_wrong.name == "da1"
    assert report.first_wrong.fix == "da1 = dh * (1 - h**2)"


def test_a_column_against_a_flat_one_in_the_gradient_alone_is_found(checked):
    wrong = planted(
        PLAIN,
        [
            FLAT,
            ("np.mean((p - y) ** 2)", "np.mean((p[:, 0] - y) ** 2)"),
        ],
    )
    (found,) = checked(wrong).findings
    assert found.fix == "dp = 2 * (p - y.reshape(-1, 1)) / len(y)"
    assert "(8, 8)" in found.sentence


def test_a_bias_of_the_wrong_shape_is_found(checked):
    wrong = planted(
        FIRST,
        [
            ("b = np.zeros((4, 1))", "b = np.zeros(4)"),
            ("rng.standard_normal((3, 9))", "rng.standard_normal((3, 1))"),
            ("labels = rng.integers(0, 4, 9)", "labels = rng.integers(0, 4, 1)"),
        ],
    )
    found = checked(wrong).findings[0]
    assert (found.kind, found.fix) == (
        "column against flat",
        "z = W @ X + b.reshape(-1, 1)",
    )


@pytest.mark.slow
@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "wrong",
    [
        [
            ("z.mean(axis=0)", "z.mean(axis=1, keepdims=True)"),
            ("z.var(axis=0)", "z.var(axis=1, keepdims=True)"),
        ],
        [("z.mean(axis=0)", "z.mean(axis=1, keepdims=True)")],
        [("z.var(axis=0)", "z.var(axis=1, keepdims=True)")],
    ],
)
def test_statistics_of_nameless_norms_are_held_against_the_backward_pass(
    checked, wrong
):
    nameless = BATCH_NORM.replace("# batch normalisation\n", "")
    report = checked(planted(nameless, wrong))
    assert [one.kind for one in report.findings] == ["mean over the wrong axis"] * len(
        wrong
    )
    assert report.first_wrong is None
    assert checked(report.corrected()).ok


@pytest.mark.slow
def test_a_sum_over_the_samples_that_is_averaged_over_the_outputs_is_found(checked):
    wide = (
        PLAIN.replace("(8, 1)", "(8, 2)")
        .replace("(4, 1)", "(4, 2)")
        .replace("np.zeros(1)", "np.zeros(2)")
        .replace("np.mean((p - y) ** 2)", "np.mean(np.sum((p - y) ** 2, axis=1))")
    )
    assert checked(wide).ok
    (found,) = checked(planted(wide, [("axis=1))", "axis=0))")])).findings
    assert found.fix == "loss = np.mean(np.sum((p - y) ** 2, axis=1))"


@pytest.mark.slow
def test_a_wrong_factor_behind_a_right_forward_pass_is_still_the_lines_mistake(checked):
    wide = (
        PLAIN.replace("(8, 1)", "(8, 2)")
        .replace("(4, 1)", "(4, 2)")
        .replace("np.zeros(1)", "np.zeros(2)")
        .replace("np.mean((p - y) ** 2)", "np.mean(np.sum((p - y) ** 2, axis=1))")
        .replace("/ len(y)", "/ y.shape[1]")
    )
    report = checked(wide)
    assert report.findings == ()
    assert report.first_wrong.name == "dp"


def test_labels_of_any_name_are_told_from_weights_also_where_the_updates_fail(checked):
    wrong = planted(
        PLAIN.replace("y", "größe").replace("numpgröße", "numpy"),
        [
            ("rng.standard_normal((8, 1))", "rng.standard_normal(8)"),
            ("W2 -= lr * dW2", "W2 = W2 - lr * dW2"),
            ("(p - größe) ** 2", "(p\n     - größe) ** 2"),
        ],
    )
    report = checked(wrong)
    assert [one.kind for one in report.findings] == ["column against flat"] * 2
    assert (report.findings[0].line, report.findings[0].end_line) == (14, 15)
    assert checked(report.corrected()).ok


def test_an_accuracy_of_pairs_is_a_warning_and_not_a_mistake(checked):
    source = PLAIN + "label = y.ravel() > 0\naccuracy = np.mean((p > 0) == label)\n"
    report = checked(source)
    assert report.ok
    (found,) = report.findings
    assert (found.severity, found.line) == ("WARNING", len(source.splitlines()))
    assert "counted is pairs" in found.sentence


def test_a_probability_near_zero_is_a_warning_where_the_loss_is_still_finite(checked):
    source = planted(
        SOFTMAX,
        [("W = rng.standard_normal((3, 4))", "W = 12 * rng.standard_normal((3, 4))")],
    )
    report = checked(source)
    assert report.ok
    (found,) = report.findings
    assert (found.kind, found.severity) == ("log of zero", "WARNING")


def test_a_loss_that_is_reduced_later_is_a_warning(checked):
    source = (
        planted(PLAIN, [("np.mean((p - y) ** 2)", "(p - y) ** 2")])
        + "print(np.mean(loss))\n"
    )
    report = checked(source)
    assert report.ok
    assert [one.severity for one in report.findings] == ["WARNING"]


def test_a_scale_by_whole_division_that_may_mean_groups_is_a_warning(checked):
    report = checked(
        planted(
            PLAIN,
            [
                (
                    "rng.standard_normal((8, 1))",
                    "np.array([[0], [3], [7], [9], [2], [5], [8], [1]]) // 2",
                )
            ],
        )
    )
    assert report.ok
    assert [one.severity for one in report.findings] == ["WARNING"]


def test_findings_are_in_the_json_and_decide_the_exit_code(tmp_path, command):
    path = tmp_path / "network.py"
    path.write_text(planted(PLAIN, [FLAT]), encoding="utf-8")
    done = command("check", path, "--json", "-")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["verdict"] == "WRONG"
    first = found["findings"][0]
    assert first["kind"] == "column against flat"
    assert first["severity"] == "MISTAKE"
    assert first["fix"] == "loss = np.mean((p - y.reshape(-1, 1)) ** 2)"
    assert (first["line"], first["column"]) == (14, 16)


def test_the_report_shows_a_caret_the_reason_and_the_line_to_write(checked):
    said = text(checked(planted(PLAIN, [FLAT]))).splitlines()
    assert said[0].endswith("MISTAKE")
    assert said[1].strip() == "~" * len("p - y")
    assert said[0].index("p - y") == said[1].index("~")
    assert any(line.startswith("   write    loss = ") for line in said)
    assert said[-1].startswith(" 2 mistakes beside the gradients; 7 right.")


def test_a_broadcast_that_is_refused_elsewhere_is_judged_here(checked):
    np.testing.assert_equal(len(checked(planted(FUNCTIONS, [FLAT])).findings), 2)


def test_a_mistake_is_told_also_where_there_is_no_backward_pass_to_judge(checked):
    forward = planted(PLAIN, [FLAT]).partition("dp =")[0]
    with pytest.raises(ProgramError, match="no hand-written backward pass") as caught:
        checked(forward)
    assert "line 14: p is (8, 1) and y is (8,)" in caught.value.detail
