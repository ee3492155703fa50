"""What is static in the model of a lens, and the arrays of one lens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from jaxlens.fitting.posterior import Array, Model
from jaxlens.fitting.ties import dependent_ties
from jaxlens.modelling.bases import Basis


class Offset(NamedTuple):
    """An exposure whose place on the sky is free.

    Its two parameters are added to the x and y of its pixels, arcsec.

    Attributes:
        band: the index of its band.
        exposure: its index in the band.
        name: what it is called in the names of the parameters, such as "F814W-2".
    """

    band: int
    exposure: int
    name: str

    @property
    def parameters(self) -> tuple[str, str]:
        """The names of the two parameters."""
        return f"x_offset-{self.name}", f"y_offset-{self.name}"


@dataclass(frozen=True)
class LensModel:
    """What is static under jit.

    Attributes:
        model: the scene, the free parameters and their priors, as a fit has them.
        bases: the light, each in the place of a light profile of the scene.
        supersampling: sub-pixels along a side of a pixel, at which light is computed.
        psf_factor: samples of the kernels along a side of a pixel, at which light is blurred; it divides
            `supersampling`.
        sky: whether each exposure has a level of its own besides the light.
        offsets: the exposures whose place on the sky is free.

    Raises:
        ValueError: if `psf_factor` does not divide `supersampling`.
    """

    model: Model
    bases: tuple[Basis, ...]
    supersampling: int
    psf_factor: int = 1
    sky: bool = True
    offsets: tuple[Offset, ...] = ()

    def __post_init__(self) -> None:
        if self.supersampling % self.psf_factor:
            raise ValueError(
                f"the PSF has {self.psf_factor} samples along a side of a pixel, and light is computed at "
                f"{self.supersampling}; give a supersampling that is a multiple of {self.psf_factor}"
            )

    def plane_of(self, basis: Basis) -> int:
        """The index of the plane of a basis."""
        prefix = basis.prefix
        planes = self.model.scene.planes
        return next(j for j, p in enumerate(planes) if any(light.prefix == prefix for light in p.light))

    @property
    def mass_names(self) -> tuple[str, ...]:
        """The names of the parameters that rays depend on."""
        masses = [mass for plane in self.model.scene.planes for mass in plane.mass]
        return tuple(f"{mass.prefix}-{name}" for mass in masses for name in mass.parameters)

    @property
    def moves_rays(self) -> np.ndarray:
        """The indices of the free parameters that rays depend on."""
        behind = any(self.plane_of(basis) for basis in self.bases)
        return self._moving(self.mass_names if behind else ())

    def moves_basis(self, basis: Basis) -> np.ndarray:
        """The indices of the free parameters that the functions of a basis depend on."""
        return self._moving([f"{basis.prefix}-{name}" for name in basis.parameters])

    def _moving(self, names: Collection[str]) -> np.ndarray:
        found = []
        for i, (name, _) in enumerate(self.model.free):
            tied = {tie.name for tie in dependent_ties(self.model.ties, {name})}
            if {name, *tied} & set(names):
                found.append(i)
        return np.array(found, np.int32)

    @property
    def positive(self) -> np.ndarray:
        """Which amplitudes of the bases are 0 or more, (count,)."""
        return np.concatenate([np.full(basis.count, basis.positive) for basis in self.bases])

    @property
    def signed(self) -> np.ndarray:
        """The indices of the amplitudes that may be negative."""
        return np.flatnonzero(~self.positive)

    def all_positive(self, exposures: int) -> np.ndarray:
        """Which amplitudes of a band, those of the bases and of the sky of its exposures, are 0 or more."""
        return np.concatenate([self.positive, np.zeros(exposures if self.sky else 0, bool)])

    @property
    def count(self) -> int:
        """The number of functions of all bases."""
        return sum(basis.count for basis in self.bases)


class LensData(NamedTuple):
    """The images of one lens: of each band all exposures, padded to squares of one size.

    Attributes:
        image: counts/s, (bands, exposures, n, n); any finite number where a pixel is not used.
        weight: 1 / sigma of each pixel, 0 where it is not used, of that shape.
        kernel: the PSF of each, of unit sum, (bands, exposures, k, k).
        grid: where the pixels are: xx, xy, yx, yy of the map from pixels to arcsec, and the centre of the
            image, (bands, exposures, 6).
    """

    image: Array
    weight: Array
    kernel: Array
    grid: Array


class Settings(NamedTuple):
    """Numbers of a descent that change nothing in the program.

    Attributes:
        active: 1 for a parameter that moves, 0 for one that is held, (k,).
        precision: the prior precision of each amplitude, (count,), or (bands, count).
    """

    active: Array
    precision: Array

    def holding(self, indices: Iterable[int]) -> Settings:
        """The same, but that the parameters with these indices do not move."""
        return self._with(indices, 0.0)

    def moving(self, indices: Iterable[int]) -> Settings:
        """The same, but that the parameters with these indices move."""
        return self._with(indices, 1.0)

    def _with(self, indices: Iterable[int], value: float) -> Settings:
        active = np.array(self.active)
        active[list(indices)] = value
        return self._replace(active=active)
