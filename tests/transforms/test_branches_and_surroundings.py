"""What a derived program depends on besides its arguments is watched: branches, closures, objects, chance."""

import itertools

import numpy as np
import pytest

from chainrule import grad, value_and_grad
from chainrule.transforms.environment import environment

RATE = 0.5
TABLE = {"scale": 2.0, "weights": [np.ones(3), np.ones(3)]}


@pytest.fixture
def w():
    return np.array([0.5, -1.0, 2.0])


def test_a_branch_on_a_value_is_guarded_and_the_other_is_derived_when_it_is_met():
    def loss(x):
        if np.sum(x) > 0:
            return np.sum(x**2)
        return np.sum(x**3) if x[0] < -1 else np.sum(x)

    slope = grad(loss)
    for _ in range(2):
        for first in (1.0, -0.5, -2.0, 3.0, -4.0):
            x = np.array([first, 0.0])
            true = 2 * x if first > 0 else 3 * x**2 if first < -1 else np.ones(2)
            np.testing.assert_allclose(slope(x), true)
    assert slope.n_derived == 3


def test_a_loop_until_a_tolerance_is_met_is_derived_once_for_each_number_of_turns():
    def root(a):
        x = a
        while abs(x * x - a) > 1e-10:
            x = 0.5 * (x + a / x)
        return x

    slope = grad(root)
    for a in (2.0, 3.0, 100.0, 2.5, 1e4, 2.0):
        assert slope(a) == pytest.approx(0.5 / np.sqrt(a), rel=1e-6)
    assert slope.n_derived < 6


def test_arrays_of_a_closure_may_change_in_place_or_be_replaced(w):
    A, y = np.arange(12.0).reshape(4, 3) / 10, np.ones(4)
    slope = grad(lambda w: np.sum((A @ w - y) ** 2))

    def true():
        return 2 * A.T @ (A @ w - y)

    np.testing.assert_allclose(slope(w), true())
    np.testing.assert_allclose(slope(w), true())
    A *= 2
    np.testing.assert_allclose(slope(w), true())
    A, y = A + 1, y * 3
    np.testing.assert_allclose(slope(w), true())
    assert slope.n_derived == 1


def test_what_is_computed_from_a_closure_s_array_follows_it(w):
    B = np.arange(6.0).reshape(3, 2)
    slope = grad(lambda w: np.sum((np.exp(-B.T) @ w) ** 2))
    for _ in range(3):
        M = np.exp(-B.T)
        np.testing.assert_allclose(slope(w), 2 * M.T @ (M @ w))
        B[0] += 0.5
    assert slope.n_derived == 1


def test_numbers_of_a_closure_or_a_module_are_part_of_what_was_derived(w):
    global RATE  # noqa: PLW0603 - the very thing that users do
    bias = 1.0

    def loss(w):
        return RATE * np.sum((w + bias) ** 2)

    slope = grad(loss)
    np.testing.assert_allclose(slope(w), w + 1)
    RATE = 1.0
    np.testing.assert_allclose(slope(w), 2 * (w + 1))
    bias = 3.0
    np.testing.assert_allclose(slope(w), 2 * (w + 3))
    RATE, bias = 0.5, 1.0
    np.testing.assert_allclose(slope(w), w + 1)
    assert slope.n_derived == 3


def test_containers_and_objects_are_looked_into(w):
    class Net:
        def __init__(self):
            self.W, self.scale = np.eye(3), 2.0

        def loss(self, w):
            return self.scale * np.sum(self.forward(w))

        def forward(self, w):
            return self.W @ w * TABLE["scale"] + TABLE["weights"][1] * w

    net = Net()
    slope = grad(net.loss)

    def require():
        true = net.scale * (net.W.sum(axis=0) * TABLE["scale"] + TABLE["weights"][1])
        np.testing.assert_allclose(slope(w), true)

    require()
    net.W = np.arange(9.0).reshape(3, 3)
    require()
    net.W[0, 0] = 7
    require()
    net.scale = 5.0
    require()
    TABLE["scale"] = 0.25
    require()
    TABLE["weights"][1] = np.array([1.0, 2.0, 3.0])
    require()
    TABLE["weights"][1] += 1
    require()


def test_what_a_tuple_holds_is_looked_at_again_only_where_it_may_change(w):
    shapes, parts = ((3, 1), ("a", 3)), (np.ones(3), (2.0, [3.0]))

    def loss(x):
        (scale, (factor, (offset,))), n = parts, shapes[1][1]
        return np.sum(scale * x.reshape(shapes[0])[:, 0]) * factor / n + offset * x[0]

    read = [one.name for one in environment(loss).reads]
    assert len(read) == 6  # two tuples, an array, a list: its length and its number
    slope = grad(loss)
    for scale, offset in ((1.0, 3.0), (4.0, 3.0), (4.0, 5.0)):
        parts[0][:], parts[1][1][0] = scale, offset
        np.testing.assert_allclose(slope(w), scale * 2 / 3 + offset * np.eye(3)[0])
    parts = (np.ones(3), (6.0, [0.0]))
    np.testing.assert_allclose(slope(w), np.full(3, 2.0))


def test_a_function_called_may_be_exchanged(w):
    def helper(w):
        return np.sum(w**2)

    slope = grad(lambda w: helper(w))
    np.testing.assert_allclose(slope(w), 2 * w)

    def helper(w):  # noqa: F811 - that is what is tested
        return np.sum(w**3)

    np.testing.assert_allclose(slope(w), 3 * w**2)


def test_arrays_that_have_to_be_plain_numbers_are_compared_entry_by_entry(w):
    order, lengths = np.array([2, 0, 1]), np.array([1.0, 2.0, 3.0])

    def loss(w):
        total = 0.0
        for place, length in zip(order.tolist(), lengths, strict=True):
            total = total + w[place] * length
        return total

    slope = grad(loss)
    for _ in range(2):
        np.testing.assert_allclose(slope(w)[order], lengths)
        order[:] = order[::-1].copy()
        np.testing.assert_allclose(slope(w)[order], lengths)
        lengths *= 2


def test_the_user_s_objects_are_left_as_they_are(w):
    class Counted:
        def __init__(self):
            self.W = np.ones(3)

    held = Counted()
    before = held.W
    slope = grad(lambda w: np.sum(held.W * w))
    slope(w)
    slope(w)
    assert held.W is before
    assert vars(held) == {"W": before}


def generator_of(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    "draw",
    [
        lambda own: np.random.normal(size=3),  # noqa: NPY002 - as older code does
        lambda own: own.normal(size=3),
        lambda own: np.random.default_rng().normal(size=3),
    ],
    ids=["NumPy's own", "a generator", "one made inside"],
)
def test_what_is_drawn_by_chance_is_drawn_anew(draw, w):
    own = generator_of()
    slope = grad(lambda w: np.sum((w + draw(own)) ** 2))
    found = [slope(w) for _ in range(4)]
    for one, other in itertools.pairwise(found):
        assert not np.array_equal(one, other)


def test_what_cannot_be_seen_is_found_out_at_the_second_call(w):
    count = iter(range(100))
    slope = value_and_grad(lambda w: np.sum(w**2) * (next(count) + 1.0))
    values = [slope(w)[0] / np.sum(w**2) for _ in range(5)]
    assert values == sorted(set(values))
