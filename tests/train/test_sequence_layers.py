"""Networks of sequences: what they compute, what their gradients are, and what they say to what does not fit."""

import numpy as np
import pytest

import chainrule
from chainrule import program
from chainrule.engines.c.compiler import compiler
from chainrule.nn.layers import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Attention,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    GlobalAvgPool,
    LayerNorm,
    Reshape,
    Residual,
    RMSNorm,
)
from chainrule.program import ChainruleError
from chainrule.train import Network

LOSS = "categorical_cross_entropy"
BLOCK = (
    Residual((RMSNorm(), Attention(2, causal=True))),
    Residual((LayerNorm(), Dense(8, "gelu"), Dropout(0.2), Dense(4))),
)
STACKS = {
    "rnn": (RNN(3),),
    "relu without bias": (RNN(3, "relu", bias=False),),
    "lstm": (LSTM(3),),
    "gru": (GRU(3),),
    "gru without bias": (GRU(3, bias=False),),
    "stacked": (RNN(4, return_sequences=True), LSTM(3, return_sequences=True), GRU(2)),
    "attention": (Attention(2), GlobalAvgPool()),
    "causal": (Attention(1, causal=True), LSTM(2)),
    "block": (*BLOCK, BatchNorm(), Activation("prelu"), GlobalAvgPool()),
}


def sequences(n=5, times=4, features=4):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, times, features)), rng.integers(0, 3, n)


def made(layers, X, Y, **options):
    network = Network((*layers, Dense(3, "softmax")), LOSS, seed=2, **options)
    network.data(X, Y)
    return network


@pytest.mark.spread(3)
@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
def test_gradients_are_those_of_differences(layers):
    X, Y = sequences()
    described = made(layers, X, Y).example(X, Y)
    arrays = described.arrays
    learnt = list(described.parameters)
    found = chainrule.gradients(described.function, wrt=learnt, **arrays)
    h = 1e-6
    for name in learnt:
        for place in list(np.ndindex(*arrays[name].shape))[::5]:
            losses = []
            for sign in (1, -1):
                moved = arrays[name].copy()
                moved[place] += sign * h
                losses.append(described.function(**{**arrays, name: moved}))
            slope = (losses[0] - losses[1]) / (2 * h)
            assert abs(found[name][place] - slope) < 1e-8, (name, place)


def torch_layer(kind, given, x):
    """What PyTorch's layer of the same name makes of ``x`` with the same weights."""
    import torch

    def turned(*names):
        return torch.cat([given[name].T for name in names])

    def put(module, **arrays):
        for name, array in arrays.items():
            owner, _, last = name.replace("__", ".").rpartition(".")
            inner = module.get_submodule(owner)
            delattr(inner, last)
            setattr(inner, last, array)
        return module

    n = x.shape[-1]
    if kind == "RMSNorm":
        module = torch.nn.RMSNorm(n, eps=1e-5, dtype=torch.float64)
        return put(module, weight=given["scale1"])(x)
    if kind == "Attention":
        module = torch.nn.MultiheadAttention(
            n, 2, batch_first=True, dtype=torch.float64
        )
        put(
            module,
            in_proj_weight=turned("Wq1", "Wk1", "Wv1"),
            in_proj_bias=torch.cat([given["bq1"], given["bk1"], given["bv1"]]),
            out_proj__weight=given["Wo1"].T,
            out_proj__bias=given["bo1"],
        )
        seen = torch.nn.Transformer.generate_square_subsequent_mask(
            x.shape[1], dtype=torch.float64
        )
        return module(x, x, x, attn_mask=seen, need_weights=False)[0]
    module = getattr(torch.nn, kind)(n, 3, batch_first=True, dtype=torch.float64)
    inside, state = given["b1"], torch.zeros_like(given["b1"])
    if kind == "GRU":
        state = torch.cat([state[:6], given["bn1"]])
    weights = {
        "weight_ih_l0": given["Wx1"].T,
        "weight_hh_l0": given["Wh1"].T,
        "bias_ih_l0": inside,
        "bias_hh_l0": state,
    }
    # a recurrent module reads its own list of weights
    return torch.func.functional_call(module, weights, (x,))[0]


@pytest.mark.frameworks
@pytest.mark.parametrize(
    "layer",
    [
        RNN(3, return_sequences=True),
        LSTM(3, return_sequences=True),
        GRU(3, return_sequences=True),
        Attention(2, causal=True),
        RMSNorm(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_training_pass_and_its_gradients_are_those_of_pytorch(layer):
    import torch

    X, Y = sequences(6, 5)
    network = made((layer, GlobalAvgPool()), X, Y)
    _, derived = network.plan.derived(weighted=False)
    rng = np.random.default_rng(3)
    given = {
        name: rng.normal(size=array.shape) for name, array in network.numbers_.items()
    }
    numbers = {**given, "X": X, "Y": Y}
    inputs = {one: numbers[one.name] for one in derived.run.program.inputs}
    ours = program.run(derived.run.program, inputs)
    t = {name: torch.tensor(array, requires_grad=True) for name, array in given.items()}
    made_of = torch_layer(type(layer).__name__, t, torch.tensor(X))
    W, b = list(t)[-2:]
    logits = made_of.mean(dim=1) @ t[W] + t[b]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(Y))
    loss.backward()
    assert abs(ours[derived.loss] - loss.item()) < 1e-12
    named = derived.run.program.named()
    for name in given:
        gradient = ours[derived.gradients[named[name]]]
        np.testing.assert_allclose(
            gradient, t[name].grad.numpy(), rtol=1e-12, atol=1e-12
        )


ENGINES = [
    pytest.param("c", marks=pytest.mark.skipif(compiler() is None, reason="needs a C compiler")),
    pytest.param("jax", marks=pytest.mark.frameworks),
]  # fmt: skip


@pytest.mark.spread(2)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["stacked", "block"])
def test_engines_take_the_same_steps(name, engine):
    X, Y = sequences(11, 2)
    plain, other = (
        made(STACKS[name], X, Y, optimizer="sgd").fit(
            X, Y, epochs=3, batch_size=9, engine=one
        )
        for one in ("numpy", engine)
    )
    assert other.engine_.name == engine
    for key, array in plain.numbers_.items():
        np.testing.assert_allclose(other.numbers_[key], array, rtol=1e-9, atol=1e-12)


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "block"])
def test_single_precision_stays_single(name):
    X, Y = sequences()
    network = made(STACKS[name], X, Y, dtype="float32").fit(X, Y, epochs=1)
    assert {array.dtype.name for array in network.numbers_.values()} == {"float32"}
    assert network.predict(X).dtype == np.float32
    _, derived = network.plan.derived(weighted=False)
    kinds = {v.dtype.name for v in derived.run.program.values() if v.dtype.kind == "f"}
    assert kinds == {"float32"}


def test_an_rnn_learns_whether_a_sum_is_positive():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8, 1))
    Y = (X.sum(axis=(1, 2)) > 0).astype(int)
    network = Network([RNN(6), Dense(2, "softmax")], learning_rate=0.02, seed=0)
    network.fit(X[:200], Y[:200], epochs=30)
    assert network.evaluate(X[200:], Y[200:])["accuracy"] > 0.85


def test_words_are_read_one_after_the_other():
    """Which of two words came last can be known from their order alone."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 5, (300, 6))
    Y = np.array(
        [int(np.flatnonzero(row < 2)[-1:].size and row[row < 2][-1]) for row in X]
    )
    layers = [Embedding(5, 4), Reshape((6, 4)), GRU(8), Dense(2, "softmax")]
    network = Network(layers, learning_rate=0.02, seed=0).fit(
        X[:200], Y[:200], epochs=30
    )
    assert network.evaluate(X[200:], Y[200:])["accuracy"] > 0.9


def test_a_causal_time_knows_nothing_of_what_comes():
    X, Y = sequences()
    network = Network(
        [Attention(2, causal=True), RNN(3), Dense(3, "softmax")], LOSS, seed=0
    )
    network.data(X, Y)
    drafted = network.plan.predicting
    scope = {"np": np}
    body = "\n".join(f"    {line}" for line in drafted.lines)
    exec(
        f"def attended(X, {', '.join(drafted.parameters)}):\n{body}\n    return o1",
        scope,
    )
    moved = X.copy()
    moved[:, 2:] += 1
    before, after = (scope["attended"](one, **network.numbers_) for one in (X, moved))
    assert np.array_equal(before[:, :2], after[:, :2])
    assert not np.allclose(before[:, 2:], after[:, 2:])


def test_the_memory_of_an_lstm_starts_open():
    X, Y = sequences()
    network = made((LSTM(3),), X, Y)
    assert network.numbers_["b1"].tolist() == [0] * 3 + [1] * 3 + [0] * 6
    Wh = network.numbers_["Wh1"]
    np.testing.assert_allclose(Wh @ Wh.T, np.eye(3), atol=1e-12)


def test_what_follows_a_state_that_ends_the_network_is_the_prediction():
    X, _ = sequences()
    network = Network([RNN(2)], "mse", seed=0).fit(X, X[:, 0, :2], epochs=1)
    assert "y_pred = h1" in network.source


@pytest.mark.parametrize(
    ("layers", "units", "message"),
    [
        ([RNN(3)], 8, r"RNN takes sequences, and gets 8 numbers a sample.*Reshape\(\(8, 1\)\) before it"),
        ([RNN(3), LSTM(3)], (5, 2), r"LSTM takes sequences, and gets 3 numbers.*return_sequences=True"),
        ([Attention()], (1, 8, 8), r"gets an array of \(1, 8, 8\) a sample.*Reshape\(\(times, features\)\)"),
        ([Attention(3)], (5, 4), r"4 features cannot be divided among 3 heads"),
        ([RNN(3, "softmax")], (5, 4), "softmax cannot be the activation of the states"),
        ([RNN(3, "prelu")], (5, 4), "prelu cannot be the activation of the states"),
        ([RNN(3, return_sequences=True)], (5, 4), r"(?s)ends in an array of \(5, 2\).*its last state.*GlobalAvgPool\(\)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_does(layers, units, message):
    with pytest.raises(ChainruleError, match=f"(?s){message}"):
        Network([*layers, Dense(2)], "mse").build(units)
