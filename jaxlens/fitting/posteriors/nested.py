"""The evidence, and draws of all maxima, by the nested sampling of dynesty (Speagle 2020, MNRAS 493, 3132).

The evidence of a lens is the integral of p(u), the density of its data times that of its prior.  With a
distribution q of u whose quantiles map the unit cube to u it is

    Z = integral of p(u) du = integral over the unit cube of p(u(c)) / q(u(c)) dc

for every q that is nowhere zero (Chen, Hobson, Das & Gelderblom 2019, "posterior repartitioning").  So the
sampler is told that q is the prior and p / q the likelihood; the prior of the lens itself, which may have
correlations and links that no quantiles describe, is part of p.  Here q is logistic in each coordinate,
which has wider tails than a normal
distribution: in those that the fit's covariance whitens, where q is a little wider than the posterior, so
that few points are needed; or in u itself, where it has the 16th, 50th and 84th percentile of each prior
and is the prior where that is uniform.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import logit

from jaxlens.files.extras import required
from jaxlens.fitting.posteriors.chains import Chain
from jaxlens.fitting.posteriors.density import Density, LogDensity
from jaxlens.fitting.posteriors.whitened import Whitening
from jaxlens.fitting.transforms import PERCENTILES

# The logistic distribution's 84th percentile: it divides u, so that those of u are at -1 and 1.
_SIGMA = float(logit(PERCENTILES[-1]))
# The bounds of the live points and how points are drawn in them, as dynesty names them: one ellipsoid holds
# those of a single maximum in whitened coordinates; for others dynesty chooses by the number of
# coordinates.
_BOUNDS = {"fit": {"bound": "single", "sample": "unif"}, "prior": {"bound": "multi", "sample": "auto"}}


@dataclass(frozen=True)
class Nested:
    """Nested sampling of dynesty (the extra `nested`).

    Attributes:
        draws: the number of draws, with equal weights, that are returned.
        live: the number of live points; the error of ln Z falls with the root of it.
        around: "fit", where the volume is that around the fit, or "prior", where it is that of the priors:
            maxima far from the fit's are found too, and many more points are needed.
        remaining: the sampler stops where the live points would add no more than this to ln Z.
    """

    draws: int
    live: int = 500
    around: str = "fit"
    remaining: float = 0.01

    def __post_init__(self) -> None:
        if self.around not in _BOUNDS:
            raise ValueError(f"around is {self.around!r}; give 'fit' or 'prior'")


def run_nested(
    method: Nested, density: Density, maps: Whitening, key: jax.Array
) -> tuple[Chain, np.ndarray, np.ndarray]:
    """One run for each lens, which share a compiled program.

    Args:
        method: the settings.
        density: the posteriors of n lenses.
        maps: their whitened coordinates.
        key: the random key.

    Returns:
        The draws as one chain of each lens (n, 1, ...); ln Z without the offset of the lens, and its error,
        (n,).
    """
    seeds = np.asarray(jax.random.randint(key, (len(density),), 0, np.iinfo(np.int32).max))
    found = []
    for i, seed in enumerate(seeds):
        data, own = jax.tree.map(lambda array: array[i], (density.data, maps))  # noqa: B023
        found.append(_one(method, density.log_density, density.shared, data, own, int(seed)))
    chains, evidences, errors = zip(*found, strict=True)
    joined = jax.tree.map(lambda *arrays: np.stack(arrays)[:, None], *chains)
    return joined, np.array(evidences), np.array(errors)


def _one(
    method: Nested, log_density: LogDensity, shared: Any, data: Any, own: Whitening, seed: int
) -> tuple[Chain, float, float]:
    """The run of one lens."""
    dynesty = required("dynesty", "nested")
    center, root = _volume(method.around, own)
    log_jacobian = float(np.sum(np.log(np.diagonal(root))))
    dtype = jnp.result_type(float)

    def of_cube(cube: np.ndarray) -> np.ndarray:
        return center + root @ logit(cube)

    def value_at(u: np.ndarray) -> float:
        return float(_value(log_density, shared, data, u.astype(dtype)))

    def log_ratio(cube: np.ndarray) -> float:
        # the density of w = logit(c) with c uniform is c (1 - c) in each coordinate
        log_q = float(np.sum(np.log(cube) + np.log1p(-cube))) - log_jacobian
        value = value_at(of_cube(cube))
        return value - log_q if np.isfinite(value) else -np.inf

    random = np.random.default_rng(seed)
    sampler = dynesty.NestedSampler(
        log_ratio, _same, len(center), nlive=method.live, rstate=random, **_BOUNDS[method.around]
    )
    sampler.run_nested(dlogz=method.remaining, print_progress=False)
    found = sampler.results
    drawn = _resampled(random, np.asarray(found.samples), np.asarray(found.logwt), method.draws)
    u = np.stack([of_cube(cube) for cube in drawn])
    value = np.array([value_at(point) for point in u])
    zero = np.zeros(len(u))
    never, none = zero.astype(bool), zero.astype(np.int32)
    spent = np.asarray(np.sum(found.ncall))
    chain = Chain(u, value, zero, never, none, zero + 1.0, np.zeros(()), spent)
    return chain, float(found.logz[-1]), float(found.logzerr[-1])


def _same(cube: np.ndarray) -> np.ndarray:
    """What dynesty calls the transform of the prior: its points stay in the unit cube."""
    return cube


def _volume(around: str, own: Whitening) -> tuple[np.ndarray, np.ndarray]:
    """The map u = center + root w of logistic coordinates w."""
    if around == "fit":
        return np.asarray(own.center, np.float64), np.asarray(own.root, np.float64)
    k = len(own.center)
    return np.zeros(k), np.eye(k) / _SIGMA


def _resampled(
    random: np.random.Generator, points: np.ndarray, log_weights: np.ndarray, count: int
) -> np.ndarray:
    """Draws with equal weights, by systematic resampling, in a random order."""
    weights = np.exp(log_weights - log_weights.max())
    places = (np.arange(count) + random.uniform()) / count
    chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), places)
    return random.permutation(points[np.minimum(chosen, len(points) - 1)])


@partial(jax.jit, static_argnums=0)
def _value(log_density: LogDensity, shared: Any, data: Any, u: jax.Array) -> jax.Array:
    return log_density(shared, data, u)
