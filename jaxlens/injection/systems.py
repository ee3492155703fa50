"""The light of the systems of some entries, in batches of one size, with its noise and its truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlens.config.model import CATALOG_ROW
from jaxlens.files.wcs import Floats, Places
from jaxlens.injection.entries import Entries
from jaxlens.injection.images import BandImage
from jaxlens.injection.noise import light_noise
from jaxlens.injection.psf import Kernels
from jaxlens.injection.rendering import Renderer
from jaxlens.simulator.checks import system_indices
from jaxlens.simulator.simulator import Simulator


@dataclass(frozen=True, eq=False)
class Lot:
    """Some entries with the light of their systems.

    Attributes:
        rows: the entries, (n,).
        params: the parameters of their systems, {name: (n,) or (n, bands of the file)}.
        light: without noise, in units of the images, (n, side, side) by band.
        noise: the noise of this light; of no band where none is added.
        catalogued: what a CATALOG of the file knows of the systems, (n,) by column; None without one.
    """

    rows: NDArray[np.int64]
    params: Mapping[str, np.ndarray]
    light: Mapping[str, Floats]
    noise: Mapping[str, Floats]
    catalogued: Mapping[str, np.ndarray] | None


@dataclass(frozen=True, eq=False)
class Systems:
    """The systems that are injected.

    Attributes:
        simulator: of their configuration.
        renderer: renders them.
        images: the images.
        psfs: the PSF by the bands in which it is not the file's.
        seed: the seed of the dataset.
        noise: whether light has its noise.
    """

    simulator: Simulator
    renderer: Renderer
    images: Sequence[BandImage]
    psfs: Mapping[str, Kernels]
    seed: int
    noise: bool

    def lots(self, entries: Entries, size: int) -> Iterator[Lot]:
        """The open entries with their light, at most `size` at a time."""
        rows = entries.open
        # few systems are filled up to a power of two, so that programs are compiled seldom
        size = min(size, 1 << (max(1, len(rows)) - 1).bit_length())
        for start in range(0, len(rows), size):
            yield self._lot(entries, rows[start : start + size], size)

    def _lot(self, entries: Entries, rows: NDArray[np.int64], size: int) -> Lot:
        count = len(rows)
        # the last one is repeated, so that all lots are of one size
        filled = rows[np.minimum(np.arange(size), count - 1)]
        indices = entries.positions.index[filled]
        key = jax.random.key(self.seed, impl="threefry2x32")
        params = self.simulator.sample(key, size, indices)
        ra, dec = entries.positions.ra[filled], entries.positions.dec[filled]
        places = {one.band: known(entries.places[one.band].of(filled), one) for one in self.images}
        kernels = {band: psf(ra, dec) for band, psf in self.psfs.items()}
        light = self.renderer.light(params, places, kernels)
        noise = self._noise(key, system_indices(indices, size), light) if self.noise else {}
        host = {name: np.asarray(value)[:count] for name, value in params.items()}
        shown, added = ({band: one[:count] for band, one in of.items()} for of in (light, noise))
        return Lot(rows, host, shown, added, self._catalogued(key, indices, count))

    def _catalogued(
        self, key: jax.Array, indices: NDArray[np.uint64], count: int
    ) -> Mapping[str, Any] | None:
        """What the file's CATALOG knows of the first `count` of some systems."""
        catalog = self.simulator.config.catalog
        if catalog is None or self.simulator.configuration.label not in catalog.configurations:
            return None
        values = self.simulator.numbers(key, len(indices), indices).values
        return catalog.of_rows(np.asarray(values[CATALOG_ROW])[:count])

    def _noise(self, key: Any, indices: Any, light: Mapping[str, Floats]) -> dict[str, Floats]:
        """The noise of light by band; bands whose stamps are of one size are drawn together."""
        found: dict[str, Floats] = {}
        gains = {image.band: image.gain for image in self.images}
        label = self.simulator.configuration.label
        for side in dict.fromkeys(pixels.shape[-1] for pixels in light.values()):
            bands = [band for band, pixels in light.items() if pixels.shape[-1] == side]
            together = np.stack([light[band] for band in bands], axis=1)
            drawn = light_noise(key, label, indices, bands, together, np.array([gains[b] for b in bands]))
            found |= {band: drawn[:, k] for k, band in enumerate(bands)}
        return found


def known(places: Places, image: BandImage) -> Places:
    """Places, of which those that a WCS does not reach are put on its first pixel.

    Args:
        places: the places in the image.
        image: the image.
    """
    reached = np.isfinite(places.x)
    square = np.diag([-image.pixel_scale, image.pixel_scale])
    jacobian = np.where(reached[:, None, None], places.jacobian, square)
    return Places(np.where(reached, places.x, 0.0), np.where(reached, places.y, 0.0), jacobian)
