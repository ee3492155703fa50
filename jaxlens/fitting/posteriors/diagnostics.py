"""How well chains agree, and how many independent draws they are worth.

The definitions are those of Vehtari, Gelman, Simpson, Carpenter & Buerkner (2021), "Rank-normalization,
folding, and localization: an improved R-hat", as Stan and ArviZ have them.  Chains are (..., chains,
draws).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

# The quantiles whose estimates the effective size of the tails is about.
TAILS = (0.05, 0.95)


def r_hat(chains: np.ndarray) -> np.ndarray:
    """The larger of R-hat of the ranks and of the ranks of the distances from the median, (...).

    It is the square root of the variance of all draws over the mean variance within half-chains: near 1 where
    the chains have mixed, and below 1.01 for results that are to be trusted.

    Args:
        chains: the draws, (..., chains, draws), with at least 4 draws.

    Returns:
        R-hat; NaN where all draws are the same.
    """
    halves = _halves(chains)
    median = np.median(halves, axis=(-2, -1), keepdims=True)
    return np.maximum(
        _plain_r_hat(_normal_scores(halves)), _plain_r_hat(_normal_scores(np.abs(halves - median)))
    )


def effective_size(chains: np.ndarray) -> np.ndarray:
    """The effective sample size of the bulk: how many independent draws would have ranks as accurate, (...).

    Args:
        chains: the draws, (..., chains, draws), with at least 4 draws.

    Returns:
        The effective size; NaN where all draws are the same.
    """
    return _plain_size(_normal_scores(_halves(chains)))


def effective_size_of_tails(chains: np.ndarray) -> np.ndarray:
    """The smaller one of the effective sample sizes of the 5% and the 95% quantile, (...).

    Args:
        chains: the draws, (..., chains, draws), with at least 4 draws.
    """
    halves = _halves(chains)
    limits = np.quantile(halves, TAILS, axis=(-2, -1))[..., None, None]
    return np.minimum(*(_plain_size((halves <= limit).astype(float)) for limit in limits))


def _halves(chains: np.ndarray) -> np.ndarray:
    """The first and the last half of each chain as chains of their own, (..., 2 chains, draws // 2)."""
    chains = np.asarray(chains, np.float64)
    half = chains.shape[-1] // 2
    if half < 2:
        raise ValueError(f"chains of {chains.shape[-1]} draws say nothing of themselves; draw at least 4")
    return np.concatenate([chains[..., :half], chains[..., -half:]], axis=-2)


def _normal_scores(chains: np.ndarray) -> np.ndarray:
    """The normal quantiles of the ranks of all draws (Blom's scores)."""
    flat = chains.reshape(*chains.shape[:-2], -1)
    ranks = rankdata(flat, axis=-1)
    return ndtri((ranks - 0.375) / (flat.shape[-1] + 0.25)).reshape(chains.shape)


def _variances(chains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean variance within chains, and the estimate of the variance of the distribution, (...)."""
    draws = chains.shape[-1]
    within = chains.var(axis=-1, ddof=1).mean(axis=-1)
    between = chains.mean(axis=-1).var(axis=-1, ddof=1)
    return within, within * (draws - 1) / draws + between


def _plain_r_hat(chains: np.ndarray) -> np.ndarray:
    within, total = _variances(chains)
    return np.sqrt(np.divide(total, within, out=np.full(total.shape, np.nan), where=within > 0.0))


def _plain_size(chains: np.ndarray) -> np.ndarray:
    """The number of draws over the time of their autocorrelation.

    The autocorrelations of the chains are summed in pairs, which are positive and fall for a reversible chain
    (Geyer 1992), until a pair is not positive.
    """
    count, draws = chains.shape[-2:]
    within, total = _variances(chains)
    covariance = _autocovariance(chains).mean(axis=-2)
    varied = total > 0.0
    excess = within[..., None] - covariance * draws / (draws - 1)
    rho = 1.0 - np.divide(excess, total[..., None], out=np.zeros(covariance.shape), where=varied[..., None])
    rho[..., 0] = 1.0
    pairs = rho[..., : draws // 2 * 2].reshape(*rho.shape[:-1], -1, 2).sum(axis=-1)
    kept = np.logical_and.accumulate(pairs > 0.0, axis=-1)
    falling = np.minimum.accumulate(np.where(kept, pairs, 0.0), axis=-1)
    time = np.maximum(2.0 * falling.sum(axis=-1) - 1.0, 1.0 / np.log10(count * draws))
    return np.where(varied, count * draws / time, np.nan)


def _autocovariance(chains: np.ndarray) -> np.ndarray:
    """The autocovariance of each chain at each lag, with the divisor of the number of draws, (..., draws)."""
    draws = chains.shape[-1]
    spectrum = np.fft.rfft(chains - chains.mean(axis=-1, keepdims=True), 2 * draws, axis=-1)
    return np.fft.irfft(np.abs(spectrum) ** 2, axis=-1)[..., :draws] / draws
