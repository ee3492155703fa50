"""The haloes along the line of sight of one system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.haloes.names import KAPPA_SHEET, NUMBER, halo_arrays
from jaxlens.config.model import LineOfSight
from jaxlens.kernels.cosmology import arcsec_per_kpc_proper, expansion_rate
from jaxlens.kernels.halos.counts import poisson_quantile
from jaxlens.kernels.halos.field_haloes import FieldPlanes, field_haloes, field_planes
from jaxlens.kernels.halos.sheets import mean_convergences
from jaxlens.kernels.halos.truncation import truncation_by_overdensity
from jaxlens.kernels.types import Params
from jaxlens.sampling.haloes import (
    HaloDraws,
    HaloRandoms,
    halo_randoms,
    listed,
    number_uniform,
    shown_alone,
)
from jaxlens.sampling.subhaloes import concentrations

# The numbers of LINE_OF_SIGHT on which the planes of haloes and their mass functions depend.
_OF_PLANES = (
    "cone_radius",
    "cone_end",
    "M_min",
    "M_max",
    "normalization",
    "slope_change",
    "half_mode_mass",
    "turnover_a",
    "turnover_b",
    "turnover_c",
)


class Sight(NamedTuple):
    """What haloes along the line of sight know of the planes of a system.

    Attributes:
        redshifts: those of the planes of the configuration, nearest first, (planes,).
        lens: that of the lens, (); of the last plane where there is no lens.
    """

    redshifts: jax.Array
    lens: jax.Array


def line_of_sight(
    draws: HaloDraws,
    values: Params,
    sight: Sight,
    cosmology: Mapping[str, jax.Array],
    arrays: Params,
    key: jax.Array,
    index: jax.Array,
) -> dict[str, jax.Array]:
    """The haloes between the planes of one system, each at the redshift of a plane of haloes.

    Args:
        draws: the haloes.
        values: every other value of the system by name.
        sight: the planes.
        cosmology: the parameters of the cosmology, by astropy's names.
        arrays: the arrays of lists of haloes, by path in the file.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).

    Returns:
        NUMBER, the arrays and `kappa_sheet` by name.
    """
    haloes, own = draws.haloes, draws.own(values)
    assert isinstance(haloes, LineOfSight)
    randoms = halo_randoms(key, draws.prefix, haloes.bound)
    if draws.lists:
        found = listed(draws, arrays, index)
        if not (haloes.sheets and KAPPA_SHEET in found):
            found[KAPPA_SHEET] = jnp.zeros((sum(haloes.planes),), jnp.result_type(float))
    else:
        planes = planes_of(haloes, own, sight, cosmology)
        found = _drawn(haloes, own, planes, randoms, cosmology)
        found[NUMBER] = poisson_quantile(number_uniform(key, draws.prefix), jnp.sum(planes.number))
        found[KAPPA_SHEET] = _sheets(haloes, own, planes, sight, cosmology)
    wanted = halo_arrays(haloes)
    if "concentration" in wanted and "concentration" not in found:
        found["concentration"] = concentrations(haloes, own, found["mass"], found["z"], randoms.scatter)
    if "r_trunc" in wanted and "r_trunc" not in found:
        found["r_trunc"] = jnp.cbrt(found["mass"]) * _truncation_sizes(own, found["z"], cosmology)
    return shown_alone(draws, found)


def planes_of(
    haloes: LineOfSight, own: Mapping[str, jax.Array], sight: Sight, cosmology: Mapping[str, jax.Array]
) -> FieldPlanes:
    """The planes of haloes of a system, with their mean numbers and mass functions.

    Args:
        haloes: what they are.
        own: the numbers of LINE_OF_SIGHT by name.
        sight: the planes of the configuration.
        cosmology: the parameters of the cosmology, by astropy's names.
    """
    numbers = {name: own[name] for name in _OF_PLANES}
    host = own["M_host"] if haloes.two_halo else None
    return field_planes(sight.redshifts, haloes.planes, sight.lens, M_host=host, **numbers, **cosmology)


def _drawn(
    haloes: LineOfSight,
    own: Mapping[str, jax.Array],
    planes: FieldPlanes,
    randoms: HaloRandoms,
    cosmology: Mapping[str, jax.Array],
) -> dict[str, jax.Array]:
    """The masses of haloes, where they are and end (arcsec), and the redshift of their plane."""
    uniform = randoms.depth, randoms.mass, randoms.radius, randoms.direction
    drawn = field_haloes(planes, *uniform)
    found = {"mass": drawn.mass, "x": drawn.x, "y": drawn.y, "z": drawn.z}
    if "r_trunc" in halo_arrays(haloes):
        # a distance to each plane, and not to each halo
        size = _truncation_sizes(own, planes.slabs.z, cosmology)
        found["r_trunc"] = jnp.cbrt(drawn.mass) * size[drawn.plane]
    return found


def _truncation_sizes(
    own: Mapping[str, jax.Array], z: jax.Array, cosmology: Mapping[str, jax.Array]
) -> jax.Array:
    """Where a halo of one solar mass at redshift z ends, arcsec; it grows with the cube root of the mass."""
    rate = {"H0": cosmology["H0"], "E": expansion_rate(z, **cosmology)}
    radius = truncation_by_overdensity(1.0, truncation_overdensity=own["truncation_overdensity"], **rate)
    return radius * arcsec_per_kpc_proper(z, **cosmology)


def _sheets(
    haloes: LineOfSight,
    own: Mapping[str, jax.Array],
    planes: FieldPlanes,
    sight: Sight,
    cosmology: Mapping[str, jax.Array],
) -> jax.Array:
    """The mean convergence of each plane of haloes, (planes,); zero without SHEETS."""
    if not haloes.sheets:
        return jnp.zeros_like(planes.slabs.z)
    mass, z = jnp.broadcast_arrays(planes.mass_grid, planes.z_grid)
    wanted, nothing = halo_arrays(haloes), jnp.zeros_like(mass)
    median, scatter, truncation = nothing, jnp.zeros(()), nothing
    if "concentration" in wanted:
        median = concentrations(haloes, own, mass, z, jnp.zeros_like(mass))
        scatter = own["concentration_scatter"]
    if "r_trunc" in wanted:
        truncation = jnp.cbrt(mass) * _truncation_sizes(own, planes.z_grid, cosmology)
    return mean_convergences(
        planes,
        haloes.profile,
        sight.redshifts[-1],
        concentration=median,
        concentration_scatter=scatter,
        r_trunc=truncation,
        definition=haloes.mass_definition,
        **cosmology,
    )
