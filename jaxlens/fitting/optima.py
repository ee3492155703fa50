"""From the optima of a fit's descents to its result: the best models, their errors, and warnings."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.descents import AGREEMENT
from jaxlens.fitting.doubts import CONVERGED, KINK, UNFINISHED, warnings
from jaxlens.fitting.finer import Refined
from jaxlens.fitting.free_parameters import FreeParameters
from jaxlens.fitting.in_words import describe_prior
from jaxlens.fitting.posterior import Array, Constants, FitData, Model, predicted, with_free_values
from jaxlens.fitting.posteriors.image_density import image_densities, normalisation
from jaxlens.fitting.problem import batch_size, prior_curvature, selected
from jaxlens.fitting.result import FitResult
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
    constants: Constants,
    data: FitData,
    found: Refined,
    diverged: np.ndarray,
) -> FitResult:
    """The result of a fit of n images with s starts each.

    Args:
        sim: the simulator that was fitted.
        free: the free parameters.
        constants: the arrays that all images share.
        data: all n images.
        found: where the descents ended, and in which models.
        diverged: whether the optimizer of the first steps diverged from each start, (n, s).

    Returns:
        The result.
    """
    optima = found.optima
    rows, chosen = np.arange(len(data.image)), optima.best
    point, converged = optima.point[rows, chosen], optima.converged[rows, chosen]
    misfit = optima.minus_log_posterior[rows, chosen]
    names, constant = free.names(sim.bands), normalisation(data)
    agreed = optima.minus_log_posterior - misfit[:, None] < AGREEMENT
    curvature = optima.curvature[rows, chosen]
    best, covariance, supersampling = _at_best(found, constants, data, point, curvature)
    derivative = np.exp(np.asarray(constants.transform.log_derivative(point), np.float64))
    errors = covariance * derivative[:, :, None] * derivative[:, None, :]
    values = np.asarray(constants.transform.constrained(point))
    at_bound = _at_bound(constants, values, errors)
    residual = np.where(data.mask, data.image.astype(np.float64) - best.mean, 0.0) / best.sigma
    states = tuple(map(_state, converged, optima.stuck[rows, chosen]))
    low, high = np.asarray(constants.transform.low), np.asarray(constants.transform.high)
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
        warnings=warnings(
            names,
            states,
            agreed,
            optima.followed,
            optima.failed,
            at_bound,
            diverged,
            point,
            np.isfinite(low) & np.isfinite(high),
            {name: np.asarray(value) for name, value in best.params.items()},
        ),
        images=np.asarray(data.image),
        model=np.asarray(best.mean),
        noise_sigma=np.asarray(best.sigma),
        mask=np.asarray(data.mask),
        states=states,
        supersampling=supersampling,
        densities=image_densities(found.models, constants, data, names),
        prior_distributions=free.priors,
        sim=sim,
    )


def _state(converged: bool, stuck: bool) -> str:
    """How a descent ended."""
    return CONVERGED if converged else KINK if stuck else UNFINISHED


def _at_best(
    found: Refined, constants: Constants, data: FitData, point: np.ndarray, curvature: np.ndarray
) -> tuple[BestModels, np.ndarray, np.ndarray]:
    """The best models, the covariance (n, k, k) and the supersampling (n,), each image by its own model."""
    parts = []
    for model, rows in found.models:
        own = selected(data, rows)
        best = _best_models(model, constants, own, point[rows])
        covariance = _covariance(model, constants, own, point[rows], curvature[rows])
        parts.append((best, covariance, np.full(len(rows), model.scene.supersampling)))
    order = np.argsort(np.concatenate([rows for _, rows in found.models]))
    joined: tuple[BestModels, np.ndarray, np.ndarray] = jax.tree.map(
        lambda *arrays: np.concatenate(arrays)[order], *parts
    )
    return joined


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
