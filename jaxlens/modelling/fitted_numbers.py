"""The numbers of a fitted lens, as the result of a fit of one image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.in_words import describe_prior
from jaxlens.fitting.posterior import with_free_values
from jaxlens.fitting.result import FitResult
from jaxlens.modelling.bases import MultiGaussian, Sersic
from jaxlens.modelling.descent import TOLERANCE, solution_at
from jaxlens.modelling.expansion import half_log_determinant
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.lens_density import lens_density
from jaxlens.modelling.problem import LensProblem
from jaxlens.modelling.richest_model import covariance_about, covariance_of
from jaxlens.modelling.rung import Rung
from jaxlens.modelling.search import AGREEMENT, Search


def numbers_of(
    chosen: Rung,
    rungs: Sequence[Rung],
    images: LensImages,
    looked: Search,
    amplitudes: np.ndarray,
    doubts: Callable[[Sequence[str], np.ndarray, np.ndarray], Sequence[str]],
) -> FitResult:
    """The numbers that moved, as a fit of one image whose bands are all bands and exposures.

    Args:
        chosen: the model.
        rungs: all models that were compared, of which the richest gives the errors.
        images: what was fitted.
        looked: the search.
        amplitudes: of the light and the sky, (bands, count + exposures).
        doubts: what makes a result doubtful, of the names of its numbers, which of them sit on a bound, and
            their values.
    """
    problem, data, point = chosen.problem, images.data, chosen.point
    moving = np.flatnonzero(np.asarray(chosen.settings.active) > 0.0)
    solved = solution_at(problem, data, chosen.settings, point)
    value = chosen.value
    if problem.lens.signed.size:
        value += float(half_log_determinant(solved, problem.lens.signed))
    shape = (1, -1, *np.shape(data.image)[2:])
    weight = np.asarray(data.weight)
    sigma = np.divide(1.0, weight, out=np.ones_like(weight), where=weight > 0.0)
    residual = np.reshape(np.asarray(solved.residual), weight.shape)
    model = np.where(weight > 0.0, np.asarray(data.image) - residual * sigma, 0.0)
    covariance = covariance_about(chosen, rungs, moving)
    slope = np.exp(np.asarray(problem.constants.transform.log_derivative(point)))[moving]
    errors = covariance * slope[:, None] * slope
    transform = jax.tree.map(lambda field: np.asarray(field)[moving], problem.constants.transform)
    values = problem.constrained(point)
    low, high = transform.low, transform.high
    # by the errors of this model alone: what a richer one allows says nothing of a bound
    own = slope * np.sqrt(np.diagonal(covariance_of(chosen))[moving])
    at_bound = np.minimum(values[moving] - low, high - values[moving]) < 1.25 * own
    constant = -np.sum(np.where(weight > 0.0, 0.5 + np.log(sigma) + 0.5 * np.log(2.0 * np.pi), 0.0))
    starts = looked.ends.points
    carried = np.array([problem.names[i] for i in moving])
    names = looked.names
    columns = [names.index(name) if name in names else -1 for name in carried]
    start_values = np.where(np.array(columns) < 0, values[moving], looked.values[:, columns])
    converged = bool(chosen.decrease <= TOLERANCE)
    return FitResult(
        names=tuple(carried.tolist()),
        priors=tuple(describe_prior(problem.free.priors[i]) for i in moving),
        bands=tuple(_image_names(images)),
        configuration=problem.sim.configuration.label,
        config=problem.sim.config.text,
        params=_params(problem, images, point, amplitudes),
        values=values[None, moving],
        covariance=errors[None],
        unconstrained=point[None, moving],
        unconstrained_covariance=covariance[None],
        transform=transform,
        chi_square=np.array([chosen.chi_square]),
        degrees_of_freedom=np.array([chosen.degrees]),
        log_posterior=np.array([constant - chosen.value]),
        history=np.reshape(constant - looked.ends.values, (1, 1, len(starts))),
        start_values=start_values[None],
        start_log_posterior=(constant - looked.ends.values)[None],
        agreed=(looked.ends.values - looked.ends.values[0] < AGREEMENT)[None],
        converged=np.array([converged]),
        at_bound=at_bound[None],
        warnings=tuple(doubts(carried.tolist(), at_bound, values[moving])),
        images=np.reshape(np.where(weight > 0.0, data.image, 0.0), shape),
        model=np.reshape(model, shape),
        noise_sigma=np.reshape(sigma, shape),
        mask=np.reshape(weight > 0.0, shape),
        densities=(lens_density(chosen, data, value, transform),),
    )


def _image_names(images: LensImages) -> list[str]:
    """The names of the bands, or of the exposures where there are several, in the order of the arrays."""
    bands, exposures = np.shape(images.data.image)[:2]
    own = images.layout.bands
    if exposures == 1:
        return list(own)
    return [f"{own[b]}-{e + 1}" for b in range(bands) for e in range(exposures)]


def _params(
    problem: LensProblem, images: LensImages, point: np.ndarray, amplitudes: np.ndarray
) -> dict[str, np.ndarray]:
    """All parameters of the file, with the magnitudes of the light as fitted where it has a flux."""
    x = problem.constants.transform.constrained(jnp.asarray(point))
    params = with_free_values(problem.lens.model, problem.constants, problem.base, x)
    found = {
        name: np.asarray(value)[None] for name, value in params.items() if name in problem.sim.parameter_names
    }
    zero_point = np.asarray(params.get("magnitude_zero_point", np.nan))
    first = 0
    for basis in problem.lens.bases:
        own = amplitudes[:, first : first + basis.count]
        first += basis.count
        name = f"{basis.prefix}-magnitude"
        if name in found and isinstance(basis, MultiGaussian | Sersic):
            flux = np.sum(own, axis=1)
            with np.errstate(divide="ignore"):
                magnitude = zero_point - 2.5 * np.log10(flux)
            found[name] = np.broadcast_to(np.atleast_1d(magnitude), (len(images.layout.bands),))[None]
    return found
