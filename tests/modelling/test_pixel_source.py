"""A source of pixels: its splines are SciPy's, and its modes are diagonal in the priors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.modelling.pixel_priors import log_precision
from jaxlens.modelling.pixel_source import PixelSource, PixelSplines
from tests.modelling.clumpy import matern_precision, spline_images

SIDE, N = 6, 8
VALUES = {"center_x": 0.1, "center_y": -0.2, "half_width": 0.9}


def test_images_and_brightness_are_those_of_scipys_splines() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-1.5, 1.5, (2, 2 * N, 2 * N))
    modes, splines = PixelSource("source", SIDE), PixelSplines("source", SIDE)
    with jax.enable_x64(True):
        values = {name: jnp.asarray(value) for name, value in VALUES.items()}

        @jax.jit
        def all_of(x: jax.Array, y: jax.Array, a: jax.Array) -> tuple[jax.Array, ...]:
            each = modes.functions(values, x, y)
            return (
                splines.means(values, x, y, 2),
                modes.means(values, x, y, 2),
                each,
                modes.brightness(values, a, x, y),
            )

        amplitudes = rng.normal(size=SIDE**2)
        of_splines, of_modes, each, brightness = map(np.asarray, all_of(x, y, jnp.asarray(amplitudes)))
    wanted = spline_images(x, y, SIDE, (0.1, -0.2, 0.9), blurred=False)
    np.testing.assert_allclose(of_splines.reshape(SIDE**2, -1), wanted, atol=1e-12)
    both = np.kron(modes.modes, modes.modes)
    np.testing.assert_allclose(both @ both.T, np.eye(SIDE**2), atol=1e-12)
    np.testing.assert_allclose(of_modes.reshape(SIDE**2, -1), both @ wanted, atol=1e-12)
    np.testing.assert_allclose(brightness, np.tensordot(amplitudes, each, axes=1), atol=1e-12)
    means = brightness.reshape(N, 2, N, 2).mean((1, 3))
    np.testing.assert_allclose(means.ravel(), amplitudes @ both @ wanted, atol=1e-12)
    # outside of the grid all is 0, and well inside the splines sum to 1
    assert (brightness[(np.abs(x - 0.1) > 1.4) | (np.abs(y + 0.2) > 1.4)] == 0.0).all()
    inside = (np.abs(x - 0.1) < 0.4) & (np.abs(y + 0.2) < 0.4)
    coefficients = np.ones(SIDE**2) @ both
    np.testing.assert_allclose(np.tensordot(coefficients, each, axes=1)[inside], 1.0, atol=1e-12)


def test_the_brightness_is_smooth_where_a_ray_crosses_a_pixels_edge() -> None:
    source = PixelSource("source", SIDE)
    with jax.enable_x64(True):
        values = {name: jnp.asarray(value) for name, value in VALUES.items()}
        amplitudes = jnp.asarray(np.random.default_rng(1).normal(size=SIDE**2))

        def along(x: jax.Array) -> jax.Array:
            return source.brightness(values, amplitudes, x, jnp.asarray(0.03))

        # the splines' knots lie at the pixels' centres
        knot = 0.1 + 0.9 * float(source.centres[2])
        slope = jax.grad(along)
        all_of = jax.jit(jax.vmap(lambda x: (along(x), slope(x), jax.grad(slope)(x))))
        step = 1e-6
        values_at, slopes, curvatures = map(
            np.asarray, all_of(jnp.asarray([knot - 1e-9, knot + 1e-9, 0.33 - step, 0.33, 0.33 + step]))
        )
        for derivative in (slopes, curvatures):
            np.testing.assert_allclose(derivative[0], derivative[1], rtol=1e-6)
        np.testing.assert_allclose(slopes[3], (values_at[4] - values_at[2]) / (2.0 * step), rtol=1e-7)


def test_priors_are_those_of_differences() -> None:
    source = PixelSource("source", SIDE)
    both = np.kron(source.modes, source.modes)
    second = 2.0 * np.eye(SIDE) - np.eye(SIDE, k=1) - np.eye(SIDE, k=-1)
    laplacian = np.kron(second, np.eye(SIDE)) + np.kron(np.eye(SIDE), second)
    wanted = {
        "gradient": np.exp(0.3) * laplacian,
        "curvature": np.exp(0.3) * laplacian @ laplacian,
        "matern": matern_precision(SIDE, 0.3, -0.7),
    }
    with jax.enable_x64(True):
        for prior, matrix in wanted.items():
            found = np.exp(np.asarray(log_precision(source, prior, jnp.asarray([0.3, -0.7]))))
            np.testing.assert_allclose(both @ matrix @ both.T, np.diag(found), atol=1e-10, err_msg=prior)
