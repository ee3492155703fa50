"""From a configuration and the positions of images to the model of a lensed quasar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import ArrayLike as HostArrayLike

from jaxlens.distributions import Distribution, Normal
from jaxlens.fitting.free_parameters import Free
from jaxlens.fitting.posterior import Constants
from jaxlens.fitting.transforms import transform_of
from jaxlens.imaging.scene import COSMOLOGY
from jaxlens.kernels.types import Params
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.model import LensModel
from jaxlens.modelling.problem import LensProblem, lens_problem
from jaxlens.modelling.quasars.model import FREE, LENSED, OWN_CENTER, QuasarModel, position_names
from jaxlens.simulator.simulator import Simulator

# The standard deviation of the prior of a position about the one that was given, in pixels.
POSITION_PRIOR = 1.0
# That of the place of the quasar in the source plane about the origin, arcsec.
CENTER_PRIOR = 1.0


@dataclass(frozen=True, eq=False)
class QuasarProblem:
    """The model of a lensed quasar with its priors.

    Attributes:
        lens: the lens and all extended light.
        quasar: the static part of the model.
        constants: the priors and the transform of all free parameters, the quasar's own last.
        base: all parameters; the values of the free ones are not used.
        names: the names of the free parameters.
    """

    lens: LensProblem
    quasar: QuasarModel
    constants: Constants
    base: Params
    names: tuple[str, ...]

    def indices(self, names: Sequence[str]) -> np.ndarray:
        """The indices of free parameters with these names; those that are not free are left out."""
        return np.array([self.names.index(name) for name in names if name in self.names], np.int32)

    def constrained(self, u: ArrayLike) -> np.ndarray:
        """The parameters at coordinates u, (..., k)."""
        return np.asarray(self.constants.transform.constrained(u))

    def unconstrained(self, x: ArrayLike) -> np.ndarray:
        """The coordinates of parameters x, (..., k)."""
        return np.asarray(self.constants.transform.unconstrained(x))


def quasar_problem(
    sim: Simulator,
    bases: Sequence[Basis],
    positions: np.ndarray,
    pixel: float,
    *,
    fluxes: str = FREE,
    host: str | None = None,
    psf_factor: int = 1,
    delays: bool = False,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
) -> QuasarProblem:
    """The model of a lensed quasar.

    Args:
        sim: the simulator of the configuration, whose last plane is the quasar's.
        bases: the light of the lens and of the host.
        positions: x and y of each image, arcsec, to about a pixel, (images, 2).
        pixel: the side of a pixel, arcsec.
        fluxes: "free", an amplitude for each image, or "lensed", one that is magnified.
        host: the light profile in whose centre the quasar is; None where it has a place of its own.
        psf_factor: samples of the kernels along a side of a pixel.
        delays: whether delays are known, so that the cosmology moves if the file gives it a prior.
        free: as in `jaxlens.fit`.
        fixed: as in `jaxlens.fit`.

    Returns:
        The model with its priors.

    Raises:
        ValueError: if something cannot be the position of images; as `jaxlens.fit` for names and priors.
    """
    places = checked_positions(positions)
    if fluxes not in (FREE, LENSED):
        raise ValueError(f'fluxes is {fluxes!r}; give "{FREE}" or "{LENSED}"')
    if sim.scene.haloes or len(sim.scene.planes) < 2:
        raise ValueError("the fit of a quasar needs a lens and a source plane, and no SUBSTRUCTURE")
    besides = [name for name in COSMOLOGY if name in sim.priors] if delays else []
    lens = lens_problem(sim, bases, free, fixed, besides)
    static = _sampled(lens.lens, psf_factor)
    lens = replace(lens, lens=static)
    names = [name for pair in zip(*position_names(len(places)), strict=True) for name in pair]
    priors: list[Distribution] = [Normal(float(value), POSITION_PRIOR * pixel) for value in places.ravel()]
    center = OWN_CENTER if host is None else (f"{host}-center_x", f"{host}-center_y")
    if host is None:
        names += OWN_CENTER
        priors += [Normal(0.0, CENTER_PRIOR)] * 2
    elif center[0] not in lens.base:
        raise ValueError(f"{host} in host is no light profile with a centre; give one of the file")
    model = replace(static.model, free=(*static.model.free, *((name, None) for name in names)))
    quasar = QuasarModel(static, model, len(places), center, fluxes)
    own = {name: jnp.zeros(()) for name in names}
    return QuasarProblem(
        lens, quasar, _extended(lens.constants, priors), {**lens.base, **own}, (*lens.names, *names)
    )


def _sampled(lens: LensModel, psf_factor: int) -> LensModel:
    """The model with kernels of `psf_factor` samples a pixel, and a multiple of as many sub-pixels."""
    supersampling = -(-lens.supersampling // psf_factor) * psf_factor
    return replace(lens, psf_factor=psf_factor, supersampling=supersampling)


def checked_positions(positions: HostArrayLike) -> np.ndarray:
    """The positions of images as an array (images, 2).

    Args:
        positions: x and y of each, arcsec.

    Raises:
        ValueError: if they are not two numbers for each of two or more images.
    """
    places = np.asarray(positions, np.float64)
    if places.ndim != 2 or places.shape[-1] != 2 or len(places) < 2:
        raise ValueError(
            f"positions have shape {places.shape}; give x and y (arcsec) of two images or more, (images, 2)"
        )
    if not np.isfinite(places).all():
        raise ValueError("positions are not all finite; give x and y (arcsec) of each image")
    return places


def _extended(constants: Constants, priors: Sequence[Distribution]) -> Constants:
    """The constants of a lens with further parameters, whose priors are normal and so of curvature 1 in u."""
    more = transform_of(priors)
    transform = jax.tree.map(
        lambda one, two: np.concatenate([np.asarray(one), np.asarray(two)]), constants.transform, more
    )
    k = constants.prior_curvature.shape[0]
    curvature = np.eye(k + len(priors), dtype=np.asarray(constants.prior_curvature).dtype)
    curvature[:k, :k] = constants.prior_curvature
    own = (*constants.own_priors, *priors)
    return constants._replace(transform=transform, own_priors=own, prior_curvature=curvature)
