"""Dark haloes that are drawn: SUBSTRUCTURE of a galaxy, and LINE_OF_SIGHT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from jaxlens.config.model.quantities import Quantity
from jaxlens.kernels.halos import MassDefinition

# What haloes can be; NFW, TNFW and PJAFFE as lenstronomy's, POINT_MASS for black holes.
HaloProfile = Literal["TNFW", "NFW", "PJAFFE", "POINT_MASS"]
# How the concentration of a halo follows from its mass and redshift.
Concentration = Literal["diemer_joyce", "power_law"]
# Where subhaloes are: uniform in a disc, or as an NFW halo with a core, in projection.
Positions = Literal["uniform", "cored_nfw"]
# What a halo is in `params`, each an array (haloes,) of a system, and in the file of haloes.  `z` of
# subhaloes is the redshift of their plane, and is only in the file.  `r_trunc` is in arcsec, `mass` in solar
# masses.
HALO_ARRAYS = ("x", "y", "z", "mass", "concentration", "r_trunc")
# The prefix of the parameters of haloes along the line of sight.
LINE_OF_SIGHT = "LINE_OF_SIGHT"


@dataclass(frozen=True)
class HaloList:
    """Haloes from a file in place of drawn ones.

    Attributes:
        source: the absolute path of the file.
        arrays: x, y, mass, along the line of sight z, and those of concentration and r_trunc that the file
            has, each (lists, haloes), padded with zeros; `number` (lists,), how many each list has; and,
            where sheets are used, `kappa_sheet` (lists, planes), the convergence that the sheet of each plane
            of haloes takes out.
    """

    source: str
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Haloes:
    """What SUBSTRUCTURE and LINE_OF_SIGHT share.

    Attributes:
        path: its path in the file.
        profile: what each halo is.
        concentration: how concentrations follow from masses.
        mass_definition: how the mass of a halo is defined.
        parameters: (name, quantity) pairs, with the defaults filled in.
        bound: the largest number of haloes for which a compiled program has room; MAX_HALOES, or computed for
            each configuration (`jaxlens.config.haloes.bounds`).
        mean: the largest mean number of haloes of a system; 0 where none is known.
        haloes: the lists of a file, of which each system gets one; None where haloes are drawn.
    """

    path: str
    profile: HaloProfile
    concentration: Concentration
    mass_definition: MassDefinition
    parameters: tuple[tuple[str, Quantity], ...] = ()
    bound: int = 0
    mean: float = field(default=0.0, compare=False)
    haloes: HaloList | None = None


@dataclass(frozen=True)
class Substructure(Haloes):
    """SUBSTRUCTURE of a galaxy.

    Attributes:
        positions: how subhaloes are distributed in projection.
    """

    positions: Positions = "uniform"


@dataclass(frozen=True)
class LineOfSight(Haloes):
    """LINE_OF_SIGHT of a configuration.

    Attributes:
        dz: the largest spacing in redshift of the planes of haloes.
        planes: how many planes of haloes there are in front of each plane of the configuration, behind the
            one in front of it.
        window: the largest number of haloes in one of these planes for which a compiled program has room.
        two_halo: whether haloes cluster about the planes that have mass.
        sheets: whether negative sheets take out the mean convergence.
    """

    dz: float = 0.02
    planes: tuple[int, ...] = ()
    window: int = 1
    two_halo: bool = True
    sheets: bool = True
