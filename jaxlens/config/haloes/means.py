"""The largest mean number of haloes that a system of a configuration can have.

It is the largest of those at the corners of the values that the numbers of the file can have, which are
computed with the kernels that draw haloes.  So it is an estimate where the mean is larger in between; a batch
with more haloes than there is room for is made again with more room.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import jax
import numpy as np

from jaxlens.config.haloes.corners import Values, at_corners
from jaxlens.config.haloes.host_mass import largest_host_mass
from jaxlens.config.haloes.parameters import F_SUB, F_SUB_RADIUS, SIGMA_SUB
from jaxlens.config.haloes.supports import Ends, Supports
from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.model import LINE_OF_SIGHT, Configuration, Galaxy, LineOfSight, Substructure
from jaxlens.config.naming import redshift_name
from jaxlens.kernels.cosmology import arcsec_per_kpc_proper
from jaxlens.kernels.halos.field_haloes import field_planes
from jaxlens.kernels.halos.normalization import number_from_f_sub, number_from_Sigma_sub
from jaxlens.kernels.halos.positions import uniform_share
from jaxlens.kernels.halos.power_law_masses import mass_integral, number_integral

# The numbers of the mass function of subhaloes.
_MASSES = ("M_min", "M_max", "slope", "M_pivot", "half_mode_mass", "turnover_a", "turnover_b", "turnover_c")
# Those of haloes along the line of sight.
_PLANES = (
    *("cone_radius", "cone_end", "M_min", "M_max", "normalization", "slope_change"),
    *("half_mode_mass", "turnover_a", "turnover_b", "turnover_c"),
)
# Without these there are no haloes.
FACTORS = (F_SUB, SIGMA_SUB, "normalization")
# Planes nearer than this in redshift are as if they were as far.
SMALLEST_GAP = 0.05
# Slabs in front of each plane of a configuration, from which the numbers of planes of haloes follow.
SLABS = 64


class Mean(NamedTuple):
    """The largest mean number of haloes: infinite where there is none, NaN where a number is a placeholder.

    Attributes:
        number: that of a system.
        in_plane: that of one plane of haloes.
    """

    number: float
    in_plane: float = math.inf


# That of haloes of which a number is missing or illegal.
UNREAD = Mean(math.nan)


def mean_of_subhaloes(
    prefix: str, haloes: Substructure, configuration: Configuration, supports: Supports
) -> Mean:
    """The largest mean number of the subhaloes of an object.

    Args:
        prefix: the prefix of their parameters, such as `PLANE_1-OBJECT_1-SUBSTRUCTURE`.
        haloes: what they are; drawn.
        configuration: the configuration.
        supports: the values that its numbers can have.
    """
    host = prefix.rpartition("-")[0]
    label, _, own = host.partition("-")
    plane = next(one for one in configuration.planes if one.label == label)
    given = [name for name, _ in haloes.parameters]
    ends = {name: supports.of(f"{prefix}-{name}") for name in (*_MASSES, "M_host", "radius")}
    if SIGMA_SUB in given:
        ends |= {SIGMA_SUB: supports.of(f"{prefix}-{SIGMA_SUB}"), "z": supports.of(redshift_name(plane))}
        ends |= supports.cosmology()
        return _mean(ends, lambda: at_corners(_by_Sigma_sub, ends))
    if F_SUB not in given:
        return UNREAD
    ends[F_SUB] = supports.of(f"{prefix}-{F_SUB}")
    radii = supports.of(f"{prefix}-{F_SUB_RADIUS}")
    species = dict(plane.objects)[own]
    assert isinstance(species, Galaxy), "only galaxies have SUBSTRUCTURE"

    def numbers() -> np.ndarray:
        found = []
        for one in {*radii}:
            mass = largest_host_mass(host, species, one, configuration, supports)
            found.append(mass * at_corners(partial(_by_f_sub, within=one), ends, falling=("M_max",)))
        return np.concatenate(found)

    return _mean({**ends, F_SUB_RADIUS: radii}, numbers)


def mean_of_field_haloes(haloes: LineOfSight, configuration: Configuration, supports: Supports) -> Mean:
    """The largest mean number of haloes along the line of sight.

    Args:
        haloes: what they are, with their planes.
        configuration: the configuration.
        supports: the values that its numbers can have.
    """
    names = (*_PLANES, "M_host") if haloes.two_halo else _PLANES
    ends = {name: supports.of(f"{LINE_OF_SIGHT}-{name}") for name in names} | supports.cosmology()
    labels = [redshift_name(plane) for plane in configuration.planes]
    ends |= {name: supports.of(name) for name in labels}

    def numbers(values: Values) -> np.ndarray:
        redshifts = _in_order(np.array([values.pop(name) for name in labels]))
        thin = _by_slab(values, redshifts, redshifts[lens_plane(configuration)])
        return _by_plane(np.asarray(thin, np.float64).reshape(-1, SLABS), haloes.planes)

    return _mean(ends, lambda: at_corners(numbers, ends))


def _mean(ends: Mapping[str, Ends], numbers: Callable[[], np.ndarray]) -> Mean:
    """The largest of the mean numbers (corners,) or (corners, planes), where all ends are known."""
    every = [end for pair in ends.values() for end in pair]
    if any(map(math.isnan, every)):
        return UNREAD
    if any(ends[name][1] == 0.0 for name in FACTORS if name in ends):
        return Mean(0.0, 0.0)
    if not all(map(math.isfinite, every)):
        return Mean(math.inf)
    found = numbers()
    if not np.all(found >= 0.0):
        # an illegal number, as a mass below 0
        return UNREAD
    if not np.all(np.isfinite(found)):
        return Mean(math.inf)
    total = found.sum(axis=-1) if found.ndim > 1 else found
    return Mean(float(total.max()), float(found.max()))


def _in_order(redshifts: np.ndarray) -> np.ndarray:
    """Redshifts (planes,) of which each is behind the one in front, as they are drawn."""
    steps = SMALLEST_GAP * np.arange(redshifts.shape[-1])
    return np.maximum.accumulate(np.maximum(redshifts, SMALLEST_GAP) - steps) + steps


def lens_plane(configuration: Configuration) -> int:
    """The index of the first plane with mass, behind which the cone of haloes closes, or of the last one."""
    heavy = (
        j
        for j, plane in enumerate(configuration.planes[:-1])
        if any(isinstance(one, Galaxy) and (one.mass or one.shear) for _, one in plane.members)
    )
    return next(heavy, len(configuration.planes) - 1)


@jax.jit
def _by_f_sub(values: Mapping[str, jax.Array], within: float) -> jax.Array:
    """The mean number for a unit of projected mass within a radius (arcsec), ().

    The share of haloes there is at least that of a uniform distribution.
    """
    shape = {name: values[name] for name in _MASSES}
    share = uniform_share(within, values["radius"])
    numbers = {"number": number_integral(**shape), "mass": mass_integral(**shape)}
    return number_from_f_sub(values[F_SUB], projected_mass=1.0, share=share, **numbers)


@jax.jit
def _by_Sigma_sub(values: Mapping[str, jax.Array]) -> jax.Array:
    """The mean number, ()."""
    cosmology = {name: values[name] for name in COSMOLOGY if name in values}
    size = values["radius"] / arcsec_per_kpc_proper(values["z"], **cosmology)
    number = number_integral(**{name: values[name] for name in _MASSES})
    host = {"M_host": values["M_host"], "z": values["z"], "radius": size}
    return number_from_Sigma_sub(values[SIGMA_SUB], number=number, **host)


@jax.jit
def _by_slab(values: Mapping[str, jax.Array], redshifts: jax.Array, lens: jax.Array) -> jax.Array:
    """The mean numbers in slabs, `SLABS` in front of each plane, (slabs,)."""
    return field_planes(redshifts, (SLABS,) * redshifts.shape[0], lens, **values).number


def _by_plane(slabs: np.ndarray, counts: tuple[int, ...]) -> np.ndarray:
    """The mean numbers in planes of haloes, (planes,), from those in slabs (segments, slabs)."""
    found = []
    for own, count in zip(slabs, counts, strict=True):
        sums = np.concatenate([[0.0], np.cumsum(own)])
        edges = np.linspace(0.0, len(own), count + 1)
        found.append(np.diff(np.interp(edges, np.arange(len(own) + 1), sums)))
    return np.concatenate(found)
