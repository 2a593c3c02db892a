"""Numbers at the ends of the floats: rules lose no digits where the function itself is well conditioned."""

import mpmath
import numpy as np
import pytest
from scipy import special

import chainrule


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8, 1e16])
def test_f46_equal_terms_of_logaddexp_have_equal_shares(size):
    def loss(a, b):
        return np.sum(np.logaddexp(a, b))

    found = chainrule.gradients(loss, a=np.array([size]), b=np.array([size]))
    np.testing.assert_allclose([found["a"], found["b"]], 0.5, rtol=1e-15)


def test_f46_control_the_share_by_way_of_the_result_loses_every_digit():
    a = 1e16
    assert np.exp(a - np.logaddexp(a, a)) == 1.0


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_f46_a_length_has_its_direction_however_short_or_long_it_is(size):
    found = chainrule.gradients(np.linalg.norm, np.array([3.0, 4.0]) * size, wrt=["x"])
    np.testing.assert_allclose(found["x"], [0.6, 0.8], rtol=1e-14)


def test_f46_control_numpys_own_length_of_it_is_nothing():
    with np.errstate(under="ignore"):
        assert np.linalg.norm([3e-200, 4e-200]) == 0


EXACT = {
    special.ellipk: (mpmath.ellipk, [0.0, 1e-12, 1e-5, 0.0099, 0.0101, -1e-9, 0.5]),
    special.ellipe: (mpmath.ellipe, [0.0, 1e-12, 1e-5, 0.0099, 0.0101, -1e-9, 0.5]),
    special.exprel: (lambda x: mpmath.expm1(x) / x if x else 1, [0.0, -1e-8, 1e-8, 0.0099, 0.0101, 1.0, 50.0]),
    special.spence: (lambda x: mpmath.polylog(2, 1 - x).real, [0.5, 1 - 1e-10, 1.0, 1 + 1e-10, 3.0]),
    special.log_ndtr: (lambda x: mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2), [-1e4, -700.0, -30.1, -29.9, -1.0, 5.0]),
    special.erfcx: (lambda x: mpmath.exp(x * x) * mpmath.erfc(x), [-3.0, 0.0, 29.9, 30.1, 300.0, 1e5]),
}  # fmt: skip


@pytest.mark.parametrize("function", EXACT, ids=lambda function: function.__name__)
def test_f46_slopes_that_are_small_differences_keep_their_digits(function):
    exact, places = EXACT[function]
    with mpmath.workdps(60):
        slopes = [float(mpmath.diff(exact, mpmath.mpf(x), h=1e-20)) for x in places]
    found = chainrule.gradients(lambda x: np.sum(function(x)), x=np.array(places))
    np.testing.assert_allclose(found["x"], slopes, rtol=1e-12)


def test_f46_control_the_textbooks_difference_has_none_of_them():
    m = 1e-14
    slope = (special.ellipe(m) - special.ellipk(m)) / (2 * m)
    assert abs(slope + np.pi / 8) > 1e-3
