"""Starts about a point that is known, such as the result of another fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.result import FitResult
from jaxlens.fitting.starts import MAX_SIGMAS

# The spread in u, about standard deviations of the prior, of starts about a value without an error.
SPREAD = 0.1


def warm_points(
    start_from: FitResult | Mapping[str, ArrayLike],
    free: FreeParameters,
    bands: tuple[str, ...],
    points: np.ndarray,
    n: int,
) -> tuple[np.ndarray, bool]:
    """Points about a known one, in the free parameters that it has.

    The first is the known point itself; the others are drawn by its covariance.

    Args:
        start_from: the result of a fit of these n images, or of one, or the values of parameters by name: of
            one for all images, (n,), (bands,) or (n, bands), with `-<band>` for that of one band.
        free: the free parameters.
        bands: the names of the bands.
        points: draws from the priors, which have all other parameters, (count, k).
        n: the number of images.

    Returns:
        The unconstrained coordinates, (n, count, k), and whether all free parameters are known.

    Raises:
        ValueError: if no free parameter is known; if a value is outside the support of the prior; if the
            result is of another number of images.
    """
    value, covariance = _known(start_from, free, bands, n)
    known = np.isfinite(value).all(axis=0)
    if not known.any():
        raise ValueError(
            f"start_from has none of the free parameters; give at least one of {', '.join(free.names(bands))}"
        )
    median = np.asarray(free.transform.constrained(np.zeros(len(known))), np.float64)
    u = np.asarray(free.transform.unconstrained(np.where(known, value, median)), np.float64)
    for i in np.flatnonzero(known & np.isnan(u).any(axis=0)):
        raise ValueError(
            f"{free.names(bands)[i]} is {value[:, i].tolist()} in start_from, which its prior does not "
            "allow; leave it out, or give a value inside the prior"
        )
    u = np.clip(u, -MAX_SIGMAS, MAX_SIGMAS)
    slope = np.exp(np.asarray(free.transform.log_derivative(u), np.float64))
    found = np.repeat(points[None].astype(np.float64), n, axis=0)
    normal = np.random.default_rng(0).standard_normal((len(points), len(known)))
    normal[0] = 0.0
    for image in range(n):
        scaled = covariance[image] / (slope[image][:, None] * slope[image][None, :])
        drawn = u[image] + normal @ _root(_with_spread(scaled, known)).T
        found[image][:, known] = np.clip(drawn, -MAX_SIGMAS, MAX_SIGMAS)[:, known]
    return found.astype(points.dtype), bool(known.all())


def _with_spread(covariance: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The covariance (k, k) of u, with the spread of what is known without an error."""
    without = known & ~(np.diagonal(covariance) > 0.0)
    return covariance + np.diag(np.where(without, SPREAD**2, 0.0))


def _root(covariance: np.ndarray) -> np.ndarray:
    """R with R R^T = covariance (k, k); eigenvalues that rounding has made negative are zero."""
    variance, directions = np.linalg.eigh(covariance)
    return directions * np.sqrt(np.maximum(variance, 0.0))


def _known(
    start_from: FitResult | Mapping[str, ArrayLike], free: FreeParameters, bands: tuple[str, ...], n: int
) -> tuple[np.ndarray, np.ndarray]:
    """The known values (n, k), NaN where there is none, and their covariance (n, k, k), 0 where unknown."""
    k = len(free.places)
    value, covariance = np.full((n, k), np.nan), np.zeros((n, k, k))
    if not isinstance(start_from, FitResult):
        for i, (name, band) in enumerate(free.places):
            value[:, i] = _of_mapping(start_from, name, band, bands, n)
        return value, covariance
    if len(start_from.values) not in (1, n):
        raise ValueError(
            f"start_from is the result of {len(start_from.values)} images; give that of one, or of {n}"
        )
    for i, (name, band) in enumerate(free.places):
        if name in start_from.params:
            value[:, i] = _of_mapping({name: _in_bands(start_from, name, bands)}, name, band, bands, n)
    labels = free.names(bands)
    own = [(i, start_from.names.index(label)) for i, label in enumerate(labels) if label in start_from.names]
    here, there = (np.array([pair[side] for pair in own], int) for side in (0, 1))
    value[:, here] = start_from.values[:, there]
    covariance[:, here[:, None], here[None, :]] = start_from.covariance[:, there[:, None], there[None, :]]
    return value, covariance


def _in_bands(result: FitResult, name: str, bands: tuple[str, ...]) -> np.ndarray:
    """A parameter of a result, whose bands are put in the order of `bands`, NaN where it has none."""
    array = np.asarray(result.params[name], np.float64)
    if array.ndim != 2:
        return array
    places = [result.bands.index(band) if band in result.bands else -1 for band in bands]
    return np.where(np.array(places) >= 0, array[:, places], np.nan)


def _of_mapping(
    given: Mapping[str, ArrayLike], name: str, band: int | None, bands: tuple[str, ...], n: int
) -> np.ndarray:
    """The value of one free scalar in each image, (n,); NaN where it is not given."""
    one = name if band is None else f"{name}-{bands[band]}"
    if one not in given and name not in given:
        return np.full(n, np.nan)
    array = np.asarray(given[one] if one in given else given[name], np.float64)
    shape = array.shape
    if band is not None and one not in given and array.ndim and array.shape[-1] == len(bands):
        array = array[..., band]
    try:
        return np.broadcast_to(array, (n,))
    except ValueError:
        raise ValueError(
            f"{name} in start_from has shape {shape}; give one number, or one for each of {n} images"
        ) from None
