"""The entries of SPECIES: galaxies with their profiles, point sources, and sources of noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from jaxlens.config.model.haloes import Substructure
from jaxlens.config.model.quantities import Quantity
from jaxlens.config.model.transients import Transient
from jaxlens.kernels.halos import MassDefinition


@dataclass(frozen=True)
class ProfileArray:
    """A parameter of a profile that is an array.

    Attributes:
        source: the absolute path of its file, with the extension or dataset in brackets, or a digest of the
            list in the configuration.
        array: the numbers; images are (n, y, x), or (n, bands, y, x).
        columns: what is known of each image of a stack, by name, each (n,).
    """

    source: str
    array: np.ndarray = field(compare=False, repr=False)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class ImageChoice:
    """Which image of a stack a system gets, and what follows from it.

    Attributes:
        path: the path of the profile in the file.
        nearest: (column, name) pairs: the image is the one whose columns are nearest to the parameters of
            these names; empty where `image_index` is drawn.
        among: from how many of the nearest images one is drawn.
        weighted: whether an image is drawn in proportion to a weight.
        scale: where `scale` is that of the image: `angular` keeps its angles, and `physical` its lengths at
            the redshift of the plane; "" where the file gives it.
        arrays: `columns` (n, d), those of `nearest`; `deviation` (d,), their standard deviations, or 1 for a
            constant column; `cumulative` (n,), the cumulative weights, which end at 1; `pixel_scale` (n,),
            arcsec; `redshift` (n,).  Those that are used.
    """

    path: str
    nearest: tuple[tuple[str, str], ...] = ()
    among: int = 1
    weighted: bool = False
    scale: Literal["", "angular", "physical"] = ""
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def chooses(self) -> bool:
        """Whether `image_index` follows from the columns."""
        return bool(self.nearest) or self.weighted


@dataclass(frozen=True)
class Profile:
    """One LIGHT_PROFILE_n, MASS_PROFILE_n or SHEAR_PROFILE_n, with the defaults filled in.

    Attributes:
        label: its key in the file, for example `MASS_PROFILE_1`.
        name: its name in the light or mass registry of `jaxlens.kernels`.
        parameters: (name, quantity) pairs.  A light profile's parameters include `magnitude`, or `amp` where
            the profile has no finite flux; a mass profile's are physical parameters, such as `sigma_v`
            instead of `theta_E`, where the file gives them (see `jaxlens.config.physical`).  The entries
            of a list are `sigma_0`, `sigma_1` and so on.
            `image_index` chooses among the images of a stack.
        integers: the parameters that are whole numbers, and the same for all systems.
        tables: the parameters that are arrays, and the same for all systems.
        mass_definition: how the mass of a halo is defined, where the file gives its mass.
        choice: how an image of a stack is chosen, where that or its scale follows from its columns.
    """

    label: str
    name: str
    parameters: tuple[tuple[str, Quantity], ...]
    integers: tuple[tuple[str, int], ...] = ()
    tables: tuple[tuple[str, ProfileArray], ...] = ()
    mass_definition: MassDefinition = "200c"
    choice: ImageChoice | None = None


@dataclass(frozen=True)
class Special:
    """One call of a function of SPECIAL.

    Attributes:
        name: the name of the function, for example `brighten_everything`.
        argument: the text that it gets from the file, for example `LIGHT_PROFILE_1-2.5`.
        function: the function itself (see `jaxlens.special`).
    """

    name: str
    argument: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Galaxy:
    """One GALAXY_n of SPECIES."""

    label: str
    name: str
    light: tuple[Profile, ...]
    mass: tuple[Profile, ...]
    shear: tuple[Profile, ...]
    special: tuple[Special, ...] = ()
    substructure: Substructure | None = None


@dataclass(frozen=True)
class PointSource:
    """One POINTSOURCE_n of SPECIES.

    Attributes:
        label: its key in the file, for example `POINTSOURCE_1`.
        name: its NAME.
        host: the NAME of the galaxy that it belongs to, or None for an unlensed star in the foreground.
        magnitude: its magnitude.
        sep: the distance from the host's centre, in `sep_unit`, or None where the file gives none.
        sep_unit: arcsec or kpc.
        angle: the direction from the host's centre, in radians from x towards y, or None where the file
            gives none.
        special: the calls of its SPECIAL.
        model: its MODEL, or None; used where a TIMESERIES names it.
        place: `ra_image` and `dec_image` of a star in the foreground, arcsec from the centre of the image;
            empty where it may be anywhere in the image.
    """

    label: str
    name: str
    host: str | None
    magnitude: Quantity
    sep: Quantity | None = None
    sep_unit: Literal["arcsec", "kpc"] = "arcsec"
    angle: Quantity | None = None
    special: tuple[Special, ...] = ()
    model: Transient | None = None
    place: tuple[tuple[str, Quantity], ...] = ()


@dataclass(frozen=True)
class NoiseSource:
    """One NOISE_n of SPECIES; `name` is the kind of noise."""

    label: str
    name: Literal["POISSON_NOISE"]
    parameters: tuple[tuple[str, Quantity], ...]
