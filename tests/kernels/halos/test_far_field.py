"""Deflections with a tolerance: their error, their derivatives, and which haloes are interpolated."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.far_field import Boxes, error_bounds, far_and_near, interpolated_haloes
from jaxlens.kernels.halos.sums import deflection

pytestmark = pytest.mark.slow

# Haloes of a lens, half the side of an image (arcsec), and rays along a side.
COUNT = 1000
HALF = 2.5
RAYS = 72
# The error that the deflection may have (arcsec).
TOLERANCE = 1e-4
# Where a halo stands in or about a box of half a side of 0.3.
INSIDE = (0.1, 0.2)
PLACES = [(0.9, 0.2), (0.5, 0.45), (2.0, -3.0), INSIDE]
# Profiles that fewer tests are about.
OTHERS = ("TNFW", "NFW", "PJAFFE")


def population(profile: str, count: int = COUNT) -> dict[str, jax.Array]:
    """Haloes with masses as in cold dark matter, some of them heavy, over an area wider than the image."""
    draw = np.random.default_rng(5)
    mass = (1.0 - draw.uniform(size=count) * (1.0 - 1e4**-0.9)) ** (-1.0 / 0.9)
    numbers = {name: draw.uniform(-1.4 * HALF, 1.4 * HALF, count) for name in ("x", "y")}
    scale = 0.012 * mass**0.37
    own = {
        "TNFW": {
            "alpha_Rs": 4e-5 * mass**0.6,
            "Rs": scale,
            "r_trunc": scale * draw.uniform(0.5, 10.0, count),
        },
        "NFW": {"alpha_Rs": 4e-5 * mass**0.6, "Rs": scale},
        "PJAFFE": {"sigma0": np.full(count, 0.5), "Ra": 0.1 * scale, "Rs": scale},
        "POINT_MASS": {"theta_E": 1e-3 * mass**0.5},
    }[profile]
    return {name: jnp.asarray(values) for name, values in (numbers | own).items()}


def lensed_rays() -> tuple[jax.Array, jax.Array]:
    """Rays of an image behind an isothermal lens, (1, RAYS, RAYS)."""
    x, y = np.meshgrid(*[np.linspace(-HALF, HALF, RAYS)] * 2)
    toward = 1.0 - 0.8 / np.hypot(x, y)
    return jnp.asarray(toward * x)[None], jnp.asarray(toward * y)[None]


def difference(a: object, b: object) -> float:
    """The largest length of the difference of two deflections."""
    return float(np.max(np.hypot(*(np.asarray(a) - np.asarray(b)))))


@pytest.mark.long
@pytest.mark.parametrize("profile", ["TNFW", pytest.param("POINT_MASS", marks=pytest.mark.slow)])
def test_the_error_of_many_haloes_is_below_the_tolerance(profile):
    haloes, shown = population(profile), jnp.ones(COUNT, bool)
    exact = jax.jit(lambda x, y: deflection(profile, x, y, haloes, shown))
    approximate = jax.jit(lambda x, y, t: deflection(profile, x, y, haloes, shown, t))
    for rays in (lensed_rays(), [a[..., ::-1, :] + 4.0 for a in lensed_rays()]):
        alpha = exact(*rays)
        assert np.max(np.hypot(*alpha)) > 10.0 * TOLERANCE
        for tolerance in (TOLERANCE, 1e-2 * TOLERANCE):
            found = difference(approximate(*rays, tolerance), alpha)
            # some is left to rounding in float32, and the approximation is no exact sum
            assert 1e-9 < found < tolerance + 3e-7


@pytest.mark.long
@pytest.mark.parametrize(
    "profile", ["POINT_MASS", *[pytest.param(p, marks=pytest.mark.slow) for p in OTHERS]]
)
def test_bounds_of_errors_hold_for_one_halo(profile, x64):
    x, y = (jnp.asarray(a)[None] for a in np.meshgrid(*[np.linspace(-0.3, 0.3, 24)] * 2))
    one = jnp.ones((), int)
    boxes = Boxes(*[jnp.asarray([value]) for value in (0.0, 0.0, 0.3, 0.3)])

    @jax.jit
    def at(halo: dict[str, jax.Array]) -> tuple[jax.Array, list[tuple[jax.Array, jax.Array]]]:
        bound = error_bounds(profile, boxes, halo)[0, 0]
        exact = deflection(profile, x, y, halo, jnp.ones(1, bool))
        finite = jnp.minimum(bound, 1.0)
        return bound, [exact, *[far_and_near(profile, x, y, halo, one, f * finite) for f in (2.0, 0.5)]]

    for place in PLACES:
        own = {name: value[:1] for name, value in population(profile, 3).items()}
        bound, (exact, interpolated, none) = at(
            own | dict(zip("xy", jnp.asarray(place)[:, None], strict=True))
        )
        # with less tolerance than its bound a halo is exact
        assert difference(none, exact) < 1e-14
        if (profile, place) == ("POINT_MASS", INSIDE):
            assert np.isinf(bound)
        else:
            assert 0.01 * bound < difference(interpolated, exact) < bound, place


def test_as_many_haloes_as_fit_are_interpolated_and_no_heavy_one():
    error = jnp.asarray([[1e-6, 1e-3, 2e-6, 0.0, jnp.inf, 8e-6], [1e-9, 1e-8, 1e-7, jnp.nan, 1e-5, 0.0]])
    found = np.asarray(interpolated_haloes(error, jnp.asarray(1e-5)))
    np.testing.assert_array_equal(found, [[1, 0, 1, 1, 0, 0], [1, 1, 1, 0, 0, 1]])
    none = np.asarray(interpolated_haloes(error, jnp.asarray(0.0)))
    np.testing.assert_array_equal(none, [[0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]])


@pytest.mark.long
def test_derivatives_in_numbers_of_haloes_are_those_of_the_approximate_sum(x64):
    haloes, shown = population("PJAFFE", 60), jnp.arange(60) < 50
    x, y = (a[:, ::4, ::4] for a in lensed_rays())

    @jax.jit
    @jax.value_and_grad
    def function(haloes: dict[str, jax.Array]) -> jax.Array:
        alpha_x, alpha_y = deflection("PJAFFE", x, y, haloes, shown, TOLERANCE)
        return jnp.sum(jnp.sin(3.0 * x) * alpha_x + y * alpha_y)

    along = {name: np.cos(np.arange(60.0)) * np.asarray(own) for name, own in haloes.items()}

    def at(step: float) -> float:
        return float(function({name: own + step * along[name] for name, own in haloes.items()})[0])

    gradient = function(haloes)[1]
    found = sum(np.sum(np.asarray(gradient[name]) * along[name]) for name in along)
    np.testing.assert_allclose(found, (at(1e-6) - at(-1e-6)) / 2e-6, rtol=1e-6)
    assert all(np.all(np.asarray(own[50:]) == 0.0) for own in gradient.values())


@pytest.mark.long
def test_derivatives_in_rays_are_nearly_those_of_the_exact_sum(x64):
    haloes, shown = population("PJAFFE", 60), jnp.arange(60) < 50
    x, y = (a[:, ::4, ::4] for a in lensed_rays())

    @jax.jit
    def along_x(tolerance: float) -> tuple[jax.Array, jax.Array]:
        def alpha(x: jax.Array) -> tuple[jax.Array, jax.Array]:
            return deflection("PJAFFE", x, y, haloes, shown, tolerance)

        return jax.jvp(alpha, (x,), (jnp.ones_like(x),))[1]

    exact = along_x(0.0)
    assert np.max(np.abs(exact)) > 0.04
    # the derivative of the interpolation is worse by the square of the nodes over half a box
    assert difference(along_x(TOLERANCE), exact) < 30.0 * TOLERANCE
