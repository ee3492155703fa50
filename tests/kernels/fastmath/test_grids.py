"""Interpolation between pixels and on grids, against scipy's splines and by their own identities.

All positions are in one pair of arrays, so that each function is compiled once: random ones, the centres of
the pixels, and a grid of quarters of a pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline, RegularGridInterpolator

from jaxlens.kernels.fastmath.grids import grid_values, image_value, interval, position

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(17)
IMAGE = RNG.normal(size=(7, 9))
FINE = np.arange(-3.0, 13.0, 0.25) + 0.125
RANDOM, PIXELS, QUARTERS = slice(0, 300), slice(300, 363), slice(363, None)
# beyond the image on all sides
U, V = (
    np.concatenate([random, centres.ravel(), quarters.ravel()])
    for random, centres, quarters in zip(
        RNG.uniform(-4.0, 11.0, (2, 300)),
        np.meshgrid(np.arange(9.0), np.arange(7.0)),
        np.meshgrid(FINE, FINE),
        strict=True,
    )
)

value = jax.jit(image_value, static_argnums=3)


@partial(jax.jit, static_argnums=3)
def slopes(image: jax.Array, u: jax.Array, v: jax.Array, order: int) -> tuple[jax.Array, jax.Array]:
    """The derivatives in u and v."""
    return jax.grad(lambda u, v: jnp.sum(image_value(image, u, v, order)), (0, 1))(u, v)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def test_linear_interpolation_is_that_of_the_image_with_a_border_of_zeros() -> None:
    padded = np.pad(IMAGE, 4)
    spline = RectBivariateSpline(np.arange(-4.0, 11.0), np.arange(-4.0, 13.0), padded, kx=1, ky=1)
    wanted = spline(V, U, grid=False)
    np.testing.assert_allclose(value(IMAGE, U, V, 1), wanted, rtol=0.0, atol=1e-13)
    single = value(*(array.astype(np.float32) for array in (IMAGE, U, V)), 1)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, wanted, rtol=0.0, atol=1e-5)


@pytest.mark.parametrize("order", [1, 3])
def test_pixels_are_met_and_their_sum_is_the_integral(order: int) -> None:
    """On a grid finer by a whole number the mean of the values is that of the pixels."""
    found = np.asarray(value(IMAGE, U, V, order))
    np.testing.assert_allclose(found[PIXELS], IMAGE.ravel(), rtol=0.0, atol=1e-13)
    assert found[QUARTERS].sum() / 16.0 == pytest.approx(IMAGE.sum(), rel=1e-12)


def test_cubic_interpolation_is_exact_for_a_parabola_and_smooth_at_pixels() -> None:
    columns, rows = np.meshgrid(np.arange(9.0), np.arange(7.0))
    image = 0.3 * columns**2 - columns * rows + rows
    inside = (U > 1.0) & (U < 7.0) & (V > 1.0) & (V < 5.0)
    np.testing.assert_allclose(value(image, U, V, 3)[inside], (0.3 * U**2 - U * V + V)[inside], atol=1e-12)
    at = np.round(U)
    before, after = (slopes(IMAGE, at + step, V, 3)[0] for step in (-1e-9, 1e-9))
    np.testing.assert_allclose(before, after, atol=1e-6)


@pytest.mark.parametrize("order", [1, 3])
def test_derivatives_of_an_image_are_central_differences(order: int) -> None:
    """Between pixels, and zero outside; also of the derivatives."""
    h = 1e-6
    for found, du, dv in zip(slopes(IMAGE, U, V, order), (h, 0.0), (0.0, h), strict=True):
        ahead, behind = (value(IMAGE, U + s * du, V + s * dv, order) for s in (1.0, -1.0))
        np.testing.assert_allclose(found[RANDOM], ((ahead - behind) / (2.0 * h))[RANDOM], atol=1e-7)


def test_second_derivatives_and_those_in_the_pixels() -> None:
    """The mixed one in both orders; the value is linear in the pixels."""
    u, v = 4.3, 2.6

    def of(image: jax.Array, u: jax.Array, v: jax.Array) -> jax.Array:
        return image_value(image, u, v, 3)

    mixed = jax.jit(jax.grad(jax.grad(of, 1), 2))(IMAGE, u, v)
    ahead, behind = (
        slopes(IMAGE, np.full_like(U, u), np.full_like(V, v + s), 3)[0][0] for s in (1e-5, -1e-5)
    )
    assert float(mixed) == pytest.approx(float(ahead - behind) / 2e-5, rel=1e-7)
    by_pixel = jax.jit(jax.grad(of))(IMAGE, u, v)
    assert float(np.sum(by_pixel * IMAGE)) == pytest.approx(
        float(value(IMAGE, U * 0.0 + u, V * 0.0 + v, 3)[0])
    )


def test_derivatives_by_position_write_nothing_to_the_image() -> None:
    program = str(jax.make_jaxpr(partial(slopes.__wrapped__, order=3))(IMAGE, U, V))
    assert "gather" in program
    assert "scatter" not in program


def test_an_image_by_band_is_one_image_each() -> None:
    images = np.stack([IMAGE, 2.0 * IMAGE[::-1]])
    found = jax.jit(image_value)(images, U[None], V[None])
    assert found.shape == (2, U.size)
    np.testing.assert_allclose(found[1], value(images[1], U, V, 1), atol=1e-12)


def test_no_number_stays_none_and_far_away_is_nothing() -> None:
    for order in (1, 3):
        assert np.isnan(value(IMAGE, np.full_like(U, np.nan), V, order)).all()
        assert np.all(value(IMAGE, np.full_like(U, np.inf), V, order) == 0.0)
    with pytest.raises(ValueError, match="order is 2; give 1 for linear interpolation, or 3"):
        image_value(jnp.asarray(IMAGE), jnp.asarray(U), jnp.asarray(V), 2)


@pytest.mark.parametrize("equal", [True, False])
def test_values_on_a_grid(equal: bool) -> None:
    """Scipy's linear interpolation inside, the value at the edge outside; with equal steps from two ends."""
    x = np.linspace(-1.0, 3.0, 9) if equal else np.sort(RNG.uniform(-1.0, 3.0, 9))
    y = np.linspace(0.0, 2.0, 7) if equal else np.sort(RNG.uniform(0.0, 2.0, 7))
    at_x, at_y = RNG.uniform(-2.0, 4.0, 200), RNG.uniform(-1.0, 3.0, 200)
    inside = np.clip(at_y, y[0], y[-1]), np.clip(at_x, x[0], x[-1])
    wanted = RegularGridInterpolator((y, x), IMAGE)(inside)
    axes = (x[[0, -1]], y[[0, -1]]) if equal else (x, y)

    @jax.jit
    def both(x: jax.Array, y: jax.Array, at_x: jax.Array, at_y: jax.Array) -> list[jax.Array]:
        return grid_values((IMAGE, jnp.asarray(2.0 * IMAGE)), position(x, 9, at_x), position(y, 7, at_y))

    first, second = both(*axes, at_x, at_y)
    np.testing.assert_allclose(first, wanted, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(second, 2.0 * wanted, rtol=0.0, atol=1e-12)


def test_the_interval_of_a_number() -> None:
    axis, x = np.array([0.0, 0.0, 1.0, 4.0]), np.array([-1.0, 0.0, 0.5, 1.0, 3.0, 4.0, 9.0])
    assert jax.jit(interval)(axis, x).tolist() == [0, 1, 1, 2, 2, 2, 2]
