"""Interpolation between pixels and on grids, against scipy's splines and by their own identities."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline, RegularGridInterpolator

from jaxlens.kernels.fastmath.grids import grid_values, image_value, interval, position

RNG = np.random.default_rng(17)
IMAGE = RNG.normal(size=(7, 9))
# beyond the image on all sides
U, V = RNG.uniform(-3.0, 11.0, 300), RNG.uniform(-3.0, 9.0, 300)


def test_linear_interpolation_is_that_of_the_image_with_a_border_of_zeros() -> None:
    padded = np.pad(IMAGE, 3)
    spline = RectBivariateSpline(np.arange(-3.0, 10.0), np.arange(-3.0, 12.0), padded, kx=1, ky=1)
    with jax.enable_x64(True):
        found = image_value(jnp.asarray(IMAGE), jnp.asarray(U), jnp.asarray(V))
        np.testing.assert_allclose(found, spline(V, U, grid=False), rtol=0.0, atol=1e-13)
    single = image_value(
        jnp.asarray(IMAGE, jnp.float32), jnp.asarray(U, jnp.float32), jnp.asarray(V, jnp.float32)
    )
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, found, rtol=0.0, atol=1e-5)


@pytest.mark.parametrize("order", [1, 3])
def test_pixels_are_met_and_their_sum_is_the_integral(order: int) -> None:
    """On a grid finer by a whole number the mean of the values is that of the pixels."""
    with jax.enable_x64(True):
        columns, rows = np.meshgrid(np.arange(9.0), np.arange(7.0))
        image = jnp.asarray(IMAGE)
        found = image_value(image, jnp.asarray(columns), jnp.asarray(rows), order)
        np.testing.assert_allclose(found, IMAGE, rtol=0.0, atol=1e-13)
        fine = np.arange(-3.0, 13.0, 0.25) + 0.125
        values = image_value(image, *map(jnp.asarray, np.meshgrid(fine, fine)), order)
        assert float(values.sum()) / 16.0 == pytest.approx(IMAGE.sum(), rel=1e-12)


def test_cubic_interpolation_is_exact_for_a_parabola_and_smooth_at_pixels() -> None:
    with jax.enable_x64(True):
        columns, rows = np.meshgrid(np.arange(9.0), np.arange(7.0))
        image = jnp.asarray(0.3 * columns**2 - columns * rows + rows)
        u, v = jnp.asarray(RNG.uniform(2.0, 6.0, 20)), jnp.asarray(RNG.uniform(2.0, 4.0, 20))
        np.testing.assert_allclose(image_value(image, u, v, 3), 0.3 * u**2 - u * v + v, atol=1e-12)
        slope = jax.grad(lambda u: image_value(jnp.asarray(IMAGE), u, jnp.asarray(2.3), 3))
        before, after = float(slope(4.0 - 1e-9)), float(slope(4.0 + 1e-9))
        assert before == pytest.approx(after, abs=1e-6)


@pytest.mark.parametrize("order", [1, 3])
def test_derivatives_of_an_image_are_central_differences(order: int) -> None:
    with jax.enable_x64(True):
        image, u, v = jnp.asarray(IMAGE), jnp.asarray(U), jnp.asarray(V)
        by_u, by_v = jax.grad(lambda u, v: jnp.sum(image_value(image, u, v, order)), (0, 1))(u, v)
        h = 1e-6
        for found, du, dv in ((by_u, h, 0.0), (by_v, 0.0, h)):
            ahead, behind = (image_value(image, u + s * du, v + s * dv, order) for s in (1.0, -1.0))
            np.testing.assert_allclose(found, (ahead - behind) / (2.0 * h), rtol=0.0, atol=1e-7)


def test_derivatives_by_position_write_nothing_to_the_image() -> None:
    def total(u: jax.Array, v: jax.Array) -> jax.Array:
        return jnp.sum(image_value(jnp.asarray(IMAGE), u, v, 3) ** 2)

    program = str(jax.make_jaxpr(jax.grad(total, (0, 1)))(jnp.asarray(U), jnp.asarray(V)))
    assert "gather" in program
    assert "scatter" not in program


def test_an_image_by_band_is_one_image_each_and_nan_stays_nan() -> None:
    images = jnp.asarray(RNG.normal(size=(2, 7, 9)))
    u, v = jnp.asarray(U[None, :5]), jnp.asarray(V[None, :5])
    found = image_value(images, u, v)
    assert found.shape == (2, 5)
    np.testing.assert_allclose(found[1], image_value(images[1], u[0], v[0]), atol=1e-6)
    for order in (1, 3):
        assert np.isnan(image_value(images[0], jnp.asarray([jnp.nan]), jnp.asarray([1.0]), order)).all()
        assert float(image_value(images[0], jnp.asarray(jnp.inf), jnp.asarray(1.0), order)) == 0.0
    with pytest.raises(ValueError, match="order is 2; give 1 for linear interpolation, or 3"):
        image_value(images[0], u, v, 2)


@pytest.mark.parametrize("equal", [True, False])
def test_values_on_a_grid(equal: bool) -> None:
    """Scipy's linear interpolation inside, the value at the edge outside; with equal steps from two ends."""
    with jax.enable_x64(True):
        x = np.linspace(-1.0, 3.0, 9) if equal else np.sort(RNG.uniform(-1.0, 3.0, 9))
        y = np.linspace(0.0, 2.0, 7) if equal else np.sort(RNG.uniform(0.0, 2.0, 7))
        at_x, at_y = RNG.uniform(-2.0, 4.0, 200), RNG.uniform(-1.0, 3.0, 200)
        inside = np.clip(at_y, y[0], y[-1]), np.clip(at_x, x[0], x[-1])
        wanted = RegularGridInterpolator((y, x), IMAGE)(inside)
        axes = (x[[0, -1]], y[[0, -1]]) if equal else (x, y)
        u, v = (
            position(jnp.asarray(axis), n, jnp.asarray(at))
            for axis, n, at in zip(axes, (9, 7), (at_x, at_y), strict=True)
        )
        first, second = grid_values((jnp.asarray(IMAGE), jnp.asarray(2.0 * IMAGE)), u, v)
        np.testing.assert_allclose(first, wanted, rtol=0.0, atol=1e-12)
        np.testing.assert_allclose(second, 2.0 * wanted, rtol=0.0, atol=1e-12)


def test_the_interval_of_a_number() -> None:
    axis = jnp.asarray([0.0, 0.0, 1.0, 4.0])
    found = interval(axis, jnp.asarray([-1.0, 0.0, 0.5, 1.0, 3.0, 4.0, 9.0]))
    assert found.tolist() == [0, 1, 1, 2, 2, 2, 2]
