"""The point sources of a system as lenstronomy's: the positions of images, and their amplitudes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxlens.exchange.errors import ExchangeError
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.epochs import brightness_factor, epoch_counts, first_epoch, transient_fluxes
from jaxlens.imaging.point_sources import fluxes, point_positions
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params


@dataclass(frozen=True)
class Point:
    """A point source of lenstronomy.

    Attributes:
        kind: LENSED_POSITION, or UNLENSED.
        x: where its images are, arcsec, (k,).
        y: the other coordinate.
        amplitudes: of each image, counts/s, (bands, k).
    """

    kind: str
    x: np.ndarray
    y: np.ndarray
    amplitudes: np.ndarray

    def arguments(self, b: int) -> dict[str, Any]:
        """Its parameters in band number `b`."""
        return {"ra_image": self.x.copy(), "dec_image": self.y.copy(), "point_amp": self.amplitudes[b].copy()}


def points(
    scene: Scene,
    params: Params,
    moment: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets,
    epoch: int | None,
) -> list[Point]:
    """All point sources of a system.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles; those of a time series by epoch.
        moment: the parameters at the epoch.
        images: the images of every lensed point source.
        assets: the arrays of the configuration.
        epoch: the number of the epoch of a time series; None of a single exposure.

    Raises:
        ExchangeError: if there are some, and they are integrated over pixels.
    """
    given = list(point_positions(scene, params, images))
    if given and scene.optics.exact_points:
        raise ExchangeError(
            "point_source is exact: lenstronomy has no point source that is integrated over pixels; give "
            "point_source: interpolated"
        )
    light_curves = _light_curves(scene, params, images, assets, epoch) if given else {}
    found = []
    for prefix, mu, x, y in given:
        flux = light_curves.get(prefix)
        if flux is None:
            flux = _steady(scene, params, moment, prefix, mu, epoch)
        flux = np.broadcast_to(np.asarray(flux, np.float64), (len(scene.bands), len(x)))
        # copies that are not shown have no magnification
        real = np.asarray(images[prefix].mask if prefix in images else mu > 0.0)
        if real.any() or prefix in images:
            kind = "LENSED_POSITION" if prefix in images else "UNLENSED"
            x, y = (np.asarray(v, np.float64)[real] for v in (x, y))
            found.append(Point(kind, x, y, flux[:, real]))
    return found


def _steady(
    scene: Scene, params: Params, moment: Params, prefix: str, mu: Any, epoch: int | None
) -> np.ndarray:
    """The counts/s of the images of a source that does not vary, (bands, k)."""
    if epoch is None:
        return np.asarray(fluxes(scene, moment, prefix, mu))
    own = fluxes(scene, first_epoch(scene, params), prefix, mu)
    return np.asarray(own * brightness_factor(scene, params)[epoch][:, None])


def _light_curves(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets,
    epoch: int | None,
) -> dict[str, np.ndarray]:
    """The counts/s of the images of every transient at an epoch, (bands, k), by its prefix."""
    if scene.series is None or epoch is None:
        return {}
    curves = transient_fluxes(scene, params, images, assets)
    shape = (scene.series.epochs, len(scene.bands))

    def at_epoch(observed: Any) -> np.ndarray:
        every = epoch_counts(scene, params, jnp.broadcast_to(observed, (*shape, observed.shape[-1])))
        return np.asarray(every[epoch])

    return {prefix: at_epoch(one.observed) for prefix, one in curves.items()}
