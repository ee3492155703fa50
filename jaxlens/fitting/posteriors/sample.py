"""Samples of any posterior whose maximum and covariance are known: methods by name, and what is doubtful."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.typing import ArrayLike
from scipy.special import logsumexp

from jaxlens.config.errors import nearest
from jaxlens.config.users_line import users_line
from jaxlens.fitting.posteriors.chains import Chain, run_chains
from jaxlens.fitting.posteriors.density import Density, Part
from jaxlens.fitting.posteriors.nested import Nested, run_nested
from jaxlens.fitting.posteriors.nuts_blackjax import BlackjaxNUTS
from jaxlens.fitting.posteriors.nuts_numpyro import NumpyroNUTS
from jaxlens.fitting.posteriors.posterior_draws import Posterior, PosteriorWarning, joined
from jaxlens.fitting.posteriors.quick import NormalSVI, Pathfinder
from jaxlens.fitting.posteriors.whitened import Whitening, whitening
from jaxlens.sampling.keys import Key, typed_key

_NUTS = {"numpyro": NumpyroNUTS, "blackjax": BlackjaxNUTS}
_QUICK = {"pathfinder": Pathfinder, "svi": NormalSVI}
METHODS = (*_NUTS, *_QUICK, "nested")

# Chains whose R-hat is above this have not mixed (Vehtari et al. 2021).
MAX_R_HAT = 1.01
# With fewer effective draws the mean is not known to a tenth of the standard deviation.
MIN_EFFECTIVE_SIZE = 100
# A normal approximation of which a smaller fraction is left once draws are weighted is not the posterior.
MIN_EFFICIENCY = 0.1


def sample(
    densities: Density | Sequence[Part],
    center: ArrayLike,
    covariance: ArrayLike,
    method: str,
    draws: int = 1000,
    *,
    chains: int = 4,
    warmup: int = 200,
    key: Key | None = None,
    **options: Any,
) -> Posterior:
    """Draws of the posteriors of n lenses, in the coordinates that their covariances whiten.

    Args:
        densities: the posteriors of all lenses, or of parts of them with the indices of their lenses.
        center: the maxima of the log-densities of u, (n, k).
        covariance: the covariances of u in Laplace's approximation, (n, k, k).
        method: "numpyro" or "blackjax", chains of the No-U-Turn sampler; "pathfinder" or "svi", draws of a
            normal approximation; "nested", draws and evidence by nested sampling.
        draws: the number of draws that are kept of each chain.
        chains: the number of chains of each lens, or of approximations, each from a start of its own;
            "nested" has one.
        warmup: the number of draws before them by which a chain of NUTS adapts its step.
        key: a seed or a random key; by default 0, so that draws can be repeated.
        options: other settings of the method, which are attributes of `NumpyroNUTS`, `BlackjaxNUTS`,
            `Pathfinder`, `NormalSVI` or `Nested`.

    Returns:
        The draws; each of its `warnings` is also issued as a PosteriorWarning.

    Raises:
        ValueError: if there is no such method, a number is below 1, or a covariance is not positive definite.
        TypeError: if the method has no such option.
        ImportError: if the method's library is not installed; the message names the extra.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; {nearest(method, METHODS)}")
    for name, count in {"draws": draws, "chains": chains, "warmup": warmup}.items():
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
    key = typed_key(0 if key is None else key)
    maps = whitening(center, covariance)
    if isinstance(densities, Density):
        densities = [Part(densities, np.arange(len(densities)))]
    drawn = []
    for number, (density, rows) in enumerate(densities):
        own = Whitening(maps.center[rows], maps.root[rows])
        part_key = jax.random.fold_in(key, number)
        found, evidence, error = _run(density, own, method, draws, chains, warmup, part_key, options)
        drawn.append(_posterior(density, method, found, evidence + density.offset, error))
    posterior = joined(drawn, np.concatenate([rows for _, rows in densities]))
    posterior = dataclasses.replace(posterior, warnings=_warnings(posterior))
    for text in posterior.warnings:
        warnings.warn(text, PosteriorWarning, stacklevel=users_line())
    return posterior


def method_options(method: str) -> frozenset[str]:
    """The names of the settings of a method, beside draws, chains and warm-up.

    >>> sorted(method_options("blackjax"))
    ['max_tree_depth', 'target_accept']
    """
    names = {field.name for field in dataclasses.fields({**_NUTS, **_QUICK, "nested": Nested}[method])}
    return frozenset(names - {"draws", "warmup"})


def _run(
    density: Density,
    maps: Whitening,
    method: str,
    draws: int,
    chains: int,
    warmup: int,
    key: jax.Array,
    options: Mapping[str, Any],
) -> tuple[Chain, np.ndarray, np.ndarray]:
    """The chains of a method, and ln of the evidence without the offset with its error, (n,)."""
    if method in _NUTS:
        found = run_chains(_NUTS[method](draws, warmup, **options), density, maps, chains, key)
        unknown = np.full(len(density), np.nan)
        return found, unknown, unknown
    if method in _QUICK:
        found = run_chains(_QUICK[method](draws, **options), density, maps, chains, key)
        return found, *_weighted_evidence(found, maps)
    return run_nested(Nested(draws, **options), density, maps, key)


def _weighted_evidence(found: Chain, maps: Whitening) -> tuple[np.ndarray, np.ndarray]:
    """The log of the mean weight, times det L for the density of u, and its standard error, (n,)."""
    weights = np.asarray(found.log_weight, np.float64).reshape(len(found.log_weight), -1)
    count = weights.shape[1]
    log_mean = logsumexp(weights, axis=1) - np.log(count)
    relative = np.exp(weights - log_mean[:, None])
    roots = np.diagonal(np.asarray(maps.root, np.float64), axis1=-2, axis2=-1)
    return log_mean + np.sum(np.log(roots), axis=-1), relative.std(axis=1) / np.sqrt(count)


def _posterior(
    density: Density, method: str, found: Chain, evidence: np.ndarray, error: np.ndarray
) -> Posterior:
    return Posterior(
        names=density.names,
        method=method,
        draws=np.asarray(density.constrained(found.u)),
        unconstrained=np.asarray(found.u),
        log_density=np.asarray(found.log_density, np.float64) + density.offset[:, None, None],
        log_weight=np.asarray(found.log_weight, np.float64),
        diverging=np.asarray(found.diverging),
        gradients=np.asarray(found.gradients),
        acceptance=np.asarray(found.acceptance),
        step_size=np.asarray(found.step_size),
        spent=np.asarray(found.spent),
        log_evidence=evidence,
        log_evidence_error=error,
    )


def _warnings(posterior: Posterior) -> tuple[str, ...]:
    """What is doubtful, each with the indices of the lenses."""
    found = [(posterior.diverging.any(axis=(1, 2)), "trajectories diverged: draws near there are missing")]
    if posterior.method in _NUTS:
        apart = (posterior.r_hat > MAX_R_HAT).any(axis=1)
        few = (posterior.effective_size < MIN_EFFECTIVE_SIZE).any(axis=1)
        found += [
            (apart, f"chains do not agree, R-hat is above {MAX_R_HAT}: draw more, after a longer warm-up"),
            (few, f"fewer than {MIN_EFFECTIVE_SIZE} draws are independent: draw more"),
        ]
    if posterior.method in _QUICK:
        poor = ~(posterior.efficiency >= MIN_EFFICIENCY)
        found.append((poor, "the posterior is not the normal distribution that was fitted: use chains"))
    n = len(posterior.draws)
    return tuple(f"{text} ({_lenses(which)} of {n})" for which, text in found if which.any())


def _lenses(which: Any) -> str:
    indices = np.flatnonzero(which)
    return f"lens{'es' * (len(indices) > 1)} {', '.join(map(str, indices))}"
