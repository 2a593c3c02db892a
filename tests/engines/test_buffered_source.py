"""The NumPy engine writes results over one another; nobody can tell from the numbers."""

import threading

import numpy as np
import pytest

from chainrule import ops
from chainrule.derive import backward
from chainrule.emit import emit
from chainrule.emit.places import places
from chainrule.engines import buffered_source, load
from chainrule.engines.buffer_plan import is_ufunc, storage
from chainrule.program import Line, Value, run
from chainrule.trace import trace

UNARY = (
    np.tanh, np.negative, np.square, np.sin, np.cos,
    lambda x: np.maximum(0, x),
    lambda x: 1 / (1 + np.exp(-x)),
    lambda x: np.exp(-(x**2)),
    lambda x: x * (x > 0),
    lambda x: np.where(x > 0.1, x, 0.5 * x),
)  # fmt: skip
BINARY = (
    np.add,
    np.subtract,
    np.multiply,
    np.maximum,
    np.minimum,
    lambda a, b: a / (1 + b**2),
)
VIEWS = (
    lambda x: x.T,
    lambda x: x[::-1],
    lambda x: x[..., :1],
    lambda x: np.expand_dims(x, 0),
    lambda x: x.reshape(-1),
    lambda x: np.broadcast_to(x, (2, *x.shape)),
    lambda x: np.squeeze(np.expand_dims(x, -1), axis=-1),
    lambda x: np.swapaxes(x, 0, -1),
    lambda x: x[..., ::2],
    lambda x: x[-2:],
    lambda x: x[-1],
)  # fmt: skip
REDUCED = (
    lambda x: np.sum(x, axis=0),
    lambda x: np.max(x, axis=-1, keepdims=True),
    lambda x: np.sum(x, axis=-1, keepdims=True),
    lambda x: np.mean(x, axis=0),
    lambda x: np.mean(x),
)  # fmt: skip


def some_program(seed, n=5):
    """A program of about forty lines picked blindly: what is needed late, or returned, or seen from two sides."""
    rng = np.random.default_rng(seed)

    def step(x, y, W, b):
        pool = [x, y, W, b]

        def keep(value):
            if value.ndim <= 3 and value.size <= 4000:
                pool.append(value)

        for _ in range(25):
            a = pool[-1 - int(rng.exponential(2.5)) % len(pool)]
            kind = rng.integers(5)
            if kind == 0:
                keep(UNARY[rng.integers(len(UNARY))](a))
            elif kind == 1:
                alike = [one for one in pool if one.shape == a.shape]
                other = alike[rng.integers(len(alike))]
                keep(BINARY[rng.integers(len(BINARY))](a, other))
            elif kind == 2 and a.ndim:
                keep(VIEWS[rng.integers(len(VIEWS))](a))
            elif kind == 3 and a.ndim:
                keep(REDUCED[rng.integers(len(REDUCED))](a))
            elif a.ndim == 2:
                fit = [
                    one for one in pool if one.ndim == 2 and one.shape[0] == a.shape[1]
                ]
                if fit:
                    keep(np.tanh(a @ fit[rng.integers(len(fit))]))
        picked = rng.choice(np.arange(4, len(pool)), 3, replace=False)
        return tuple(pool[i] * 1 if pool[i] is W else pool[i] for i in sorted(picked))

    return trace(step, *numbers(seed, n)), numbers


def numbers(seed, n):
    rng = np.random.default_rng([seed, n])
    return (
        rng.normal(size=(n, 4)), rng.normal(size=(n, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)
    )  # fmt: skip


def same(found, true):
    assert len(found) == len(true)
    for one, other in zip(found, true, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.spread(15)
@pytest.mark.parametrize("seed", range(150))
def test_programs_of_any_kind_give_the_numbers_of_their_plain_text(seed):
    traced, numbers = some_program(seed)
    program = traced.program
    plain = load(emit(traced, part="forward", name="plain"))["plain"]
    engine = buffered_source(program, "step")
    again = engine.repeated()
    kept = []
    for call in range(4):
        arrays = numbers(seed + call, 5)
        for array in arrays:
            array.flags.writeable = False
        given = dict(zip(("x", "y", "W", "b"), arrays, strict=True))
        chosen = [given[value.name] for value in program.inputs]
        true = plain(*chosen)
        alone, found = engine.function(*chosen), again(*chosen)
        same(found, alone)
        for one, other in zip(found, true, strict=True):
            # BLAS takes other routes for products of views; all else is bit for bit alike
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)
        kept.append((found, [np.copy(one) for one in found]))
        slow = run(program, given)
        for one, value in zip(found, program.outputs, strict=True):
            np.testing.assert_allclose(one, slow[value], rtol=1e-12, atol=1e-12)
    for found, true in kept:
        same(found, true)  # what was returned is the caller's


@pytest.mark.spread(15)
@pytest.mark.parametrize("owned", [("W",), ("W", "b"), ("x", "y", "W", "b")])
@pytest.mark.parametrize("seed", range(100))
def test_what_is_owned_may_be_lost_and_all_else_stays(seed, owned):
    traced, numbers = some_program(seed)
    program = traced.program
    safe = buffered_source(program, "step").function
    again = buffered_source(program, "step", owned).repeated()
    names = [value.name for value in program.inputs]
    for call in range(3):
        arrays = dict(zip(("x", "y", "W", "b"), numbers(seed + call, 5), strict=True))
        for name in set(arrays) - set(owned):
            arrays[name].flags.writeable = False
        true = safe(*[np.copy(arrays[name]) for name in names])
        found = again(*[arrays[name] for name in names])
        for one, other in zip(found, true, strict=True):
            # BLAS takes other routes for products of views; all else is bit for bit alike
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)


def layers(x, W, b, V):
    h = np.maximum(0, x @ W + b)
    z = h @ V
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    return np.mean(np.log(p)), p, h.T @ p


def of(n, seed=0):
    rng = np.random.default_rng([seed, n])
    return (
        rng.normal(size=(n, 4)), rng.normal(size=(4, 6)), rng.normal(size=6), rng.normal(size=(6, 3))
    )  # fmt: skip


def test_a_batch_of_another_size_between_two_alike_changes_nothing():
    engine = buffered_source(trace(layers, *of(5)).program, "layers")
    again = engine.repeated()
    for n in (5, 5, 1, 5, 8, 1, 8, 5, 40, 5, *range(1, 30), 5):
        found = again(*of(n, n))
        same(found, engine.function(*of(n, n)))
        np.testing.assert_allclose(found[1], layers(*of(n, n))[1], rtol=1e-13)


def test_two_threads_with_arrays_of_their_own_do_not_meet():
    engine = buffered_source(trace(layers, *of(5)).program, "layers")
    wrong = []

    def work(seed):
        again, arrays = engine.repeated(), of(50, seed)
        true = engine.function(*arrays)
        for _ in range(300):
            found = again(*arrays)
            if not all(map(np.array_equal, found, true)):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_only_what_is_owned_is_written_over():
    def move(W, dW):
        return W - 0.1 * dW

    program = trace(move, np.ones(3), np.ones(3)).program
    for owned in ((), ("W",)):
        W, dW = np.arange(3.0), np.ones(3)
        found = buffered_source(program, "move", owned).function(W, dW)
        np.testing.assert_array_equal(found, [-0.1, 0.9, 1.9])
        assert (found is W) == bool(owned)
        np.testing.assert_array_equal(dW, 1)


def test_a_parameter_that_is_read_after_its_update_keeps_its_old_value_until_then():
    def move(W):
        new_W = W - 0.5 * W
        return new_W, W.T @ W

    program = trace(move, np.ones((3, 3))).program
    W = np.arange(9.0).reshape(3, 3)
    true = W / 2, W.T @ W
    same(buffered_source(program, "move", ("W",)).function(W), true)


def test_what_is_seen_through_a_view_is_not_written_over():
    def step(x):
        z = x * 2
        back = z[::-1]
        y = np.exp(z)
        return np.sum(y * back, axis=0)

    program = trace(step, np.ones((4, 3))).program
    x = np.random.default_rng(0).normal(size=(4, 3))
    z = x * 2
    places = storage(program)
    exp = next(line.result for line in program.lines if line.op.name == "exp")
    assert exp not in places.into
    np.testing.assert_array_equal(
        buffered_source(program, "step").repeated()(x),
        np.sum(np.exp(z) * z[::-1], axis=0),
    )


def test_no_two_arrays_share_a_place_at_the_same_time():
    rng = np.random.default_rng(0)
    for _ in range(200):
        values = [Value((), np.dtype(float)) for _ in range(rng.integers(1, 20))]
        sizes = {value: int(rng.integers(0, 500)) for value in values}
        begins = rng.integers(0, 20, len(values))
        spans = {
            value: (int(begin), int(begin + rng.integers(0, 8)))
            for value, begin in zip(values, begins, strict=True)
        }
        starts = places(sizes, spans)
        for one in values:
            assert starts[one] % 64 == 0
            for other in values:
                meet = (
                    spans[one][0] <= spans[other][1]
                    and spans[other][0] <= spans[one][1]
                )
                if one is not other and meet and sizes[one] and sizes[other]:
                    apart = (
                        starts[one] + sizes[one] <= starts[other]
                        or starts[other] + sizes[other] <= starts[one]
                    )
                    assert apart


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_op_that_is_called_as_numpys_function_is_that_function(dtype):
    rng = np.random.default_rng(0)
    tried = 0
    for op in ops.CATALOGUE.values():
        for sample in op.samples:
            args = tuple(
                Value(shape, np.dtype(dtype if i not in sample.integers else "int64"))
                for i, shape in enumerate(sample.shapes)
            )
            line = Line(Value((2,), np.dtype(dtype)), op, args, dict(sample.params))
            if op is ops.relu or not is_ufunc(line):
                continue
            arrays = [
                rng.uniform(*sample.domain, arg.shape).astype(arg.dtype) for arg in args
            ]
            np.testing.assert_array_equal(
                op.forward(*arrays), getattr(np, op.name)(*arrays), err_msg=op.name
            )
            tried += 1
    assert tried > 30


def test_gradients_of_pieces_are_added_where_they_belong_in_one_array_bit_for_bit():
    scale = np.array([-0.0, 2.0, -0.0])

    def loss(flat):
        rows = flat[:6].reshape(2, 3)
        later = np.sum(np.exp(flat[4:7] * scale)) + flat[-1]
        return np.sum((rows * scale) ** 2) + later + np.sum(flat[::-2] * 3)

    flat = np.linspace(-1, 1, 9)
    whole = backward(trace(loss, flat)).whole()
    engine = buffered_source(whole.program, "both")
    assert engine.text.count("np.zeros(") == 1
    text = emit(whole, part="forward", name="both")
    assert text.count("np.zeros(") == 4
    given = [whole.numbers[value] for value in whole.program.inputs]
    for call in (engine.function, engine.repeated()):
        for one, other in zip(call(*given), load(text, "both")["both"](*given), strict=True):  # fmt: skip
            assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def test_a_step_computes_in_no_new_array():
    def step(x, W):
        h = np.tanh(x @ W + 1)
        return np.sum(h * h)

    program = trace(step, np.ones((3, 4)), np.ones((4, 5))).program
    x, W = np.ones((300, 4)), np.ones((4, 500))
    again = buffered_source(program, "step").repeated()
    again(x, W)
    import tracemalloc

    tracemalloc.start()
    again(x, W)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300 * 500 * 8 / 10
