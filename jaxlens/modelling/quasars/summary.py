"""From the end of the fit of a quasar to what a person reads: values, errors, fluxes and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_factor, cho_solve

from jaxlens.fitting.posterior import Constants
from jaxlens.kernels.types import Params
from jaxlens.modelling.descent import TOLERANCE
from jaxlens.modelling.expansion import Solution, product
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.positive_definite import inverse
from jaxlens.modelling.quasars.astrometry import offsets
from jaxlens.modelling.quasars.constraints import params_of, residuals
from jaxlens.modelling.quasars.expansion import image_derivatives, quasar_solution
from jaxlens.modelling.quasars.image_rays import image_rays, travel_times
from jaxlens.modelling.quasars.model import QuasarData, QuasarModel
from jaxlens.modelling.quasars.point_images import shares
from jaxlens.modelling.quasars.problem import QuasarProblem
from jaxlens.modelling.quasars.result import QuasarFit
from jaxlens.modelling.quasars.rounds import Found, residual_images

# A parameter is named that ends farther than this from its prior's median, in its standard deviations.
FAR = 4.0
# Chi-square per degree of freedom above which the model does not describe the image.
LARGEST_CHI_SQUARE = 1.3
# Offsets above this many tolerances say that rays do not meet.
LARGEST_OFFSET = 4.0


class _Numbers(NamedTuple):
    """What follows from the most probable point, as arrays."""

    solution: Solution
    amplitude_covariance: jax.Array
    params: Params
    shares: jax.Array
    magnifications: jax.Array
    times: jax.Array
    offsets: tuple[jax.Array, jax.Array]
    others: jax.Array


def result_of(problem: QuasarProblem, found: Found, seconds: Mapping[str, float]) -> QuasarFit:
    """The fit as a person gets it.

    Args:
        problem: the model of the lens and its quasar.
        found: what its stages found.
        seconds: how long each took.
    """
    point, curvature = found.end.points[0], found.end.curvatures[0]
    covariance_u = inverse(curvature)
    numbers = _numbers(
        problem.quasar,
        problem.constants,
        problem.base,
        found.data,
        found.own,
        found.settings,
        jnp.asarray(point),
        jnp.asarray(covariance_u),
    )
    slope = np.exp(np.asarray(problem.constants.transform.log_derivative(point)))
    quasar, data = problem.quasar, found.data
    first = quasar.lens.count
    of_quasar = slice(first, first + quasar.count)
    amplitudes, share = np.asarray(numbers.solution.amplitudes), np.asarray(numbers.shares)
    spread = np.asarray(numbers.amplitude_covariance)[:, of_quasar, of_quasar]
    weight = np.asarray(data.weight)
    chi_square = float(np.sum(np.square(numbers.solution.residual)))
    free = int(np.sum(numbers.solution.free)) + int(np.sum(found.settings.active))
    fit = QuasarFit(
        names=problem.names,
        values=problem.constrained(point),
        covariance=covariance_u * slope[:, None] * slope[None, :],
        params={name: np.asarray(value) for name, value in numbers.params.items()},
        positions=np.stack([np.asarray(p) for p in quasar.positions(numbers.params)], axis=-1),
        fluxes=amplitudes[:, of_quasar] @ share,
        flux_covariance=np.einsum("ci,bcd,dj->bij", share, spread, share),
        magnifications=np.asarray(numbers.magnifications),
        delays=np.asarray(numbers.times - jnp.min(numbers.times)),
        offsets=np.stack([np.asarray(p) for p in numbers.offsets], axis=-1),
        bases=quasar.lens.bases,
        amplitudes=amplitudes,
        image=np.asarray(data.image),
        model=np.asarray(data.image) - residual_images(data, numbers.solution),
        noise_sigma=np.divide(1.0, weight, out=np.full_like(weight, np.inf), where=weight > 0.0),
        grid=np.asarray(data.grid),
        kernel=np.asarray(data.kernel),
        kernel_variance=found.variance,
        psf_factor=quasar.lens.psf_factor,
        psf_chi_squares=found.chi_squares,
        chi_square=chi_square,
        degrees_of_freedom=int(np.sum(weight > 0.0)) - free,
        others=float(np.sum(np.square(numbers.others))),
        converged=bool(found.end.decreases[0] <= TOLERANCE),
        reached=found.reached,
        starts=found.starts,
        warnings=(),
        seconds=seconds,
    )
    object.__setattr__(fit, "warnings", _warnings(problem, found, fit, point))
    return fit


@partial(jax.jit, static_argnums=0)
def _numbers(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    u: jax.Array,
    covariance: jax.Array,
) -> _Numbers:
    params = params_of(quasar, constants, base)(u)
    found = quasar_solution(quasar, params, data, own, settings)
    moved = image_derivatives(quasar, constants, base, found.amplitudes, data, own, u)
    moved = moved * settings.active[:, None, None, None, None] * data.weight[None]
    moved = jnp.reshape(moved, (u.size, found.residual.shape[0], -1))

    def of_band(moved: jax.Array, one: Solution) -> jax.Array:
        """The covariance of the amplitudes: at fixed u, and by what they follow of u."""
        both = one.free[:, None] & one.free[None, :]
        curvature = jnp.where(both, one.curvature, jnp.diag(jnp.diagonal(one.curvature)))
        unit = jnp.sqrt(jnp.diagonal(curvature))
        factor = cho_factor(curvature / (unit[:, None] * unit[None, :]))
        kept = jnp.where(both, 1.0, 0.0)
        at_fixed = (
            cho_solve(factor, jnp.eye(unit.size, dtype=unit.dtype)) / (unit[:, None] * unit[None, :]) * kept
        )
        follows = product(at_fixed, product(one.rows, moved.T))
        return at_fixed + product(product(follows, covariance), follows.T)

    rays, source = image_rays(quasar, params), quasar.source(params)
    return _Numbers(
        found,
        jax.vmap(of_band, in_axes=(1, 0))(moved, found),
        params,
        shares(quasar, params),
        rays.magnification,
        travel_times(quasar, params),
        offsets(rays, source, own.softening),
        residuals(quasar, own, params),
    )


def _warnings(problem: QuasarProblem, found: Found, fit: QuasarFit, point: np.ndarray) -> tuple[str, ...]:
    """What is doubtful, in plain words."""
    said = []
    if not fit.converged:
        said.append("no maximum was reached within the steps")
    if fit.starts > 1 and fit.reached == 1:
        said.append(f"the best lens was reached from 1 of {fit.starts} starts only")
    ratio = fit.chi_square / max(fit.degrees_of_freedom, 1)
    if ratio > LARGEST_CHI_SQUARE:
        said.append(f"chi-square per degree of freedom is {ratio:.2f}: the image shows what the model lacks")
    worst = float(np.max(np.abs(fit.offsets))) / float(found.own.tolerance)
    if worst > LARGEST_OFFSET:
        said.append(f"an image is {worst:.1f} tolerances from where the lens puts it")
    far = [
        f"{name} ({u:+.1f})"
        for name, u in zip(problem.names, point, strict=True)
        if abs(u) > FAR and not name.startswith("QUASAR")
    ]
    if far:
        said.append(f"far from their priors, in standard deviations: {', '.join(far)}")
    return tuple(said)
