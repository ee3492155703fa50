"""The light of systems on the pixels of real images: the simulator with IMAGE and SURVEY replaced.

What the systems are is drawn as the file says; where their pixels are, the zero point and the PSF are those
of the images.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.files.wcs import Floats, Places
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.own_pixels import with_kernel, with_pixel_map
from jaxlens.imaging.point_sources import point_source_images
from jaxlens.imaging.render import render_with
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import IMAGE, with_tables
from jaxlens.injection.images import BandImage
from jaxlens.injection.optics import of_file
from jaxlens.injection.stamps import transforms
from jaxlens.kernels.types import Params
from jaxlens.simulator.programs import compiled
from jaxlens.simulator.simulator import Simulator

# The number of image slots is not doubled any more once it is this large.
MAX_IMAGE_SLOTS = 64
# arcsec per pixel, and pixels: differences of two grids that are the same.
SAME_GRID = 1e-9
_ZERO_POINT = "magnitude_zero_point"


class Renderer:
    """Renders systems on stamps in images.

    Args:
        simulator: of the systems.
        images: the images.
        sides: pixels along a side of a stamp, by band.
        given: the bands whose PSF is not the file's.
        psf_factor: samples of given kernels along a side of an image pixel.

    Raises:
        ValueError: if the configuration is a time series, or the file's PSF a kernel of other pixels.
    """

    def __init__(
        self,
        simulator: Simulator,
        images: Sequence[BandImage],
        sides: Mapping[str, int],
        given: Collection[str],
        psf_factor: int = 1,
    ) -> None:
        if simulator.scene.series is not None:
            label = simulator.configuration.label
            advice = "choose a configuration without one"
            raise ValueError(f"{label} has a TIMESERIES, but an image is one epoch; {advice}")
        self._sim, self._images = simulator, {image.band: image for image in images}
        self._sides, self._factor = sides, psf_factor
        config, optics = simulator.config, simulator.scene.optics
        own = (image for image in images if image.band not in given)
        self._optics = {one.band: of_file(config, optics, sides[one.band], one) for one in own}

    def light(
        self, params: Mapping[str, Any], places: Mapping[str, Places], kernels: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """The light of systems without noise, in units of the images.

        Bands whose pixels lie alike are rendered together.

        Args:
            params: the parameters of the systems, {name: (n,) or (n, bands of the file)}.
            places: where they are in the image of each band; finite.
            kernels: the PSF of each system, (n, k, k), by the bands in which it is not the file's.

        Returns:
            (n, side, side) by band.
        """
        found: dict[str, Floats] = {}
        for bands in alike(places, kernels, self._sides):
            own = [kernels[band] for band in bands if band in kernels]
            pixels = self._rendered(params, bands, places[bands[0]], own)
            found |= {band: pixels[:, k] for k, band in enumerate(bands)}
        return {band: found[band] for band in places}

    def _rendered(
        self, params: Mapping[str, Any], bands: tuple[str, ...], places: Places, kernels: list[Floats]
    ) -> Floats:
        """The light in bands whose pixels lie alike, (n, bands, side, side)."""
        own = _of_one_side(kernels) if kernels else None
        scene = self._scene(bands, own)
        values = self._values(params, bands, places, own, scene)
        while True:
            light, most = _render(scene, values, self._assets(bands))
            found = int(np.max(np.asarray(most), initial=0))
            if found <= scene.image_slots or scene.image_slots >= MAX_IMAGE_SLOTS:
                return np.asarray(light, np.float64)
            scene = dataclasses.replace(scene, image_slots=2 * scene.image_slots)

    def _scene(self, bands: tuple[str, ...], kernels: Floats | None) -> Scene:
        """The scene of the file with the pixels and the PSF of images."""
        scene = with_pixel_map(self._sim.scene, self._sides[bands[0]])
        if kernels is None:
            scene = dataclasses.replace(scene, optics=self._optics[bands[0]])
        else:
            scene = with_kernel(scene, kernels.shape[-1], self._factor, own=True)
        # names of no meaning, so that bands whose pixels lie otherwise share a program
        return dataclasses.replace(scene, bands=tuple(map(str, range(len(bands)))), adu=False)

    def _values(
        self,
        params: Mapping[str, Any],
        bands: tuple[str, ...],
        places: Places,
        kernels: Floats | None,
        scene: Scene,
    ) -> Params:
        """The parameters of the systems in some bands, with pixels, zero points and PSFs of the images."""
        zero_points = np.array([self._images[band].zero_point for band in bands])
        replaced = transforms(places, self._sides[bands[0]])
        replaced |= {_ZERO_POINT: np.broadcast_to(zero_points, (len(places.x), len(bands)))}
        if kernels is not None:
            replaced[PSF_KERNEL] = kernels
        chosen = self._chosen(bands)
        values = {}
        for name in scene.parameters:
            value = np.asarray(replaced[name] if name in replaced else params[name])
            if name not in replaced and value.ndim == 2 and halo_array(name) is None:
                value = value[:, chosen]
            values[name] = jnp.asarray(value, jnp.result_type(float))
        return values

    def _assets(self, bands: tuple[str, ...]) -> Assets:
        """The arrays of the file in some bands."""
        assets, chosen, count = self._sim.assets, self._chosen(bands), len(self._sim.bands)
        kernel = assets.psf_kernel
        if kernel is not None and len(kernel) > 1:
            kernel = kernel[chosen]
        tables = {
            name: table[:, chosen] if _is_by_band(name, table, count) else table
            for name, table in (assets.tables or {}).items()
        }
        return assets._replace(psf_kernel=kernel, tables=tables or None, backgrounds=None)

    def _chosen(self, bands: tuple[str, ...]) -> np.ndarray:
        return np.array([self._sim.bands.index(band) for band in bands])


def alike(
    places: Mapping[str, Places], kernels: Mapping[str, Floats], sides: Mapping[str, int]
) -> list[tuple[str, ...]]:
    """Bands in groups whose systems are at the same places in pixels, with the same derivatives and stamps.

    Args:
        places: where systems are in the image of each band.
        kernels: the kernels of bands whose PSF is not the file's; a group has them in all bands or in none.
        sides: pixels along a side of a stamp, by band.
    """
    groups: list[list[str]] = []
    for band, own in places.items():
        for group in groups:
            same = sides[group[0]] == sides[band] and (group[0] in kernels) == (band in kernels)
            if same and _is_same(places[group[0]], own):
                group.append(band)
                break
        else:
            groups.append([band])
    return [tuple(group) for group in groups]


def _is_same(one: Places, other: Places) -> bool:
    pairs = ((one.x, other.x), (one.y, other.y), (one.jacobian, other.jacobian))
    return all(bool(np.all(np.abs(a - b) <= SAME_GRID)) for a, b in pairs)


def _of_one_side(kernels: list[Floats]) -> Floats:
    """Kernels of bands, each (n, k, k), as one array (n, bands, k, k), with zeros around the smaller ones."""
    side = max(kernel.shape[-1] for kernel in kernels)
    widths = [(side - kernel.shape[-1]) // 2 for kernel in kernels]
    padded = [np.pad(k, ((0, 0), (w, w), (w, w))) for k, w in zip(kernels, widths, strict=True)]
    return np.stack(padded, axis=1)


def _is_by_band(name: str, table: jax.Array, bands: int) -> bool:
    """Whether an array of a profile is a stack of images by band, (images, bands, y, x)."""
    return name.endswith(f"-{IMAGE}") and table.ndim == 4 and table.shape[1] == bands


@compiled(0)
def _render(scene: Scene, params: Params, assets: Assets) -> tuple[jax.Array, jax.Array]:
    """Images (n, bands, side, side), and the number of images of the point source with most, (n,)."""

    def of_system(system: Params) -> tuple[jax.Array, jax.Array]:
        whole = with_tables(scene, system, assets)
        images = point_source_images(scene, whole)
        found = [one.found for one in images.values()]
        most = jnp.max(jnp.stack(found)) if found else jnp.zeros((), int)
        return render_with(scene, whole, images, assets), most

    return jax.vmap(of_system)(params)
