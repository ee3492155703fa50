"""Fit a lensed quasar: positions and fluxes of its images, lens, host, delays and H0, and the PSF."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import ArrayLike as HostArrayLike

from jaxlens.config import Config
from jaxlens.fitting.free_parameters import Free
from jaxlens.fitting.observation import Observation
from jaxlens.modelling.bases import Basis, MultiGaussian, Sersic
from jaxlens.modelling.lens_data import LensImages, lens_data
from jaxlens.modelling.psf_kernels import padded
from jaxlens.modelling.quasars.delays import TimeDelays
from jaxlens.modelling.quasars.flux_ratios import FluxRatios
from jaxlens.modelling.quasars.model import FREE
from jaxlens.modelling.quasars.problem import checked_positions, quasar_problem
from jaxlens.modelling.quasars.result import QuasarFit
from jaxlens.modelling.quasars.rounds import Rounds, fitted
from jaxlens.modelling.quasars.summary import result_of
from jaxlens.simulator.simulator import Simulator

# Arcsec from the middle of the images within which pixels are used, over half of their largest distance.
RADIUS = 1.9


def fit_quasar(
    config: Config | Mapping[str, Any] | str | os.PathLike[str] | Simulator,
    observation: Observation | Sequence[Observation],
    positions: HostArrayLike,
    *,
    tolerance: float = 0.002,
    fluxes: str = FREE,
    delays: TimeDelays | None = None,
    flux_ratios: FluxRatios | None = None,
    bases: Sequence[Basis] | None = None,
    host: str | None = None,
    psf: ArrayLike | None = None,
    psf_factor: int = 1,
    psf_iterations: int = 0,
    psf_symmetry: int = 1,
    radius: float | None = None,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    starts: int = 4,
    draws: int = 64,
    steps: int = 60,
    seed: int = 0,
) -> QuasarFit:
    """Fit a lensed quasar and its lens.

    The configuration has the lens in its first planes and the host of the quasar in its last; it needs no
    point source.  The positions of the images are free, and the rays of all must meet in the source to the
    tolerance.  Each image has a flux of its own, which stars in the lens (microlensing) and dust may change,
    so that only positions, delays and the arcs of the host tell the lens.  H0 is free where delays are given
    and the file's COSMOLOGY has a distribution for it.

    Args:
        config: a configuration, or a simulator of one.
        observation: the image, or several exposures and bands, as `jaxlens.read_image` gives them.
        positions: x and y of each image, arcsec from the centre of the observation, to about a pixel,
            (images, 2).
        tolerance: the standard deviation of each coordinate of an image about where the lens puts it, arcsec.
        fluxes: "free", or "lensed" where each flux is that of the source times abs(mu).
        delays: measured time delays.
        flux_ratios: measured ratios of fluxes that the lens has to make, such as those in the radio.
        bases: the light of lens and host; by default a sum of Gaussians for each light profile of the lens,
            and a Sersic ellipse for each of the host.
        host: the light profile in whose centre the quasar is, such as `PLANE_2-OBJECT_1-LIGHT_PROFILE_1`;
            None where it has a place of its own.
        psf: the PSF where the observation has none, (k, k) or (bands, k, k).
        psf_factor: samples of `psf` along a side of a pixel.
        psf_iterations: how often the PSF is corrected at the images, at most.
        psf_symmetry: 1, or 2 or 4 where its corrections look the same after turns by 180 or by 90 degrees.
        radius: arcsec from the middle of the images within which pixels are used; by default
            1.9 times half of their largest distance.
        free: as in `jaxlens.fit`.
        fixed: as in `jaxlens.fit`.
        starts: descents by the image, from lenses that put the images where they are.
        draws: lenses that are drawn for that.
        steps: the largest number of steps of a descent.
        seed: of the draws.

    Returns:
        The fit.

    Raises:
        ValueError: if positions, delays or ratios have a wrong shape; as `jaxlens.fit` and
            `jaxlens.read_image` for names, priors and images.
    """
    with jax.enable_x64(True):
        before = time.perf_counter()
        sim = config if isinstance(config, Simulator) else Simulator(config)
        places = checked_positions(positions)
        middle, reach = _middle(places)
        images = lens_data(
            sim,
            observation,
            RADIUS * reach if radius is None else radius,
            psf=psf,
            psf_factor=psf_factor,
            center=(float(middle[0]), float(middle[1])),
        )
        problem = quasar_problem(
            sim,
            _default_bases(sim) if bases is None else bases,
            places,
            float(np.sqrt(np.abs(np.linalg.det(np.asarray(images.data.grid)[0, 0, :4].reshape(2, 2))))),
            fluxes=fluxes,
            host=host,
            psf_factor=images.layout.psf_factor,
            delays=delays is not None,
            free=free,
            fixed=fixed,
        )
        how = Rounds(tolerance, delays, flux_ratios, psf_iterations, psf_symmetry, starts, draws, steps, seed)
        found = fitted(problem, images.data, _variances(observation, images), places, how)
        return result_of(problem, found, {"fit": time.perf_counter() - before})


def _middle(places: np.ndarray) -> tuple[np.ndarray, float]:
    """The middle of the images, and half of their largest distance."""
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return 0.5 * (places.min(axis=0) + places.max(axis=0)), 0.5 * float(apart.max())


def _default_bases(sim: Simulator) -> tuple[Basis, ...]:
    """Gaussians in the place of each light profile of the lens, a Sersic ellipse for each of the host."""
    *front, last = sim.scene.planes
    lens = [MultiGaussian(light.prefix) for plane in front for light in plane.light]
    return (*lens, *(Sersic(light.prefix) for light in last.light))


def _variances(observations: Observation | Sequence[Observation], images: LensImages) -> np.ndarray | None:
    """The variances of the kernels, (bands, exposures, k, k); None where no observation has one.

    Raises:
        ValueError: if a variance has other samples than the kernels that are fitted.
    """
    given = [observations] if isinstance(observations, Observation) else list(observations)
    if all(one.psf_variance is None for one in given):
        return None
    found = np.zeros(np.shape(images.data.kernel))
    for place in images.layout.places:
        one = given[place.observation]
        if one.psf_variance is None:
            continue
        if one.psf_factor != images.layout.psf_factor:
            raise ValueError(
                f"the PSF with a variance has {one.psf_factor} samples along a pixel and others have "
                f"{images.layout.psf_factor}; give all observations PSFs of one psf_factor"
            )
        variance = one.psf_variance[place.own_band if len(one.psf_variance) > 1 else 0]
        found[place.band, place.exposure] = padded(np.asarray(variance, np.float64), found.shape[-1])
    return found
