"""Steps compiled from C are the steps that NumPy takes, whatever the network, the optimizer and the data."""

import os
import re
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from compiled_programs import functions
from random_trainings import ROUGH, TOLERANCE, agree, apart, drawn

from chainrule import Network
from chainrule.derive import backward
from chainrule.engines.c import compiler
from chainrule.nn import ACTIVATIONS, RULES, optimizer
from chainrule.nn.layers import Dense, Dropout, Embedding
from chainrule.program import NonFiniteError, run
from chainrule.trace import Tracer, trace
from chainrule.train.loop.training_step import StepLimits, gradient_step, updates


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """A cache of this file's own, and a compiler."""
    if isinstance(compiler.compiler(), compiler.Trouble):
        pytest.skip(compiler.compiler().message)
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("CHAINRULE_CACHE", str(folder))
        yield folder


def data(dtype, n=53, n_inputs=5):
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, n_inputs)).astype(dtype), rng.integers(0, 3, n)


def update(name, dtype):
    """A rule's update of one matrix, its gradient and itself kept small, as a program."""
    tracer, rng = Tracer(named=False), np.random.default_rng(0)
    weights, slopes = rng.normal(size=(2, 3, 37)).astype(dtype)
    tracer.input(weights, "W")
    gradient = tracer.input(slopes, "dW")
    limits = StepLimits(clip_value=0.5, clip_norm=1.0, max_norm=2.0)
    made = updates(tracer, {"W": gradient}, optimizer(name, 0.01), limits)
    return tracer.builder.run(made, "update").program


def slope(name, dtype):
    """An activation and its gradient, as a program."""

    def forward(z, weight):
        return np.sum(ACTIVATIONS[name].op(z) * weight)

    numbers = np.random.default_rng(0).normal(size=(2, 4, 37)).astype(dtype)
    traced = trace(forward, z=3 * numbers[0], weight=numbers[1])
    derived = backward(traced, traced.program.outputs[0], traced.program.inputs[:1])
    return gradient_step(traced, derived, {}).program


N_DRAWN = 500
# one that learns its slope is a layer with a parameter of its own
FIXED = [name for name, one in ACTIVATIONS.items() if not one.unit.learned]
WRITTEN = {"update": (update, RULES), "slope": (slope, FIXED)}
CASES = [
    (kind, name, dtype)
    for kind, (_, names) in WRITTEN.items()
    for name in names
    for dtype in TOLERANCE
]


@pytest.fixture(scope="module")
def compiled(request):
    """Each of the cases that run as a program and as a function of C, all of them in one library."""
    asking = [one for one in request.session.items if "compiled" in one.fixturenames]
    cases = [one.callspec.params["case"] for one in asking]
    programs = [WRITTEN[kind][0](name, dtype) for kind, name, dtype in cases]
    both = zip(programs, functions(programs), strict=True)
    return dict(zip(cases, both, strict=True))


def test_single_entries_are_those_at_their_places_where_lines_are_no_loops():
    def few(X, v):
        picked = X[:, 1] * v[2] + X[0, 2] / v[1]
        return np.sum(picked) + X[-1, 0]

    X, v = np.array([[2.0, 3.0, 5.0]]), np.array([7.0, 11.0, 13.0])
    (in_c,) = functions([trace(few, X=X, v=v).program])
    assert np.isclose(in_c(X, v)[0], few(X, v), rtol=1e-15)


def test_a_column_is_looked_up_in_batches_of_one():
    X, y = data("float64", 7)
    X[:, 1] = [0, 3, 1, 2, 2, 1, 3]
    layers = [Embedding(4, 2, column=1), Dense(3, "softmax")]
    agree("c", layers, X, y, {"epochs": 2, "batch_size": 1})


@pytest.mark.spread(8)
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_updates_and_activations_in_c_give_the_numbers_of_the_reference(case, compiled):
    program, in_c = compiled[case]
    rng = np.random.default_rng(1)
    given = [
        (rng.normal(size=value.shape) * (3 if value.name == "z" else 1)).astype(
            value.dtype
        )
        for value in program.inputs
    ]
    if case[0] == "update":
        # what an optimizer remembers of squares is no less than 0
        given = list(map(abs, given))
    expected = run(program, dict(zip(program.inputs, given, strict=True)))
    for value, found in zip(program.outputs, in_c(*given), strict=True):
        true = expected[value]
        assert found.shape == true.shape
        assert apart({"it": found}, {"it": true}) < TOLERANCE[case[2]]


def test_dropout_weights_without_weight_schedules_limits_and_a_shorter_last_batch():
    X, y = data("float32", 70)
    weight = np.repeat([1.0, 0.0, 2.0, 0.5, 1.0, 3.0, 1.0], 10)
    fit = {"epochs": 3, "batch_size": 10, "shuffle": False, "sample_weight": weight}
    layers = [Dense(20, "tanh"), Dropout(0.3), 9]
    trained = agree(
        "c", layers, X, y, fit,
        dtype="float32", optimizer="nesterov", schedule="cosine", clip_norm=0.5, l2=1e-3,
    )  # fmt: skip
    # one batch in seven has no weight
    assert trained.n_steps_ == 18


def test_a_loss_that_is_not_finite_is_told_as_numpy_tells_it():
    X, y = data("float64")
    X[7] = np.nan
    told = []
    for engine in ("numpy", "c"):
        network = Network((6,), optimizer="sgd", seed=0)
        with pytest.raises(NonFiniteError) as caught:
            network.fit(X, y, epochs=2, batch_size=8, engine=engine)
        told.append(
            (str(caught.value), {k: v.tobytes() for k, v in network.numbers_.items()})
        )
    assert told[0] == told[1]
    assert "E201" in told[1][0]


def test_ctrl_c_stops_a_compiled_epoch_and_what_was_learnt_stays():
    X, y = data("float64", 200_000)
    network = Network((6,), optimizer="sgd", seed=0)
    network.fit(X[:64], y[:64], epochs=1, engine="c", batch_size=2)
    start = {name: array.copy() for name, array in network.numbers_.items()}
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))

    def one_epoch_is_done(training):
        if training.progress.epoch == 1:
            timer.start()

    fit = {"epochs": 200, "engine": "c", "batch_size": 2}
    try:
        with pytest.raises(KeyboardInterrupt):
            network.fit(X, y, **fit, callbacks=[one_epoch_is_done])
    finally:
        timer.cancel()
    assert 1 <= len(network.history_) < 200
    assert any((network.numbers_[name] != start[name]).any() for name in start)


def test_other_threads_go_on_while_an_epoch_runs():
    X, y = data("float64", 100_000)
    turns, done = [], threading.Event()

    def count():
        while not done.wait(0.001):
            turns.append(time.perf_counter())

    network = Network((6,), optimizer="sgd", seed=0)
    other = threading.Thread(target=count)
    other.start()
    try:
        network.fit(X, y, epochs=1, engine="c", batch_size=2)
    finally:
        done.set()
        other.join()
    assert len(turns) > 5


def test_without_a_compiler_numpy_takes_the_steps_and_says_so(monkeypatch):
    missing = compiler.Trouble("there is no C compiler", "install one")
    monkeypatch.setattr(compiler, "compiler", lambda: missing)
    X, y = data("float64")
    network = Network((6,), seed=0)
    with pytest.warns(UserWarning, match="NumPy takes the steps: there is no C compil"):
        network.fit(X, y, epochs=1, engine="c")
    assert "steps by numpy (there is no C compiler; install one)" in repr(network)


def test_work_that_is_not_worth_a_compiler_is_left_to_numpy():
    X, y = data("float64")
    network = Network((6,), seed=0).fit(X, y, epochs=1)
    assert str(network.engine_) == "numpy"


def test_a_kept_library_that_was_changed_is_compiled_again(cache):
    text = "#include <math.h>\n" + compiler.PROBE.partition("\n")[2]
    assert not isinstance(compiler.library(text), compiler.Trouble)
    newest = max(cache.glob("c/*.so"), key=lambda one: one.stat().st_mtime)
    assert newest.stat().st_mode & 0o077 == 0
    right = newest.read_bytes()
    newest.unlink()
    newest.write_bytes(b"\x7fELF what somebody else wrote")
    assert not isinstance(compiler.library(text), compiler.Trouble)
    assert newest.read_bytes()[:64] == right[:64]


def test_a_compiler_that_fails_is_told_by_its_first_error():
    found = compiler.library("int wrong(")
    assert isinstance(found, compiler.Trouble)
    assert "error" in found.message


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch, tmp_path):
    place = tmp_path / "a file"
    place.write_text("")
    monkeypatch.setenv("CHAINRULE_CACHE", str(place))
    assert isinstance(compiler.cache_folder(), compiler.Trouble)
    assert not isinstance(compiler.library(compiler.PROBE), compiler.Trouble)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROUGH))
def test_an_optimizer_that_is_not_drawn_agrees_where_no_gradient_is_zero(name):
    X, y = data("float32")
    options = {"dtype": "float32", "optimizer": name}
    agree("c", (7, 6), X, y, {"epochs": 2, "batch_size": 16}, **options)


def test_every_activation_and_every_other_optimizer_is_drawn_in_both_precisions():
    met = set()
    for seed in range(N_DRAWN):
        layers, _, _, _, options = drawn(seed)
        named = [options["optimizer"], *re.findall(r"activation='(\w+)'", str(layers))]
        met |= {(name, options["dtype"]) for name in named}
    names = (set(ACTIVATIONS) | set(RULES)) - ROUGH
    assert met >= {(name, dtype) for name in names for dtype in TOLERANCE}


def without_optimiser(found):
    """The same compiler, which turns each line into instructions as it stands: a fifth of the time."""
    options = tuple("-O0" if one == "-O2" else one for one in found.options)
    assert options != found.options
    return replace(found, options=options, identity=f"{found.identity}\0-O0")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(N_DRAWN))
def test_a_training_of_any_kind_is_numpys_in_c(seed, monkeypatch):
    layers, X, Y, fit, options = drawn(seed)
    # what the language leaves open comes out in one way with an optimiser, and in another without
    if seed // 8 % 2:
        made = without_optimiser(compiler.compiler())
        monkeypatch.setattr(compiler, "compiler", lambda: made)
    try:
        agree("c", layers, X, Y, fit, **options)
    except NonFiniteError:
        told = []
        for engine in ("numpy", "c"):
            with pytest.raises(NonFiniteError) as caught:
                Network(layers, **options).fit(X, Y, **fit, engine=engine)
            told.append(str(caught.value))
        assert told[0] == told[1]
