"""From the optima of a fit's descents to its result: the best models, their errors, and warnings."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.descents import AGREEMENT, Optima
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.posterior import Array, Constants, FitData, Model, predicted, with_free_values
from jaxlens.fitting.posteriors.image_density import image_density, normalisation
from jaxlens.fitting.problem import batch_size, prior_curvature, selected
from jaxlens.fitting.result import FitResult, describe_prior
from jaxlens.simulator.generation import Params
from jaxlens.simulator.simulator import Simulator

# Standard deviations: a parameter sits on a bound that is nearer than this.  Where the data push a parameter
# against a bound it ends 1 from it; where they do not constrain it it ends at the median, 1.4 from both.
AT_BOUND = 1.25


class BestModels(NamedTuple):
    """The best models of n images: all parameters, and the mean and sigma of each pixel."""

    params: Params
    mean: Array
    sigma: Array


def fit_result(
    sim: Simulator,
    free: FreeParameters,
    model: Model,
    constants: Constants,
    data: FitData,
    optima: Optima,
    diverged: np.ndarray,
) -> FitResult:
    """The result of a fit of n images with s starts each.

    Args:
        sim: the simulator that was fitted.
        free: the free parameters.
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        optima: where the descents ended.
        diverged: whether the optimizer of the first steps diverged from each start, (n, s).

    Returns:
        The result.
    """
    rows, chosen = np.arange(len(data.image)), np.argmin(optima.value, axis=1)
    point, converged = optima.point[rows, chosen], optima.converged[rows, chosen]
    misfit = optima.minus_log_posterior[rows, chosen]
    names, constant = free.names(sim.bands), normalisation(data)
    agreed = optima.minus_log_posterior - misfit[:, None] < AGREEMENT
    best = _best_models(model, constants, data, point)
    covariance = _covariance(model, constants, data, point, optima.curvature[rows, chosen])
    derivative = np.exp(np.asarray(constants.transform.log_derivative(point), np.float64))
    errors = covariance * derivative[:, :, None] * derivative[:, None, :]
    values = np.asarray(constants.transform.constrained(point))
    at_bound = _at_bound(constants, values, errors)
    residual = np.where(data.mask, data.image.astype(np.float64) - best.mean, 0.0) / best.sigma
    followed = np.isfinite(optima.value)
    pixels = tuple(range(1, residual.ndim))
    return FitResult(
        names=names,
        priors=tuple(map(describe_prior, free.priors)),
        bands=sim.bands,
        configuration=sim.configuration.label,
        config=sim.config.text,
        params={name: np.asarray(best.params[name]) for name in sim.parameter_names},
        values=values,
        covariance=errors,
        unconstrained=point,
        unconstrained_covariance=covariance,
        transform=jax.tree.map(np.asarray, constants.transform),
        chi_square=np.sum(residual**2, axis=pixels),
        degrees_of_freedom=np.sum(data.mask, axis=pixels) - len(names),
        log_posterior=constant - misfit,
        history=constant[:, None] - optima.history,
        start_values=np.asarray(constants.transform.constrained(optima.point)),
        start_log_posterior=constant[:, None] - optima.minus_log_posterior,
        agreed=agreed,
        converged=converged,
        at_bound=at_bound,
        warnings=_warnings(names, agreed, followed, converged, at_bound, diverged),
        images=np.asarray(data.image),
        model=np.asarray(best.mean),
        noise_sigma=np.asarray(best.sigma),
        mask=np.asarray(data.mask),
        density=image_density(model, constants, data, names, constant),
    )


def _best_models(model: Model, constants: Constants, data: FitData, points: np.ndarray) -> BestModels:
    """The models at `points` (n, k), one for each image, a batch at a time."""
    n, size = len(points), batch_size()
    found = []
    for first in range(0, n, size):
        batch = np.resize(np.arange(first, min(first + size, n)), size)
        found.append(_models(model, constants, selected(data, batch), points[batch]))
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(p) for p in parts])[:n], *found)


@partial(jax.jit, static_argnums=0)
def _models(model: Model, constants: Constants, data: FitData, points: jax.Array) -> BestModels:
    def best(image: FitData, u: jax.Array) -> BestModels:
        mean, sigma = predicted(model, constants, image, u)
        params = with_free_values(model, constants, image.params, constants.transform.constrained(u))
        return BestModels(params, mean, jnp.where(image.mask, sigma, 1.0))

    return jax.vmap(best)(data, points)


def _covariance(
    model: Model, constants: Constants, data: FitData, points: np.ndarray, curvature: np.ndarray
) -> np.ndarray:
    """The Laplace covariance of u at the best points, (n, k, k), in float64.

    It is the inverse of F - d^2 ln p / du^2 at the point, with Fisher's information F of the pixels and the
    prior p.  Where that matrix is not positive definite it is the inverse of `curvature` (n, k, k), in which
    the second derivatives of the prior are those at its median, without negative eigenvalues.
    """
    prior = [
        prior_curvature(model, constants, {name: value[i] for name, value in data.params.items()}, u)
        for i, u in enumerate(points)
    ]
    approximate = np.asarray(curvature, np.float64)
    exact = approximate - np.asarray(constants.prior_curvature, np.float64) + np.asarray(prior)
    definite = np.linalg.eigvalsh(exact)[:, 0] > 0.0
    chosen = np.where(definite[:, None, None], exact, approximate)
    unit = np.sqrt(np.diagonal(chosen, axis1=-2, axis2=-1))
    scale = unit[:, :, None] * unit[:, None, :]
    return np.linalg.inv(chosen / scale) / scale


def _at_bound(constants: Constants, values: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Whether each free parameter sits on a bound of its prior, (n, k)."""
    sigma = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    low, high = np.asarray(constants.transform.low), np.asarray(constants.transform.high)
    return np.minimum(values - low, high - values) < AT_BOUND * sigma


def _warnings(
    names: tuple[str, ...],
    agreed: np.ndarray,
    followed: np.ndarray,
    converged: np.ndarray,
    at_bound: np.ndarray,
    diverged: np.ndarray,
) -> tuple[str, ...]:
    """The warnings of a fit, each with the indices of the images that it concerns."""
    alone = (agreed & followed).sum(axis=1) < np.minimum(2, followed.sum(axis=1))
    found = [
        (~converged, "no maximum was reached within the steps: the values are the best that were found"),
        (alone, "of the starts that were followed to the end only one came to the best model: there may be"
        " a better one, which more starts would find"),
        (diverged.any(axis=1), "the optimizer ran away from starts, whose best points were taken instead:"
        " lower its learning rate"),
    ]  # fmt: skip
    found += [(at_bound[:, i], f"{name} sits on a bound of its prior") for i, name in enumerate(names)]
    return tuple(f"{text} ({_image_list(concerned)})" for concerned, text in found if concerned.any())


def _image_list(concerned: np.ndarray) -> str:
    if concerned.size == 1:
        return "the image"
    indices = ", ".join(map(str, np.flatnonzero(concerned)))
    return f"image{'s' * int(concerned.sum() > 1)} {indices} of {concerned.size}"
