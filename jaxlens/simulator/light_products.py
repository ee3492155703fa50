"""The methods of a Simulator that give what is seen of a system: parts, fluxes, S/N, masks and labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

import jax
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.products import light
from jaxlens.products.columns import NAMES, product_values, products_of
from jaxlens.products.light import Fluxes
from jaxlens.simulator import light_programs
from jaxlens.simulator.generation import Params
from jaxlens.simulator.lens_curves import SimulatorLensCurves


class ImageParts(NamedTuple):
    """The parts that add up to an image without noise, each of the shape of `Simulator.render`, counts/s.

    Attributes:
        lens: extended light of all planes but the last.
        arcs: extended light of the last plane, lensed.
        point_sources: the images of all point sources.
    """

    lens: jax.Array
    arcs: jax.Array
    point_sources: jax.Array


class Masks(NamedTuple):
    """The pixels in which light stands out of the noise, (n, bands, num_pix, num_pix), bool.

    Attributes:
        lens: light that is not the source's.
        arcs: light of the source.
    """

    lens: jax.Array
    arcs: jax.Array


class SimulatorLightProducts(SimulatorLensCurves):
    """The methods of a Simulator that give what is seen of a system.

    The source is the farthest plane that has light.  Of a time series its first epoch counts, without what
    varies, but for `image_parts`.
    """

    def image_parts(self, params: Mapping[str, ArrayLike]) -> ImageParts:
        """The images without noise in parts: the lens, the arcs and the point sources, with the PSF.

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> sim.image_parts(params).arcs.shape[:2]
        (2, 3)
        """
        checked, admitted = self._checked(params)
        return ImageParts(*light_programs.parts(admitted, checked, self.assets))

    def lensed_flux(self, params: Mapping[str, ArrayLike]) -> Fluxes:
        """The fluxes of lens, arcs and point sources in each band, without the PSF, counts/s, (n, bands).

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        found: Fluxes = light_programs.of_systems(light.lensed_fluxes, admitted, checked, self.assets)
        return found

    def lensed_magnitude(self, params: Mapping[str, ArrayLike]) -> Fluxes:
        """`lensed_flux` as magnitudes, (n, bands); infinite where there is no light.

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        found: Fluxes = light_programs.of_systems(light.lensed_magnitudes, admitted, checked, self.assets)
        return found

    def source_magnification(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The flux of the source with the lens over that without it, (n, bands).

        With the lens it is what is in the image, of its point sources all images.

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`, or if a light profile of the source has no finite flux.
        """
        checked, admitted = self._checked(params)
        found: jax.Array = light_programs.of_systems(
            light.source_magnification, admitted, checked, self.assets
        )
        return found

    def snr(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The total signal-to-noise ratio of the source in the image, (n, bands).

        It is sum S / sqrt(sum sigma^2) over the pixels in which its light S exceeds the noise sigma, as that
        of `snr_min` in SELECT: the kind of ratio that Collett (2015, ApJ 811, 20) asks to be above 20.

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        found: jax.Array = light_programs.of_systems(light.visibility, admitted, checked, self.assets).total
        return found

    def snr_map(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The light of the source over the noise in each pixel, (n, bands, num_pix, num_pix).

        Args:
            params: as in `render`.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        found: jax.Array = light_programs.of_systems(light.visibility, admitted, checked, self.assets).arcs
        return found

    def light_masks(self, params: Mapping[str, ArrayLike], threshold: float = 1.0) -> Masks:
        """The pixels in which the light of the lens, or of the source, exceeds the noise.

        Args:
            params: as in `render`.
            threshold: how many standard deviations of the noise the light exceeds.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        found = light_programs.of_systems(light.visibility, admitted, checked, self.assets)
        return Masks(found.lens > threshold, found.arcs > threshold)

    @property
    def product_names(self) -> tuple[str, ...]:
        """The products of this configuration that may be columns of datasets and labels of streams."""
        return products_of(self.scene)

    def products(self, params: Mapping[str, ArrayLike], names: Iterable[str] | None = None) -> Params:
        """Products of systems by name, as the columns of a dataset made with `products=True`.

        Args:
            params: as in `render`.
            names: which of `product_names`; by default all.

        Returns:
            {name: (n,) or (n, bands)}.

        Raises:
            ValueError: as `render`, or for a product that this configuration has not.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> sim.products(params, ["einstein_radius"])["einstein_radius"].shape
        (2,)
        """
        asked = self.with_products(names)
        checked, admitted = asked._checked(params)
        found: Params = light_programs.of_systems(product_values, admitted, checked, self.assets)
        return found

    def with_products(self, names: Iterable[str] | None = None) -> Self:
        """The same simulator, whose `generate` and `numbers` have products among their values.

        Args:
            names: which of `product_names`; by default all.

        Raises:
            ValueError: for a product that this configuration has not.
        """
        known = self.product_names
        wanted = known if names is None else tuple(names)
        for name in wanted:
            if name not in known:
                reason = "is none of this configuration" if name in NAMES else "is no product"
                raise ValueError(f"{name!r} {reason}; {nearest(name, known)}")
        asked = tuple(name for name in NAMES if name in wanted)
        scene, drawn = (dataclasses.replace(one, products=asked) for one in (self.scene, self.drawn_scene))
        return self.replace(scene=scene, _scene_of_draws=None if self._scene_of_draws is None else drawn)
