"""How far images are from where the lens puts them: against the matrix of an isothermal sphere by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.modelling.quasars.astrometry import astrometric_residuals, offsets
from jaxlens.modelling.quasars.image_rays import ImageRays

THETA_E = 1.2
# Images at two places (arcsec), and the source that both belong to.
PLACES = np.array([[1.6, 0.3], [-0.7, 0.4]])
SOURCE = np.array([0.25, 0.05])


def sphere() -> tuple[np.ndarray, np.ndarray]:
    """Where the rays end (images, 2), and A = 1 - theta_E / r (1 - rr^T) of each image (images, 2, 2)."""
    radius = np.linalg.norm(PLACES, axis=1)
    unit = PLACES / radius[:, None]
    tangential = np.eye(2) - unit[:, :, None] * unit[:, None, :]
    return PLACES - THETA_E * unit, np.eye(2) - (THETA_E / radius)[:, None, None] * tangential


def rays_of(beta: np.ndarray, matrix: np.ndarray) -> ImageRays:
    """The rays as the kernels have them."""
    a = jnp.asarray(matrix)
    return ImageRays(
        (jnp.asarray(beta[:, 0]), jnp.asarray(beta[:, 1])),
        (a[:, 0, 0], a[:, 0, 1], a[:, 1, 0], a[:, 1, 1]),
    )


def test_offsets_are_the_inverse_matrix_times_the_distance_in_the_source_plane() -> None:
    beta, matrix = sphere()
    with jax.enable_x64(True):
        found = offsets(rays_of(beta, matrix), (jnp.asarray(SOURCE[0]), jnp.asarray(SOURCE[1])), 0.0)
    by_hand = np.linalg.solve(matrix, (beta - SOURCE)[:, :, None])[:, :, 0]
    np.testing.assert_allclose(np.stack(found, axis=1), by_hand, rtol=1e-4)


def test_the_sum_of_squares_is_that_with_the_covariance_mapped_to_the_source_plane() -> None:
    beta, matrix = sphere()
    tolerance = 0.004
    with jax.enable_x64(True):
        source = jnp.asarray(SOURCE[0]), jnp.asarray(SOURCE[1])
        found = np.asarray(astrometric_residuals(rays_of(beta, matrix), source, tolerance, 0.0))
    apart = beta - SOURCE
    covariance = tolerance**2 * matrix @ np.swapaxes(matrix, 1, 2)
    by_hand = sum(d @ np.linalg.solve(c, d) for d, c in zip(apart, covariance, strict=True))
    np.testing.assert_allclose(np.sum(found**2), by_hand, rtol=1e-4)


def test_they_are_finite_on_a_critical_curve() -> None:
    beta, matrix = sphere()
    matrix[0] = np.diag([1.0, 0.0])
    found = offsets(rays_of(beta, matrix), (jnp.asarray(SOURCE[0]), jnp.asarray(SOURCE[1])), 0.3)
    assert np.isfinite(np.stack(found)).all()
