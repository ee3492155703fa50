"""The posterior of a fitted image as a `Density`: when it was fitted, and again after its result was read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.image_checks import check_images, of_systems
from jaxlens.fitting.posterior import Constants, FitData, Model, minus_log_posterior
from jaxlens.fitting.posteriors.density import Density
from jaxlens.fitting.problem import fit_data, problem
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    from jaxlens.fitting.free_parameters import Free
    from jaxlens.fitting.result import FitResult

# ln p: the largest difference between the density of a saved fit and one that is made again; float32 sums of many
# pixels differ by a fraction of it.
_TOLERANCE = 0.5


@dataclass(frozen=True)
class ImageLogDensity:
    """The log posterior density of one image, up to a constant of the image; equal for equal models.

    Attributes:
        model: the static part of the fit.
    """

    model: Model

    def __call__(self, shared: Constants, data: FitData, u: jax.Array) -> jax.Array:
        """The log-density at u (k,) of one image."""
        return -minus_log_posterior(self.model, shared, data, u)


def image_density(
    model: Model, constants: Constants, data: FitData, names: tuple[str, ...], offset: np.ndarray
) -> Density:
    """The posteriors of n images.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        names: the names of the k free parameters.
        offset: the terms of the log posterior that `minus_log_posterior` leaves out, (n,).
    """
    return Density(names, ImageLogDensity(model), constants.transform.constrained, constants, data, offset)


def normalisation(data: FitData) -> np.ndarray:
    """The terms of each image's log posterior that the descents leave out, (n,).

    Descents sum (r^2 - 1) / 2 + ln(s / s0) over pixels where the likelihood has (r^2 + ln 2 pi) / 2 + ln s.
    """
    sigma = np.where(data.mask, data.sigma, 1.0).astype(np.float64)
    terms = np.where(data.mask, 0.5 + np.log(sigma) + 0.5 * np.log(2.0 * np.pi), 0.0)
    return -np.sum(terms, axis=tuple(range(1, terms.ndim)))


def density_again(
    result: FitResult,
    sim: Simulator,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    noise_sigma: ArrayLike | None = None,
) -> Density:
    """The posteriors of the images of a result, made again from the arguments of its fit.

    Args:
        result: the result, whose images, mask and coordinates are used.
        sim: the simulator that was fitted.
        free: as in the fit.
        fixed: as in the fit.
        noise_sigma: as in the fit.

    Raises:
        ValueError: if the free parameters or the log posterior are not those of the result.
    """
    from jaxlens.fitting.fixed_haloes import fitted_lens
    from jaxlens.fitting.free_parameters import free_parameters

    count = len(of_systems(sim, result.images))
    lens = fitted_lens(sim, count, fixed, free)
    drawn = lens.drawn(jax.random.key(0, impl="threefry2x32"), 8)
    parameters = free_parameters(lens.sim, drawn, count, free, lens.fixed)
    names = parameters.names(sim.bands)
    if names != result.names:
        raise ValueError(
            f"the free parameters are {', '.join(names)}, and those of the result {', '.join(result.names)}; give "
            "sim, free and fixed as the fit had them"
        )
    parameters = replace(parameters, transform=jax.tree.map(jnp.asarray, result.transform))
    checked = check_images(
        lens.sim, result.images, noise_sigma, result.mask, parameters.params.get("num_epochs")
    )
    model, constants = problem(lens.sim, parameters, checked.noise_sigma is not None)
    data = fit_data(model, checked, parameters)
    density = image_density(model, constants, data, names, normalisation(data))
    _check_same(result, density)
    return density


def _check_same(result: FitResult, density: Density) -> None:
    """ValueError where the log posterior at the best models is not that of the result."""
    jacobian = np.sum(np.asarray(result.transform.log_derivative(result.unconstrained)), axis=-1)
    found = density.at(result.unconstrained) - jacobian
    apart = ~(np.abs(found - result.log_posterior) < _TOLERANCE)
    if apart.any():
        i = int(np.argmax(apart))
        raise ValueError(
            f"the log posterior of image {i} is {found[i]:.2f} at its best model, and {result.log_posterior[i]:.2f} in "
            "the result; give sim, free, fixed and noise_sigma as the fit had them"
        )
