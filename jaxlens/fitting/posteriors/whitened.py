"""Coordinates in which a posterior is about a standard normal.

With the maximum u_hat of the log-density and the covariance C = L L^T of u there (Laplace's approximation),

    u = u_hat + L v

makes a Gaussian posterior of u a standard normal one of v, whatever the scales of the parameters and their
correlations.  A sampler then needs neither a mass matrix nor a long warm-up: NUTS of a standard normal
turns after a few steps.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.posteriors.density import Density


class Whitening(NamedTuple):
    """The maps u = center + root v of one lens, or of n lenses with a leading axis.

    Attributes:
        center: u where v is zero, (k,).
        root: the lower triangular matrix L, (k, k).
    """

    center: jax.Array | np.ndarray
    root: jax.Array | np.ndarray

    def unconstrained(self, v: jax.Array) -> jax.Array:
        """The coordinates u of one lens at v (k,)."""
        return jnp.asarray(self.center) + jnp.matmul(jnp.asarray(self.root), v, precision="highest")


def whitening(center: ArrayLike, covariance: ArrayLike) -> Whitening:
    """The whitening of n lenses.

    The matrices are factorised in float64, and have the precision of JAX's default.

    Args:
        center: the maxima of the log-densities, (n, k).
        covariance: the covariances of u there, (n, k, k).

    Returns:
        The maps of the n lenses.

    Raises:
        ValueError: if the shapes do not match, or a covariance is not positive definite.

    >>> maps = whitening([[1.0, 2.0]], [[[4.0, 2.0], [2.0, 5.0]]])
    >>> maps.root[0].tolist()
    [[2.0, 0.0], [1.0, 2.0]]
    """
    center, matrices = np.asarray(center, np.float64), np.asarray(covariance, np.float64)
    if center.ndim != 2 or matrices.shape != (*center.shape, center.shape[1]):
        raise ValueError(
            f"center and covariance have shapes {center.shape} and {matrices.shape}; "
            "give (n, k) and (n, k, k)"
        )
    dtype = jnp.result_type(float)
    roots = np.stack([_root(i, matrix) for i, matrix in enumerate(matrices)])
    return Whitening(center.astype(dtype), roots.astype(dtype))


def _root(index: int, covariance: np.ndarray) -> np.ndarray:
    """The Cholesky factor of the covariance of one lens, taken in units of its standard deviations."""
    variance = np.diagonal(covariance)
    if np.isfinite(covariance).all() and (variance > 0.0).all():
        sigma = np.sqrt(variance)
        try:
            return sigma[:, None] * np.linalg.cholesky(covariance / (sigma[:, None] * sigma))
        except np.linalg.LinAlgError:
            pass
    raise ValueError(
        f"the covariance of lens {index} is not positive definite, so it cannot whiten its posterior; fit "
        "the lens again from more starts, or fix the parameters that the image does not constrain"
    )


def laplace_log_evidence(density: Density, maps: Whitening) -> np.ndarray:
    """The log of the evidence of each lens in Laplace's approximation, (n,).

    It is ln p(u_hat) + (k / 2) ln(2 pi) + ln det L, exact where the posterior of u is Gaussian.

    >>> from jaxlens.fitting.posteriors.density import Density
    >>> zero = np.zeros(1)
    >>> one = Density(("a",), lambda shared, data, u: -0.5 * jnp.sum(u**2), lambda u: u, (), zero, zero)
    >>> round(float(laplace_log_evidence(one, whitening([[0.0]], [[[1.0]]]))[0]), 4)  # ln(2 pi) / 2
    0.9189
    """
    roots = np.asarray(maps.root, np.float64)
    log_determinant = np.sum(np.log(np.diagonal(roots, axis1=-2, axis2=-1)), axis=-1)
    return density.at(maps.center) + 0.5 * roots.shape[-1] * np.log(2.0 * np.pi) + log_determinant


def square_root(covariance: np.ndarray) -> np.ndarray:
    """R with R^T R = covariance (..., k, k), so that standard normal rows times R have that covariance.

    Eigenvalues that rounding has made negative are set to zero.
    """
    variance, directions = np.linalg.eigh(np.asarray(covariance, np.float64))
    return np.sqrt(np.maximum(variance, 0.0))[..., None] * np.swapaxes(directions, -1, -2)
