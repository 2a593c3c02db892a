"""What every lesson promises: right numbers, a reason at every step, nothing that cannot be worked out again."""

import itertools
import re

import numpy as np
import pytest
from evaluating import CannotEvaluate, evaluate
from networks import NETWORKS, article

import chainrule
from chainrule.formula import to_text as formula_text
from chainrule.lesson import LEVELS, explain
from chainrule.lesson.parts import (
    Chain,
    Fold,
    Formula,
    Graph,
    Heading,
    Note,
    Numbers,
    Table,
)
from chainrule.lesson.printers.terminal.canvas import plain_text
from chainrule.program import UsageError
from chainrule.trace import trace

EVERY = pytest.mark.parametrize("name", NETWORKS)
SIGMA = 1 / (1 + np.exp(1.2))

FORWARD = {
    "z1": [[-0.05], [1.4]],
    "h": [[0.0], [1.4]],
    "z2": [[-1.2]],
    "y_pred": [[SIGMA]],
}
GRADIENTS = {
    "y_pred": [[-1 / SIGMA]],
    "z2": [[SIGMA - 1]],
    "W2": [[0, 1.4 * (SIGMA - 1)]],
    "b2": [[SIGMA - 1]],
    "h": [[0.5 * (SIGMA - 1)], [1 - SIGMA]],
    "z1": [[0], [1 - SIGMA]],
    "W1": [[0, 0, 0], [1 - SIGMA, 0.5 * (1 - SIGMA), -1.5 * (1 - SIGMA)]],
    "b1": [[0], [1 - SIGMA]],
}


@pytest.fixture(scope="module")
def lesson():
    return article()


def flat(parts):
    """Every part, also those folded away."""
    for part in parts:
        yield part
        if isinstance(part, Fold):
            yield from flat(part.parts)


def written(node) -> str:
    return " ".join(formula_text(node))


def steps(lesson):
    """The backward steps: each head with what stands under it."""
    found = []
    for part in lesson.parts:
        if isinstance(part, Chain):
            found.append((part, []))
        elif isinstance(part, Heading) and part.level == 2:
            if found:
                break
        elif found:
            found[-1][1].append(part)
    return found


def test_the_articles_numbers_are_right_to_the_last_digit(lesson):
    for name, number in FORWARD.items():
        np.testing.assert_allclose(lesson.values[name], number, rtol=1e-12, atol=1e-15)
    for name, number in GRADIENTS.items():
        np.testing.assert_allclose(
            lesson.gradients[name], number, rtol=1e-12, atol=1e-15
        )
    assert lesson.loss == pytest.approx(-np.log(SIGMA), rel=1e-12)
    for name in ("W1", "b1", "W2", "b2"):
        after = lesson.values[name] - 0.1 * np.array(GRADIENTS[name])
        np.testing.assert_allclose(lesson.updated[name], after, rtol=1e-12)
    assert lesson.loss_after == pytest.approx(1.0792030649868374, rel=1e-12)


def test_the_article_in_the_terminal_reads_as_it_should(lesson, golden):
    golden("article/lesson.txt", lesson.to_text())


def test_a_batch_in_the_terminal_reads_as_it_should(golden):
    golden("batch/lesson.txt", NETWORKS["columns"].lesson().to_text())


def test_the_sections_follow_the_article(lesson):
    titles = [p.text for p in lesson.parts if isinstance(p, Heading) and p.level == 2]
    assert titles == [
        "Overview",
        "Forward pass",
        "Loss",
        "Backward pass",
        "Update",
        "Code",
        "Results",
    ]


def test_the_backward_pass_goes_in_the_articles_order(lesson):
    asked = [written(head.subject) for head, _ in steps(lesson)]
    order = ["ŷ", "z2", "W2", "b2", "h", "z1", "W1", "b1"]
    assert asked == [f"∂L/∂{name}" for name in order]


def test_the_output_is_told_literally_and_then_as_a_textbook_does(lesson):
    _, under = next(step for step in steps(lesson) if step[0].position[0] == 2)
    rows = {
        row.label: written(row.right)
        for part in under
        if isinstance(part, Formula)
        for row in part.rows
        if row.right is not None and row.label
    }
    assert rows["symbols"] == "∂L/∂ŷ · ∂ŷ/∂z2"
    assert rows["textbook"] == "ŷ − y"


def test_the_loss_is_differentiated_in_general_and_then_for_this_label(lesson):
    text = lesson.to_text()
    assert "∂L/∂ŷ = −y/ŷ + (1 − y)/(1 − ŷ)" in text
    assert "∂L/∂ŷ = −1/ŷ = −1/0.2315 = −4.3201   for this y = 1" in text


def test_the_proof_of_the_sigmoid_is_the_articles(lesson):
    (proof,) = [
        p
        for p in flat(lesson.parts)
        if isinstance(p, Fold) and p.anchor == "why-sigmoid-0"
    ]
    rights = [written(row.right) for row in proof.parts[0].rows]
    assert rights == [
        "1/g",
        "−1/g²",
        "−e^(−z)",
        "−1/g² · dg/dz",
        "−1/(1 + e^(−z))² · (−e^(−z))",
        "e^(−z)/(1 + e^(−z))²",
        "1/(1 + e^(−z)) · e^(−z)/(1 + e^(−z))",
        "σ(z)(1 − σ(z))",
        "0.2315(1 − 0.2315) = 0.1779",
    ]


def test_a_unit_that_is_off_is_named(lesson):
    said = [plain_text(part.spans) for part in lesson.parts if isinstance(part, Note)]
    assert any("z1[0]" in one and "this unit is off" in one for one in said)
    assert any(one.startswith("1 of 2 units is off") for one in said)


@EVERY
def test_every_gradient_agrees_with_what_a_small_change_measures(name):
    study = NETWORKS[name].lesson().study
    for parameter in study.parameters:
        gradient = study.gradients[parameter]
        for place in np.ndindex(gradient.shape):
            up = study.loss_with(parameter, place, 1e-6)
            down = study.loss_with(parameter, place, -1e-6)
            measured = (up - down) / 2e-6
            assert gradient[place] == pytest.approx(measured, rel=1e-5, abs=1e-8)


@pytest.mark.spread(12)
@EVERY
def test_every_gradient_step_has_a_reason_and_a_result(name):
    for head, under in steps(NETWORKS[name].lesson()):
        rules = [
            row
            for part in under
            if isinstance(part, Formula)
            for row in part.rows
            if row.label == "rule"
        ]
        assert rules, written(head.subject)
        assert all(plain_text(row.reason).strip() for row in rules)
        assert [part for part in under if isinstance(part, Numbers)]
        assert head.meaning
        assert head.links[head.current]


@EVERY
def test_every_step_says_where_it_is(name):
    found = steps(NETWORKS[name].lesson())
    for i, (head, _) in enumerate(found, 1):
        assert head.position == (i, len(found))
        subject = written(head.subject).rpartition("∂")[2]
        assert written(head.links[head.current]) == subject


def number_rows(parts):
    """Rows that hold numbers only, with the result that stands under them."""
    for formula, result in itertools.pairwise(parts):
        if isinstance(formula, Formula) and isinstance(result, Numbers):
            rows = iter(formula.rows)
            for row in rows:
                if row.label in {"numbers", "textbook"}:
                    yield from _following(row, rows, result)


def _following(row, rows, result):
    if row.right is None:
        return
    if row.label == "numbers":
        yield row, result
    for more in rows:
        if more.label:
            break
        yield more, result


def named_by(left, array):
    """The array, or its entry where a left side names one: (∂L/∂z)[4, 0]."""
    place = re.search(r"\[([\d, ]+)\]$", written(left) if left is not None else "")
    return array[tuple(map(int, place[1].split(", ")))] if place else array


@EVERY
def test_every_number_can_be_worked_out_again_from_those_on_the_page(name):
    parts = NETWORKS[name].lesson().parts
    worked = 0
    for row, result in number_rows(parts):
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(evaluate(row.right))
        except CannotEvaluate:
            continue
        worked += 1
        array = named_by(row.left, result.array)
        # what is printed has four decimals, and products of rounded numbers differ a little more
        scale = np.abs(array).max() + np.abs(found).max() + 1
        np.testing.assert_allclose(
            np.broadcast_to(found.squeeze(), array.squeeze().shape),
            array.squeeze(),
            atol=2e-3 * scale,
            err_msg=written(row.right),
        )
    assert worked >= 4


@pytest.mark.spread(12)
@EVERY
@pytest.mark.parametrize("width", [60, 80, 118])
def test_no_matrix_is_wider_than_the_terminal(name, width):
    text = NETWORKS[name].lesson(level="entry").to_text(width)
    drawn = [line for line in text.splitlines() if set(line) & set("⎡⎢⎣⎛⎜⎝┌└")]
    assert not [line for line in drawn if len(line) > width]


def test_of_numbers_too_wide_to_print_one_entry_is_written_out():
    cost = NETWORKS["columns"].lesson().to_text(width=80)
    assert "(∂cost/∂A2)[0, 0] = (−1/0.1717 + (1 − 1)/(1 − 0.1717))/5" in cost


def test_what_is_left_by_rounding_is_not_printed_as_a_number():
    run = trace(
        lambda x, w, y: np.sum((x * w - y) ** 2),
        x=np.array([0.1, 1.0]),
        w=np.array([3.0, 2.0]),
        y=np.array([0.3, 1.0]),
    )
    assert "10⁻" not in explain(run).to_text()


def test_two_terms_of_a_loss_have_gradients_of_their_own():
    def f(w, x, lam):
        error = np.sum((w * x) ** 2)
        penalty = lam * np.sum(w**2)
        return error + penalty

    text = explain(
        trace(f, w=np.array([1.0, 2.0]), x=np.array([0.5, 0.3]), lam=0.1)
    ).to_text()
    assert "∂L/∂error = ∂L/∂penalty" not in text
    assert "∂L/∂error = 1" in text


@pytest.mark.spread(20)
@EVERY
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_mentions_every_parameter_and_every_gradient(name, level):
    network = NETWORKS[name].lesson(level=level)
    text = network.to_text()
    for parameter in network.study.parameters:
        assert parameter in text or parameter.replace("_", "") in text
        assert re.search(rf"∂\S+/∂{parameter}\b", text)


@pytest.mark.spread(3)
@EVERY
def test_anchors_are_unique(name):
    anchors = [
        part.anchor
        for part in flat(NETWORKS[name].lesson(steps=3, level="entry").parts)
        if isinstance(part, Heading | Chain | Fold) and part.anchor
    ]
    assert len(anchors) == len(set(anchors))


@EVERY
def test_statements_beside_arrays_compute_them(name):
    scope = {"np": np}
    for part in NETWORKS[name].lesson().parts:
        if isinstance(part, Numbers):
            if part.code:
                exec(part.code, scope)
                np.testing.assert_allclose(
                    scope[part.name], part.array, rtol=1e-9, atol=1e-12
                )
            else:
                scope[part.name] = part.array


@EVERY
def test_a_drawing_has_every_circle_its_arrows_name(name):
    (graph,) = [p for p in NETWORKS[name].lesson().parts if isinstance(p, Graph)]
    circles = {circle.identity for circle in graph.circles}
    assert len(circles) == len(graph.circles)
    assert {arrow.tail for arrow in graph.arrows} <= circles
    assert {arrow.head for arrow in graph.arrows} <= circles
    assert len(graph.between) == len(graph.columns) - 1


def test_the_slopes_on_the_edges_lead_the_gradients_back(lesson):
    (graph,) = [part for part in lesson.parts if isinstance(part, Graph)]
    gradients = {circle.identity: circle.gradient for circle in graph.circles}
    for circle in graph.circles:
        leaving = [arrow for arrow in graph.arrows if arrow.tail == circle.identity]
        if circle.gradient is not None and leaving:
            back = sum(arrow.local * gradients[arrow.head] for arrow in leaving)
            assert circle.gradient == pytest.approx(back, abs=1e-12)


def test_several_steps_are_told_as_a_table_and_a_plot():
    told = article(steps=10)
    (table,) = [
        p for p in told.parts if isinstance(p, Table) and p.columns[0] == "after step"
    ]
    assert [row[1] for row in table.rows] == list(told.losses)
    assert len(told.losses) == 11
    assert all(a > b for a, b in itertools.pairwise(told.losses))


def test_any_step_can_be_told():
    third = article(steps=5, step=3)
    all_five = article(steps=5)
    assert third.loss == all_five.losses[2]
    assert third.loss_after == all_five.losses[3]
    np.testing.assert_array_equal(
        third.values["W2"], all_five.study.moments[2].parameters["W2"]
    )


def test_a_step_that_is_not_taken_is_refused():
    with pytest.raises(UsageError, match=r"step 4 is not among the 3 taken") as caught:
        article(steps=3, step=4)
    assert caught.value.code == "E411"


def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="there is no level 'atom'"):
        article(level="atom")


def test_entries_are_sums_of_products_and_are_measured():
    text = article(level="entry").to_text()
    assert (
        "(∂L/∂W1)[1, 2] = (∂L/∂z1)[1, 0] · x[2, 0] = 0.7685 · (−1.5) = −1.1528" in text
    )
    assert "raising W1[1, 2] by 0.01 changes L by about −0.01153" in text


def test_no_line_is_wider_than_the_terminal_asks_for(lesson):
    # source in four languages keeps the width its formatter gave it
    text = lesson.to_text(width=100)
    told = text[: text.index("6. Code")] + text[text.index("7. Results") :]
    assert max(map(len, told.splitlines())) <= 100


def test_long_names_leave_room_for_their_numbers():
    def loss(training_data, hidden_weights, output_weights, true_labels):
        hidden_activation = np.tanh(training_data @ hidden_weights)
        class_scores = hidden_activation @ output_weights
        class_probabilities = np.exp(class_scores) / np.sum(
            np.exp(class_scores), axis=1, keepdims=True
        )
        return np.mean(np.sum((class_probabilities - true_labels) ** 2, axis=1))

    rng = np.random.default_rng(0)
    shapes = {"training_data": (6, 4), "hidden_weights": (4, 6)}
    shapes |= {"output_weights": (6, 3), "true_labels": (6, 3)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    text = chainrule.explain(loss, **arrays).to_text(width=80)
    told = text[: text.index("6. Code")] + text[text.index("7. Results") :]
    assert max(map(len, told.splitlines())) <= 80
    assert "needed" not in told
    assert "∂L/∂hidden_activation\n" in told


def test_colours_are_only_colours(lesson):
    plain = lesson.to_text()
    coloured = lesson.to_text(color=True)
    assert coloured != plain
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_saving_picks_the_medium_by_the_name(lesson, tmp_path):
    for ending in ("html", "tex", "md", "ipynb", "json", "txt"):
        path = tmp_path / f"lesson.{ending}"
        lesson.save(path)
        assert path.stat().st_size > 1000
    with pytest.raises(UsageError, match=r"let its name end in one of"):
        lesson.save(tmp_path / "lesson.pdf")
