"""Forced photometry: least squares at known positions, by either way of making the sums."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.forced_photometry import RIDGE, _solved, _solved_by_axes

BANDS, SIDE = 2, 12
TRUE = np.array([[5.0, -1.0, 3.0], [2.0, 7.0, 0.5]])  # (bands, images)


def axes(positions: list[float]) -> np.ndarray:
    """Normalised Gaussians at some positions, wider in the second band, (bands, images, SIDE)."""
    width = np.array([1.0, 1.6])[:, None, None]
    found = np.exp(-0.5 * ((np.arange(SIDE) - np.array(positions)[None, :, None]) / width) ** 2)
    return found / found.sum(axis=-1, keepdims=True)


def test_both_ways_are_the_least_squares_of_numpy() -> None:
    """With equal weights for all pixels, and the covariance of noise that differs by pixel."""
    columns, rows = axes([3.2, 7.0, 8.4]), axes([4.0, 8.1, 3.3])
    rng = np.random.default_rng(4)
    noise = rng.uniform(0.5, 2.0, (BANDS, SIDE, SIDE)) * 1e-3
    stamps = rows[:, :, :, None] * columns[:, :, None, :]
    data = np.einsum("bk,bkyx->byx", TRUE, stamps) + noise * rng.normal(size=noise.shape)
    mask = jnp.ones(3, bool)
    fast = jax.jit(_solved_by_axes)(jnp.asarray(columns), jnp.asarray(rows), mask, data, noise)
    general = jax.jit(_solved)(jnp.asarray(np.swapaxes(stamps, 0, 1)), mask, data, noise)
    for b in range(BANDS):
        design = stamps[b].reshape(3, -1).T
        normal = design.T @ design
        weights = np.linalg.inv(normal + RIDGE * np.diag(np.diagonal(normal))) @ design.T
        expected = weights @ data[b].ravel()
        covariance = weights @ np.diag(noise[b].ravel() ** 2) @ weights.T
        assert np.all(np.abs(expected - TRUE[b]) < 5.0 * np.sqrt(np.diagonal(covariance)) + 1e-4)
        for flux, spread in (fast, general):
            np.testing.assert_allclose(flux[b], expected, rtol=2e-4, atol=2e-5)
            np.testing.assert_allclose(spread[b], covariance, rtol=2e-3, atol=1e-3 * np.abs(covariance).max())


def test_an_image_that_does_not_exist_has_no_flux() -> None:
    columns, rows = axes([3.2, 7.0, 8.4]), axes([4.0, 8.1, 3.3])
    stamps = rows[:, :, :, None] * columns[:, :, None, :]
    data = np.einsum("bk,bkyx->byx", TRUE[:, :2], stamps[:, :2])
    mask = jnp.asarray([True, True, False])
    solve = jax.jit(_solved_by_axes)
    flux, covariance = solve(jnp.asarray(columns), jnp.asarray(rows), mask, data, np.ones_like(data))
    np.testing.assert_allclose(flux[:, :2], TRUE[:, :2], rtol=1e-3)
    np.testing.assert_array_equal(flux[:, 2], 0.0)
    np.testing.assert_array_equal(covariance[:, 2], 0.0)
