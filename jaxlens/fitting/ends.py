"""What is made of the ends of a fit's descents: errors, what to be warned of, the result."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.descents import AGREEMENT, Ends
from jaxlens.fitting.free_numbers import FreeNumbers
from jaxlens.fitting.posterior import (
    Array,
    Model,
    Observed,
    Shared,
    expected,
    lanes,
    of_lanes,
    prior_curvature,
    system,
)
from jaxlens.fitting.result import FitResult, described
from jaxlens.simulator.batched import Params
from jaxlens.simulator.simulator import Simulator

# A number sits on a bound that is nearer than so many standard deviations: at 1 the data push it there.  One
# without any data is 1.4 away from both.
AT_BOUND = 1.25


class Best(NamedTuple):
    """The best models of n images: all parameters, mean and sigma of the pixels."""

    params: Params
    mean: Array
    sigma: Array


def finished(
    sim: Simulator,
    numbers: FreeNumbers,
    model: Model,
    shared: Shared,
    images: Observed,
    ends: Ends,
    diverged: np.ndarray,
) -> FitResult:
    """The result of a fit; `diverged` (n, s) are the starts from which the optimizer ran away."""
    n = len(images.image)
    rows, chosen = np.arange(n), np.argmin(ends.value, axis=1)
    point = ends.point[rows, chosen]
    best = _best(model, shared, images, point)
    prior = [prior_curvature(model, shared, _one(images, i).others, u) for i, u in enumerate(point)]
    covariance = _covariance(ends.curvature[rows, chosen], shared, np.asarray(prior))
    slope = np.exp(np.asarray(shared.transform.log_slope(point), np.float64))
    errors = covariance * slope[:, :, None] * slope[:, None, :]
    values = np.asarray(shared.transform.constrained(point))
    names, agreed = numbers.names(sim.bands), ends.note - ends.note[rows, chosen][:, None] < AGREEMENT
    converged, bound = ends.converged[rows, chosen], _at_bound(shared, values, errors)
    residual = np.where(images.mask, images.image.astype(np.float64) - best.mean, 0.0) / best.sigma
    used, constant = np.sum(images.mask, axis=(1, 2, 3)), _constant(images)
    return FitResult(
        names=names,
        priors=tuple(map(described, numbers.priors)),
        bands=sim.bands,
        configuration=sim.configuration.label,
        config=sim.config.text,
        params={name: np.asarray(best.params[name]) for name in sim.parameter_names},
        values=values,
        covariance=errors,
        unconstrained=point,
        unconstrained_covariance=covariance,
        transform=jax.tree.map(np.asarray, shared.transform),
        chi_square=np.sum(residual**2, axis=(1, 2, 3)),
        degrees_of_freedom=used - len(names),
        log_posterior=constant - ends.note[rows, chosen],
        history=constant[:, None] - ends.history,
        start_values=np.asarray(shared.transform.constrained(ends.point)),
        start_log_posterior=constant[:, None] - ends.note,
        agreed=agreed,
        converged=converged,
        at_bound=bound,
        warnings=_warnings(names, agreed, np.isfinite(ends.value), converged, bound, diverged),
        images=np.asarray(images.image),
        model=np.asarray(best.mean),
        noise_sigma=np.asarray(best.sigma),
        mask=np.asarray(images.mask),
    )


def _one(images: Observed, i: int) -> Observed:
    return jax.tree.map(lambda array: array[i], images)


def _best(model: Model, shared: Shared, images: Observed, points: np.ndarray) -> Best:
    """The models at `points` (n, k), a few at a time by one program."""
    n, size = len(points), lanes()
    found = []
    for first in range(0, n, size):
        some = np.resize(np.arange(first, min(first + size, n)), size)
        found.append(_models(model, shared, of_lanes(images, some), points[some]))
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(p) for p in parts])[:n], *found)


@partial(jax.jit, static_argnums=0)
def _models(model: Model, shared: Shared, images: Observed, points: jax.Array) -> Best:
    def one(image: Observed, u: jax.Array) -> Best:
        mean, sigma = expected(model, shared, image, u)
        params = system(model, image.others, shared.transform.constrained(u))
        sigma = jnp.where(image.mask, sigma, 1.0)
        return Best(params, mean, sigma)

    return jax.vmap(one)(images, points)


def _covariance(curvature: np.ndarray, shared: Shared, prior: np.ndarray) -> np.ndarray:
    """The inverse of the curvature of -ln of the density, with the prior's own: (n, k, k) in float64.

    Where the prior's makes it worse than singular, what the descents took in its place stands.
    """
    taken = np.asarray(curvature, np.float64)
    exact = taken - np.asarray(shared.prior_curvature, np.float64) + prior
    fine = np.linalg.eigvalsh(exact)[:, 0] > 0.0
    whole = np.where(fine[:, None, None], exact, taken)
    unit = np.sqrt(np.diagonal(whole, axis1=-2, axis2=-1))
    scale = unit[:, :, None] * unit[:, None, :]
    return np.linalg.inv(whole / scale) / scale


def _at_bound(shared: Shared, values: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    sigma = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    low, high = np.asarray(shared.transform.low), np.asarray(shared.transform.high)
    return np.minimum(values - low, high - values) < AT_BOUND * sigma


def _constant(images: Observed) -> np.ndarray:
    """The log posterior of the numbers plus the note of a descent, (n,): what the notes leave out."""
    sigma = np.where(images.mask, images.sigma, 1.0).astype(np.float64)
    each = np.where(images.mask, 0.5 + np.log(sigma) + 0.5 * np.log(2.0 * np.pi), 0.0)
    return -np.sum(each, axis=(1, 2, 3))


def _warnings(
    names: tuple[str, ...],
    agreed: np.ndarray,
    followed: np.ndarray,
    converged: np.ndarray,
    at_bound: np.ndarray,
    diverged: np.ndarray,
) -> tuple[str, ...]:
    """What is not as it should be, each with the numbers of the images."""
    alone = (agreed & followed).sum(axis=1) < np.minimum(2, followed.sum(axis=1))
    said = [
        (~converged, "no maximum was reached within the steps: the values are the best that were found"),
        (alone, "of the starts that were followed to the end only one came to the best model: there may be"
        " a better one, which more starts would find"),
        (diverged.any(axis=1), "the optimizer ran away from starts, whose best points were taken instead:"
        " lower its learning rate"),
    ]  # fmt: skip
    said += [(at_bound[:, i], f"{name} sits on a bound of its prior") for i, name in enumerate(names)]
    return tuple(f"{text} ({_images(which)})" for which, text in said if which.any())


def _images(which: np.ndarray) -> str:
    numbers = ", ".join(map(str, np.flatnonzero(which)))
    return f"image{'s' * int(which.sum() > 1)} {numbers} of {which.size}" if which.size > 1 else "the image"
