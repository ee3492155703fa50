"""Posteriors that are known without sampling, and results made by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posteriors.density import Density
from jaxlens.fitting.posteriors.posterior_draws import Posterior

NAMES = ("theta_E", "gamma1", "magnitude-g")
OFFSET = np.array([-1000.0, 12.5])


def gaussian(shared: jax.Array, data: tuple[jax.Array, jax.Array], u: jax.Array) -> jax.Array:
    """The log-density of a normal distribution of mean and precision `data`, without its constant."""
    mean, precision = data
    difference = shared * (u - mean)
    return -0.5 * jnp.sum(difference * jnp.matmul(precision, difference, precision="highest"))


def exponential(u: np.ndarray) -> np.ndarray:
    """A map to parameters of which the first is positive."""
    u = np.asarray(u)
    return np.concatenate([np.exp(u[..., :1]), u[..., 1:]], axis=-1)


def two_gaussians() -> tuple[Density, np.ndarray, np.ndarray]:
    """The posteriors of two lenses in three coordinates, correlated by 0.9, with their means and covariances.

    The scales of the coordinates differ by a thousand.
    """
    correlation = np.array([[1.0, 0.9, -0.5], [0.9, 1.0, -0.3], [-0.5, -0.3, 1.0]])
    sigma = np.array([[0.01, 1.0, 10.0], [2.0, 0.05, 0.5]])
    covariance = correlation * sigma[:, :, None] * sigma[:, None, :]
    mean = np.array([[0.2, -1.0, 20.0], [-1.0, 0.3, 0.1]])
    precision = np.linalg.inv(covariance)
    data = (mean.astype(np.float32), precision.astype(np.float32))
    density = Density(NAMES, gaussian, exponential, np.ones((), np.float32), data, OFFSET)
    return density, mean, covariance


def log_evidences(covariance: np.ndarray) -> np.ndarray:
    """The logs of the integrals of the densities of `two_gaussians`."""
    return OFFSET + 0.5 * np.linalg.slogdet(2.0 * np.pi * covariance)[1]


def made_draws(n: int = 2, chains: int = 3, draws: int = 50) -> Posterior:
    """Independent draws of normal distributions: parameter i of lens j has the mean j + 10 i."""
    rng = np.random.default_rng(0)
    shape = (n, chains, draws)
    mean = np.arange(n)[:, None, None, None] + 10.0 * np.arange(3)
    unit = rng.normal(size=(*shape, 3))
    return Posterior(
        names=NAMES,
        method="numpyro",
        draws=mean + unit,
        unconstrained=unit,
        log_density=-0.5 * np.sum(unit**2, axis=-1),
        log_weight=np.zeros(shape),
        diverging=np.zeros(shape, bool),
        gradients=np.full(shape, 7),
        acceptance=np.full(shape, 0.9),
        step_size=np.full((n, chains), 0.8),
        spent=np.full((n, chains), 700),
        log_evidence=np.full(n, np.nan),
        log_evidence_error=np.full(n, np.nan),
    )
