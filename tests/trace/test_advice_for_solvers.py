"""Solvers that choose their own steps are refused with what to write instead, and what is written then is right."""

import numpy as np
import pytest

import chainrule
from chainrule.verify import INSTEAD

integrate = pytest.importorskip("scipy.integrate")
optimize = pytest.importorskip("scipy.optimize")
TIMES = np.linspace(0.0, 1.0, 21)


def decay(k):
    return np.sum(integrate.odeint(lambda y, t: -k * y, 1.0, TIMES))


def decay_as_class(k):
    found = integrate.solve_ivp(lambda t, y, k: -k * y, (0, 1), [1.0], args=(k,))
    return found.y[0, -1]


def area(k):
    return integrate.quad(lambda x: np.exp(-k * x), 0.0, 2.0)[0]


def root(k):
    return optimize.brentq(lambda x: x**3 + k * x - 4.0, 0.0, 4.0)


@pytest.mark.parametrize("function", [decay, decay_as_class, area, root])
def test_a_solver_is_refused_by_its_own_name_with_what_to_write(function):
    # a solver of SciPy's asks for the least number there is
    with np.errstate(under="ignore"), pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.gradients(function, k=0.7, wrt=["k"])
    assert caught.value.code == "E304"
    solver = str(caught.value.message).split(" ")[0]
    assert solver in INSTEAD
    assert caught.value.hint == INSTEAD[solver]
    assert caught.value.where.file == __file__


def steps(k):
    def f(t, y):
        return -k * y

    y, ts, total = 1.0, TIMES, 1.0
    for t, h in zip(ts[:-1], np.diff(ts)):  # noqa: B905 - as the advice has it
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        total = total + y
    return total


def places(k):
    x, share = np.polynomial.legendre.leggauss(20)
    return np.sum(share * np.exp(-k * (1.0 + x)))


def step_of_newton(k):
    x = optimize.brentq(lambda x: x**3 + k * x - 4.0, 0.0, 4.0)
    return x - (x**3 + k * x - 4.0) / (3 * x**2 + k)


@pytest.mark.parametrize(
    ("function", "solver"), [(steps, decay), (places, area), (step_of_newton, root)]
)
def test_what_the_advice_says_has_the_gradient_of_the_solver(function, solver):
    measured = (solver(0.7 + 1e-4) - solver(0.7 - 1e-4)) / 2e-4
    found = chainrule.gradients(function, k=0.7, wrt=["k"])["k"]
    assert np.isclose(found, measured, rtol=1e-4)


def test_what_is_written_is_what_the_advice_says():
    import inspect

    for line in INSTEAD["scipy.integrate.odeint"].splitlines()[1:]:
        assert line.strip().rstrip(":") in inspect.getsource(steps)
