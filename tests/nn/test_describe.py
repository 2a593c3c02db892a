"""Networks in words: every activation with every fitting loss is traced, named, and derived right."""

from itertools import product

import numpy as np
import pytest
from stepping import complex_gradient

from chainrule import nn
from chainrule.derive import backward, fuse, recognise
from chainrule.nn.losses import fitting
from chainrule.program import ShapeError, UsageError
from chainrule.trace import trace

HIDDEN = [(name, "mse", None) for name in nn.ACTIVATIONS if name != "identity"]
LAST = [
    (name, loss, labels)
    for name, activation in nn.ACTIVATIONS.items()
    for loss in fitting(activation)
    for labels in nn.LOSSES[loss].lines
]


def agree(described):
    arrays = {
        name: array if name in "XY" else array + 0.03
        for name, array in described.arrays.items()
    }
    run = trace(described.function, **arrays)
    for textbook in (False, True):
        ready = fuse(recognise(run)) if textbook else recognise(run)
        named = ready.program.named()
        wrt = [named[name] for name in described.parameters]
        derived = backward(ready, ready.program.outputs[0], wrt)
        for value in wrt:
            true = complex_gradient(described, arrays, value.name)
            found = derived.gradient(value)
            assert np.linalg.norm(found - true) <= 1e-12 * max(
                np.linalg.norm(true), 1e-3
            ), value.name


@pytest.mark.spread(25)
@pytest.mark.parametrize("columns", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize(("name", "loss", "labels"), LAST)
def test_every_last_activation_with_every_fitting_loss(name, loss, labels, columns):
    agree(
        nn.describe(
            [3, 4, 3],
            ["tanh", name],
            loss,
            labels=labels,
            batch=5,
            seed=3,
            columns=columns,
        )
    )


@pytest.mark.spread(5)
@pytest.mark.parametrize("columns", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize(("name", "loss", "labels"), HIDDEN)
def test_every_hidden_activation(name, loss, labels, columns):
    agree(
        nn.describe(
            [3, 4, 4, 2],
            [name, name, "identity"],
            loss,
            batch=5,
            seed=4,
            columns=columns,
        )
    )


def test_the_source_is_what_a_user_would_have_written():
    described = nn.describe(
        "3,4,4,1", "relu,tanh,sigmoid", "binary_cross_entropy", batch=5
    )
    assert described.source == (
        "def network(X, Y, W1, b1, W2, b2, W3, b3):\n"
        "    z1 = X @ W1 + b1\n"
        "    h1 = np.maximum(0, z1)\n"
        "    z2 = h1 @ W2 + b2\n"
        "    h2 = np.tanh(z2)\n"
        "    z3 = h2 @ W3 + b3\n"
        "    y_pred = 1 / (1 + np.exp(-z3))\n"
        "    loss = np.mean(-(Y * np.log(y_pred) + (1 - Y) * np.log(1 - y_pred)))\n"
        "    return loss\n"
    )


def test_names_and_places_are_met_by_tracing():
    described = nn.describe("3,4,1", "relu,sigmoid", batch=5)
    run = trace(described.function, **described.arrays)
    assert {"z1", "h1", "z2", "y_pred", "loss"} <= set(run.program.named())
    line = run.program.producer()[run.program.named()["h1"]]
    assert line.at.source == "h1 = np.maximum(0, z1)"


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_the_weights_do_not_depend_on_the_batch(batch):
    one, other = (nn.describe("3,4,1", batch=n, seed=5) for n in (3, batch))
    assert all(
        np.array_equal(one.arrays[name], other.arrays[name]) for name in one.parameters
    )
    assert other.arrays["X"].shape == (batch, 3)


def test_a_seed_gives_the_same_numbers_and_another_seed_others():
    first, again, other = (nn.describe("3,4,1", seed=seed).arrays for seed in (1, 1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["W1"], other["W1"])


def test_columns_are_the_rows_turned():
    rows, columns = (
        nn.describe("3,4,2", "tanh,softmax", batch=5, columns=turned)
        for turned in (False, True)
    )
    turned = {
        name: array.T if array.ndim == 2 else array.reshape(-1, 1)
        for name, array in rows.arrays.items()
    }
    assert np.isclose(
        rows.function(**rows.arrays), columns.function(**turned), rtol=1e-14
    )


@pytest.mark.parametrize(
    ("layers", "options", "code", "said"),
    [
        ("3", {}, "E411", "inputs and its outputs"),
        ("3,0,1", {}, "E411", "at least 1"),
        ("3,x,1", {}, "E411", "'x'"),
        ("3,4,1", {"activations": "rleu"}, "E410", "did you mean relu"),
        ("3,4,1", {"loss": "binary_crossentropyy"}, "E410", "binary_crossentropy"),
        ("3,4,1", {"initialiser": "xaiver"}, "E410", "xavier"),
        ("3,4,4,4,1", {"activations": "relu,tanh"}, "E411", "2 activations for 4 layers"),
        ("3,4,1", {"activations": "relu,tanh", "loss": "bce"}, "E413", "end with sigmoid"),
        ("3,4,1", {"loss": "cce"}, "E411", "1 unit"),
        ("3,4,2", {"labels": "counts"}, "E414", "it takes real"),
        ("3,4,2", {"arrays": {"W9": 1}}, "E411", "no array 'W9'"),
        ("3,4,2", {"batch": 0}, "E411", "batch is a whole number, at least 1"),
        ("3,4,2", {"dtype": "int64"}, "E411", "'float64' or 'float32' or 'float16'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_a_way_out(layers, options, code, said):
    with pytest.raises(UsageError) as caught:
        nn.describe(layers, **options)
    assert caught.value.code == code
    assert said in str(caught.value)


def test_a_given_array_of_another_shape_is_refused_in_shapes():
    with pytest.raises(ShapeError, match=r"W1 is \(2,\); the network needs \(3, 4\)"):
        nn.describe("3,4,2", arrays={"W1": [1.0, 2.0]})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_array_and_every_line_has_the_type_asked_for(dtype):
    described = nn.describe("3,4,2", "gelu_tanh,softmax", batch=4, dtype=dtype)
    run = trace(described.function, **described.arrays)
    assert {
        value.dtype.name for value in run.program.values() if value.dtype.kind == "f"
    } == {dtype}


@pytest.mark.parametrize(
    ("name", "variance"),
    [("glorot_uniform", 2 / 500), ("glorot_normal", 2 / 500), ("he_normal", 2 / 300), ("he_uniform", 2 / 300),
     ("lecun_normal", 1 / 300), ("lecun_uniform", 1 / 300), ("normal", 0.05**2), ("uniform", 0.05**2 / 3)],
)  # fmt: skip
def test_an_initialiser_has_the_variance_of_its_formula(name, variance):
    drawn = nn.initialiser(name)(np.random.default_rng(0), (300, 200), (300, 200))
    assert np.isclose(drawn.var(), variance, rtol=0.02)
    assert abs(drawn.mean()) < 4 * np.sqrt(variance / drawn.size)


@pytest.mark.parametrize("shape", [(5, 5), (7, 4), (4, 7)])
def test_orthogonal_weights_are_orthonormal(shape):
    drawn = nn.initialiser("orthogonal")(np.random.default_rng(0), shape, shape)
    gram = drawn @ drawn.T if shape[0] <= shape[1] else drawn.T @ drawn
    assert np.allclose(gram, np.eye(min(shape)), atol=1e-12)


def test_a_toml_file_says_the_same_as_words(tmp_path):
    file = tmp_path / "network.toml"
    file.write_text(
        'layers = [3, 4, 1]\nactivations = ["relu", "sigmoid"]\nloss = "bce"\nbatch = 5\nseed = 2\n'
    )
    said, read = (
        nn.describe("3,4,1", "relu,sigmoid", "bce", batch=5, seed=2),
        nn.describe_toml(file),
    )
    assert read.source == said.source
    assert all(
        np.array_equal(read.arrays[name], said.arrays[name]) for name in said.arrays
    )


def test_every_mistake_in_a_toml_file_is_told_at_once_with_its_place(tmp_path):
    file = tmp_path / "network.toml"
    file.write_text(
        '[network]\nlayers = [3, "four", 0]\nactivations = ["rleu", "tahn"]\nloss = "bcee"\nbatch = -1\nsed = 3\n'
    )
    with pytest.raises(UsageError) as caught:
        nn.describe_toml(file)
    told = str(caught.value)
    assert caught.value.code == "E412"
    for place in (
        "layers[1]:",
        "layers[2]:",
        "activations[0]:",
        "activations[1]:",
        "loss:",
        "batch:",
        "sed:",
    ):
        assert place in told
    assert "did you mean relu" in told
    assert "did you mean seed?" in told


def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path):
    file = tmp_path / "network.toml"
    file.write_text("layers = [3,\n")
    with pytest.raises(UsageError, match="is not TOML"):
        nn.describe_toml(file)


def test_columns_and_activations_cover_the_table():
    assert {name for name, *_ in LAST} == set(nn.ACTIVATIONS)
    assert {loss for _, loss, _ in LAST} == set(nn.LOSSES)
    assert len(list(product(LAST, (False, True)))) > 200


@pytest.mark.parametrize(
    "name",
    [name for name in nn.ACTIVATIONS if name not in ("identity", "prelu", "hard_tanh")],
)
def test_an_activation_stays_finite_and_so_does_its_gradient(name):
    described = nn.describe([1, 3, 2], [name, "identity"], "mse", batch=4)
    arrays = {
        **described.arrays,
        "X": np.array([[-1e4], [-1.0], [1.0], [700.0 if name == "exp" else 1e4]]),
    }
    arrays["W1"] = np.ones((1, 3))
    with np.errstate(all="ignore"):
        run = recognise(trace(described.function, **arrays))
        derived = backward(
            run, wrt=[run.program.named()["h1"], run.program.named()["b1"]]
        )
    assert np.isfinite(derived.run["h1"]).all()
    assert not np.isnan(derived.gradient("b1")).any()
