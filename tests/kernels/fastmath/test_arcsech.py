"""The functions of which haloes are made, against scipy, mpmath, and the equations between them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import elliprc

from jaxlens.kernels.fastmath import arcsech as functions
from jaxlens.kernels.fastmath.arcsech import arcsech, hyperbolic

# By mpmath with 50 digits: t; D, (3 D - F) / (1 - t), M, h, J, and the integral of J.
KNOWN = np.array(
    [
        [1e-10, 11.2060726472361, 21.412145297734, 5.85303632320094, 6.1030363229877e-10, 6.35303632261564],
        [1e-4, 4.2989871988189, 7.59916421277896, 2.3993355098067, 0.00026492517817753, 2.89909558235778],
        [0.04, 1.39552424506138, 1.92382235408877, 0.92795455662199, 0.0466551508713494, 1.39121380579834],
        [0.75, 0.394449154672439, 0.338940701396826, 0.348832095843032, 0.398812034835188, 0.624297371447062],
        [1.25, 0.290819127993551, 0.219351336083836, 0.276575850479017, 0.553199056920067, 0.500402423538188],
        [9.0, 0.0705987655395561, 0.0279266973831104, 0.0934083315324129, 1.6796630410331, 0.160105933669136],
        [
            1e6,
            9.98431201319674e-7,
            1.56680338472641e-9,
            6.21617789553372e-6,
            41.0856143240702,
            7.214608431755e-6,
        ],
    ]
)
T, INTEGRAL_OF_J = KNOWN[:, 0], np.array(
    [6.6030363226888e-10, 0.000314912556984216, 0.065824132753986, 0.663523106469919, 0.941663411938314,
     2.93908515904721, 53.0505696804858]
)  # fmt: skip


def test_values(x64):
    np.testing.assert_allclose(functions.value(arcsech(jnp.asarray(T))), elliprc(1.0, T), rtol=1e-14)
    p, q = arcsech(jnp.asarray(T)), hyperbolic(jnp.asarray(T))
    for i, name in enumerate(("quotient", "second_quotient", "mean", "integral"), start=1):
        np.testing.assert_allclose(getattr(functions, name)(p), KNOWN[:, i], rtol=2e-13)
    np.testing.assert_allclose(functions.hyperbolic_mean(q), KNOWN[:, 5], rtol=2e-13)
    np.testing.assert_allclose(functions.hyperbolic_integral(q), INTEGRAL_OF_J, rtol=2e-13)


@pytest.mark.slow
def test_values_in_single_precision():
    single = jnp.asarray(T, jnp.float32)
    p, q = arcsech(single), hyperbolic(single)
    for i, (name, error) in enumerate(
        (("quotient", 2e-6), ("second_quotient", 2e-5), ("mean", 5e-7), ("integral", 5e-7)), start=1
    ):
        np.testing.assert_allclose(getattr(functions, name)(p), KNOWN[:, i], rtol=error)
    # far outside, J is a small difference of logarithms
    np.testing.assert_allclose(functions.hyperbolic_mean(q)[:-1], KNOWN[:-1, 5], rtol=2e-6)


@pytest.mark.long
def test_derivatives_at_and_about_the_scale_radius(x64):
    """F = 1 + w/3 + w^2/5 + ..., and elsewhere F' = (1 - t F) / (2 t (t - 1))."""

    def f(t):
        return functions.value(arcsech(t))

    t = jnp.asarray([1e-8, 0.3, 0.69999, 0.70001, 0.9, 1.29999, 1.30001])
    one = jnp.ones_like(t)

    def derivative(u):
        return jax.jvp(f, (u,), (one,))[1]

    np.testing.assert_allclose(derivative(t), (1.0 - t * f(t)) / (2.0 * t * (t - 1.0)), rtol=1e-12)
    first, second = jax.jvp(derivative, (one,), (one,))
    np.testing.assert_allclose(first, -1.0 / 3.0, rtol=1e-14)
    np.testing.assert_allclose(second, 2.0 / 5.0, rtol=1e-14)


@pytest.mark.slow
def test_integrals_are_those_of_the_means(x64):
    t = jnp.asarray(T)
    for of, mean, integral in (
        (arcsech, functions.mean, functions.integral),
        (hyperbolic, functions.hyperbolic_mean, functions.hyperbolic_integral),
    ):
        _, found = jax.jvp(lambda u, of=of, whole=integral: whole(of(u)), (t,), (jnp.ones_like(t),))
        np.testing.assert_allclose(found, mean(of(t)), rtol=1e-10)


def test_centre_and_nan():
    inside = arcsech(jnp.asarray([0.0, 1e-30, 1e-20, 1e-15, 1e-14, 1e-13, 1e-12]))
    for name in ("value", "quotient", "second_quotient", "mean", "integral"):
        found = getattr(functions, name)(inside)
        assert np.isfinite(found).all()
        assert len(set(np.asarray(found))) == 1
        assert np.isnan(getattr(functions, name)(arcsech(jnp.full(7, jnp.nan)))).all()
