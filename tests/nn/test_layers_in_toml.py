"""A file that tells layers one by one gives the program that the same layers give in Python."""

import numpy as np
import pytest

from chainrule import nn
from chainrule.derive import backward
from chainrule.nn import layer_registry
from chainrule.nn.constraints import Above
from chainrule.nn.forward_builder import Start
from chainrule.nn.layer_registry import LAYERS
from chainrule.nn.layers import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Attention,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool,
    LayerNorm,
    MaxPool2d,
    Reshape,
    Residual,
    RMSNorm,
)
from chainrule.program import ShapeError, UsageError
from chainrule.trace import trace
from chainrule.train import Network

SAID = [
    ('kind = "Dense"\nunits = 5\nactivation = "gelu"', Dense(5, "gelu")),
    (
        'kind = "Dense"\nunits = 5\ninitialiser = "orthogonal"\nbias = false',
        Dense(5, initialiser="orthogonal", bias=False),
    ),
    ('kind = "Dense"\nunits = 5\nbias_initialiser = "ones"', Dense(5, bias_initialiser="ones")),
    ('kind = "Activation"\nname = "prelu"', Activation("prelu")),
    ('kind = "Dropout"\nrate = 0.25', Dropout(0.25)),
    ('kind = "BatchNorm"\nmomentum = 0.8\neps = 0.001', BatchNorm(0.8, 0.001)),
    ('kind = "LayerNorm"\neps = 0.001', LayerNorm(0.001)),
    ('kind = "Embedding"\nn_words = 7\nsize = 3', Embedding(7, 3)),
    (
        'kind = "Embedding"\nn_words = 7\nsize = 3\ninitialiser = "ones"\ncolumn = 2',
        Embedding(7, 3, "ones", 2),
    ),
    (
        'kind = "Residual"\nlayers = [{kind = "Dense", units = 4}, {kind = "Activation", name = "tanh"}]',
        Residual((Dense(4), Activation("tanh"))),
    ),
    ('kind = "Conv2d"\nfilters = 3\nkernel_size = 2', Conv2d(3, 2)),
    (
        'kind = "Conv2d"\nfilters = 2\nkernel_size = [3, 2]\nstride = [1, 2]\npadding = [1, 1]\nactivation = "tanh"\nbias = false',
        Conv2d(2, (3, 2), (1, 2), (1, 1), "tanh", bias=False),
    ),
    ('kind = "Conv2d"\nfilters = 2\npadding = "same"', Conv2d(2, padding="same")),
    ('kind = "MaxPool2d"', MaxPool2d()),
    ('kind = "MaxPool2d"\nkernel_size = 2\nstride = 1\npadding = 1', MaxPool2d(2, 1, 1)),
    ('kind = "AvgPool2d"\nkernel_size = [1, 2]', AvgPool2d((1, 2))),
    ('kind = "GlobalAvgPool"', GlobalAvgPool()),
    ('kind = "Flatten"', Flatten()),
    ('kind = "Reshape"\nshape = [4, 1, 1]', Reshape((4, 1, 1))),
    ('kind = "RMSNorm"\neps = 0.001', RMSNorm(0.001)),
    ('kind = "RNN"\nunits = 3', RNN(3)),
    (
        'kind = "RNN"\nunits = 2\nactivation = "relu"\nreturn_sequences = true\nbias = false',
        RNN(2, "relu", return_sequences=True, bias=False),
    ),
    ('kind = "LSTM"\nunits = 3\nforget_bias = 0.5', LSTM(3, forget_bias=0.5)),
    ('kind = "GRU"\nunits = 3\nreturn_sequences = true', GRU(3, return_sequences=True)),
    ('kind = "Attention"', Attention()),
    ('kind = "Attention"\nheads = 2\ncausal = true\nbias = false', Attention(2, causal=True, bias=False)),
]  # fmt: skip
IMAGES = (Conv2d, MaxPool2d, AvgPool2d)
SEQUENCES = (RNN, LSTM, GRU, Attention)


def among(layer):
    """A layer with what it needs to stand between rows of 4 numbers and units in a row."""
    before = [Reshape((1, 2, 2))] if isinstance(layer, (*IMAGES, GlobalAvgPool, Flatten)) else []  # fmt: skip
    before = [Reshape((2, 2))] if isinstance(layer, SEQUENCES) else before
    many = isinstance(layer, Attention) or getattr(layer, "return_sequences", False)
    after = [Flatten()] if many or isinstance(layer, (*IMAGES, Reshape)) else []
    return [*before, layer, *after]


NAMES = [f"{type(layer).__name__}-{number}" for number, (_, layer) in enumerate(SAID)]


def told(tmp_path, first, rest="", layer=None):
    path = tmp_path / "network.toml"
    words = {
        Reshape((1, 2, 2)): 'kind = "Reshape"\nshape = [1, 2, 2]',
        Reshape((2, 2)): 'kind = "Reshape"\nshape = [2, 2]',
        Flatten(): 'kind = "Flatten"',
    }
    listed = [first] if layer is None else [
        first if one is layer else words[one] for one in among(layer)
    ]  # fmt: skip
    first = "\n[[layers]]\n".join(listed)
    path.write_text(
        'inputs = 4\nloss = "mse"\nseed = 3\nbatch = 6\n'
        f'[[layers]]\n{first}\n[[layers]]\nkind = "Dense"\nunits = 2\n{rest}'
    )
    return path


@pytest.mark.spread(4)
@pytest.mark.parametrize(("text", "layer"), SAID, ids=NAMES)
def test_a_layer_of_a_file_is_the_layer_of_python(text, layer, tmp_path):
    path = told(tmp_path, text, layer=layer)
    read = Network.from_toml(path)
    made = Network([*among(layer), Dense(2)], "mse", seed=3).build(4)
    assert read.plan.layers == made.plan.layers
    assert read.source == made.source
    assert read.plan.source(training=False) == made.plan.source(training=False)
    assert list(read.numbers_) == list(made.numbers_)
    for name, array in made.numbers_.items():
        assert np.array_equal(read.numbers_[name], array), name
    X, Y = (nn.describe_toml(path).arrays[name] for name in "XY")
    losses = [one.fit(X, Y, epochs=3).history_ for one in (read, made)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize(("text", "layer"), SAID, ids=NAMES)
def test_a_file_of_layers_is_a_function_that_can_be_traced_and_derived(
    text, layer, tmp_path
):
    described = nn.describe_toml(told(tmp_path, text, layer=layer))
    assert layer in described.layers
    run = trace(described.function, **described.arrays)
    named = run.program.named()
    derived = backward(run, wrt=[named[name] for name in described.parameters])
    for name in described.parameters:
        at = described.arrays[name]
        place = tuple(length - 1 for length in at.shape)
        if isinstance(layer, Embedding) and name.startswith("E"):
            place = (int(described.arrays["X"][0, layer.column or 0]), 0)
        h = 1e-6
        sides = []
        for sign in (1, -1):
            moved = at.copy()
            moved[place] += sign * h
            sides.append(described.function(**{**described.arrays, name: moved}))
        slope = (sides[0] - sides[1]) / (2 * h)
        assert np.isclose(derived.gradient(named[name])[place], slope, rtol=1e-5, atol=1e-8), name  # fmt: skip


def test_every_layer_that_is_registered_is_tried_here():
    assert {type(layer).__name__ for _, layer in SAID} == set(LAYERS)


@pytest.mark.spread(3)
@pytest.mark.parametrize("layer", [layer for _, layer in SAID], ids=NAMES)
def test_every_layer_trains_saves_and_loads(layer, tmp_path):
    X = np.random.default_rng(0).integers(0, 3, (8, 4))
    layers = [*among(layer), Dense(2)]
    network = Network(layers, "mse", seed=3).fit(X, X[:, :2], epochs=2)
    network.save(tmp_path)
    loaded = Network.load(tmp_path)
    assert np.array_equal(loaded.predict(X), network.predict(X))
    again = [one.fit(X, X[:, :2], epochs=2).numbers_ for one in (network, loaded)]
    assert all(np.array_equal(again[0][name], again[1][name]) for name in again[0])


def test_one_more_layer_is_one_class(tmp_path):
    """Registered here, it trains, saves, loads and is said in TOML; nothing else knows of it."""

    @layer_registry.layer
    class Scale:
        """Every unit times a learned number."""

        start: Above = 1.0

        def write(self, draft):
            n = draft.number("k")
            draft.parameters[f"k{n}"] = Start(draft.unit_shape, self.start)
            draft.write(f"s{n}", f"{draft.result} * k{n}")
            draft.tell("Scale", draft.width, draft.width)

    try:
        test_a_layer_of_a_file_is_the_layer_of_python('kind = "Scale"\nstart = 2.0', Scale(2.0), tmp_path)  # fmt: skip
        test_every_layer_trains_saves_and_loads(Scale(0.5), tmp_path / "model")
        with pytest.raises(UsageError, match="start is a number above 0; got -1"):
            Scale(-1)
    finally:
        del LAYERS["Scale"]


def test_a_file_gives_numbers_to_its_layers(tmp_path):
    numbers = "[arrays]\nW2 = [[1, 2], [3, 4], [5, 6]]\nb2 = [0.5, -0.5]\n"
    first = 'kind = "Dense"\nunits = 3'
    read = Network.from_toml(told(tmp_path, first, numbers))
    assert read.numbers_["W2"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert read.numbers_["b2"].tolist() == [0.5, -0.5]
    with pytest.raises(ShapeError, match="b2 is"):
        Network.from_toml(told(tmp_path, first, "[arrays]\nb2 = [1, 2, 3]\n"))


def test_every_mistake_of_the_layers_is_told_at_once_with_its_place(tmp_path):
    path = tmp_path / "network.toml"
    path.write_text(
        'inputs = 0\nloss = "msee"\nbach = 2\n'
        '[[layers]]\nkind = "Dens"\nunits = 3\n'
        '[[layers]]\nkind = "Dropout"\nrate = 1.5\n'
        "[[layers]]\nunits = 3\n"
        '[[layers]]\nkind = "Residual"\n[[layers.layers]]\nkind = "Dense"\nunits = 4\nactivaton = "relu"\n'
        '[[layers]]\nkind = "Written"\nfunction = "waves"\n'
        '[[layers]]\nkind = "BatchNorm"\nsize = 4\n'
    )
    with pytest.raises(UsageError) as caught:
        Network.from_toml(path)
    assert caught.value.code == "E412"
    said = caught.value.detail.splitlines()
    wanted = [
        ("inputs: ", "is a whole number, at least 1; got 0"),
        ("layers[0].kind: ", "no layer 'Dens' here; did you mean Dense?"),
        ("layers[1].rate: ", "is a number in [0, 1); got 1.5"),
        ("layers[2].kind: ", "is missing; there are Dense, Activation"),
        ("layers[3].layers[0].activaton: ", "did you mean activation?"),
        ("layers[4].kind: ", "Network([Written(function, ...)], loss)"),
        ("layers[5].size: ", "it takes momentum, eps"),
        ("loss: ", "did you mean mse"),
        ("bach: ", "did you mean batch?"),
    ]
    assert len(said) == len(wanted)
    for start, end in wanted:
        assert any(line.startswith(start) and end in line for line in said), start


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ('kind = "Residual"\nlayers = [{kind = "Dense", units = 3}]', "end it with Dense"),
        ('kind = "Embedding"\nn_words = 3\nsize = 2\ncolumn = 9', "column 9 of 4"),
    ],
)  # fmt: skip
def test_layers_that_do_not_fit_each_other_are_refused(first, message, tmp_path):
    with pytest.raises(UsageError) as caught:
        Network.from_toml(told(tmp_path, first))
    assert message in str(caught.value)
