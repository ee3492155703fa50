"""The subhaloes of an object of one system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.haloes.names import NUMBER, halo_arrays
from jaxlens.config.model import Haloes, Substructure
from jaxlens.kernels.cosmology import arcsec_per_kpc_proper
from jaxlens.kernels.halos import enclosed_density
from jaxlens.kernels.halos.concentrations import (
    diemer_joyce,
    power_law_concentration,
    scattered_concentration,
    warm_suppression,
)
from jaxlens.kernels.halos.counts import poisson_quantile
from jaxlens.kernels.halos.normalization import number_from_f_sub, number_from_Sigma_sub
from jaxlens.kernels.halos.positions import (
    CORE_OF_SCALE,
    cored_nfw_positions,
    cored_nfw_share,
    host_radii,
    uniform_positions,
    uniform_share,
)
from jaxlens.kernels.halos.power_law_masses import mass_integral, masses, number_integral
from jaxlens.kernels.halos.truncation import truncation_by_position
from jaxlens.kernels.types import Params
from jaxlens.sampling.haloes import (
    HaloDraws,
    HaloRandoms,
    halo_randoms,
    listed,
    number_uniform,
    shown_alone,
)

# The numbers of the mass function, but for its pivot, on which only the number of haloes depends.
_MASSES = ("M_min", "M_max", "slope", "half_mode_mass", "turnover_a", "turnover_b", "turnover_c")
# Those of the truncation radius.
_TRUNCATION = ("truncation_norm", "truncation_mass_slope", "truncation_radius_slope")
# Those of a power law of concentrations.
_POWER_LAW = ("concentration_norm", "concentration_slope", "concentration_redshift_slope")


class Host(NamedTuple):
    """The object that has subhaloes, each ().

    Attributes:
        z: its redshift.
        x: the centre of its mass, arcsec.
        y: the other coordinate.
        mass: its projected mass within `f_sub_radius` (solar masses); None where that is not asked for.
    """

    z: jax.Array
    x: jax.Array
    y: jax.Array
    mass: jax.Array | None


class Space(NamedTuple):
    """Lengths in the plane of a host, each ().

    Attributes:
        kpc: the length of an arcsec (proper kpc).
        host: how far the host reaches, its scale radius and that of its core (proper kpc), by the names of
            `kernels.halos.positions`.
    """

    kpc: jax.Array
    host: dict[str, jax.Array]


def subhaloes(
    draws: HaloDraws,
    values: Params,
    host: Host,
    cosmology: Mapping[str, jax.Array],
    arrays: Params,
    key: jax.Array,
    index: jax.Array,
) -> dict[str, jax.Array]:
    """The subhaloes of an object.

    Args:
        draws: the haloes.
        values: every other value of the system by name.
        host: the object.
        cosmology: the parameters of the cosmology, by astropy's names.
        arrays: the arrays of lists of haloes, by path in the file.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).

    Returns:
        NUMBER and the arrays by name.
    """
    haloes, own = draws.haloes, draws.own(values)
    assert isinstance(haloes, Substructure)
    randoms, wanted = halo_randoms(key, draws.prefix, haloes.bound), halo_arrays(haloes)
    found = listed(draws, arrays, index) if draws.lists else {}
    if not draws.lists or ("r_trunc" in wanted and "r_trunc" not in found):
        space = space_of(haloes, own, host, cosmology)
        if not draws.lists:
            found = _masses_and_places(haloes, own, host, space, randoms)
            mean = mean_number(haloes, own, host, space)
            found[NUMBER] = poisson_quantile(number_uniform(key, draws.prefix), mean)
        if "r_trunc" in wanted:
            found["r_trunc"] = _truncations(own, found, host, space, randoms)
    if "concentration" in wanted and "concentration" not in found:
        found["concentration"] = concentrations(haloes, own, found["mass"], host.z, randoms.scatter)
    return shown_alone(draws, found)


def mean_number(haloes: Substructure, own: Mapping[str, jax.Array], host: Host, space: Space) -> jax.Array:
    """The mean number of subhaloes in the disc in which they are drawn, ().

    Args:
        haloes: what they are.
        own: the numbers of SUBSTRUCTURE by name.
        host: the object.
        space: lengths in its plane.
    """
    shape = shape_of_masses(own)
    number = number_integral(**shape)
    radius = own["radius"] * space.kpc
    if "Sigma_sub" in own:
        size = {"M_host": own["M_host"], "z": host.z, "radius": radius}
        return number_from_Sigma_sub(own["Sigma_sub"], number=number, **size)
    assert host.mass is not None, "the caller gives the mass where f_sub is given"
    share = share_within(haloes, own["f_sub_radius"] * space.kpc, radius, space)
    mass = mass_integral(**shape)
    return number_from_f_sub(own["f_sub"], number=number, mass=mass, projected_mass=host.mass, share=share)


def shape_of_masses(own: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
    """The numbers of SUBSTRUCTURE on which integrals of the mass function depend."""
    return _of(own, (*_MASSES, "M_pivot"))


def share_within(haloes: Substructure, within: jax.Array, radius: jax.Array, space: Space) -> jax.Array:
    """The share of the subhaloes that are within a circle, ().

    Args:
        haloes: what they are.
        within: the radius of the circle (proper kpc).
        radius: that of the disc in which they are drawn (proper kpc).
        space: lengths in the plane of the host.
    """
    if haloes.positions == "uniform":
        return uniform_share(within, radius)
    return cored_nfw_share(within, radius=radius, **space.host)


def space_of(
    haloes: Haloes, own: Mapping[str, jax.Array], host: Host, cosmology: Mapping[str, jax.Array]
) -> Space:
    """Lengths in the plane of a host: an NFW halo of the mass M_host and its median concentration.

    Args:
        haloes: what its subhaloes are.
        own: the numbers of SUBSTRUCTURE by name.
        host: the object.
        cosmology: the parameters of the cosmology, by astropy's names.
    """
    density = enclosed_density(haloes.mass_definition, host.z, **cosmology)
    mass = own["M_host"]
    radius, scale = host_radii(mass, diemer_joyce(mass, host.z, haloes.mass_definition), density)
    core = own.get("core_radius", CORE_OF_SCALE * scale)
    lengths = {"host_radius": radius, "host_scale": scale, "core_radius": core}
    return Space(1.0 / arcsec_per_kpc_proper(host.z, **cosmology), lengths)


def _masses_and_places(
    haloes: Substructure, own: Mapping[str, jax.Array], host: Host, space: Space, randoms: HaloRandoms
) -> dict[str, jax.Array]:
    """The masses of subhaloes, where they are (arcsec), and how far from the centre in space (kpc)."""
    place = uniform_positions if haloes.positions == "uniform" else cored_nfw_positions
    at = (randoms.radius, randoms.direction, randoms.depth)
    places = place(*at, radius=own["radius"] * space.kpc, **space.host)
    return {
        "mass": masses(randoms.mass, **_of(own, _MASSES)),
        "x": host.x + places.x / space.kpc,
        "y": host.y + places.y / space.kpc,
        "r3d": places.r3d,
    }


def _truncations(
    own: Mapping[str, jax.Array], found: Params, host: Host, space: Space, randoms: HaloRandoms
) -> jax.Array:
    """Where subhaloes end, arcsec; those of a list are known on the sky, and are drawn in depth."""
    distance = found.get("r3d")
    if distance is None:
        away = jnp.hypot(found["x"] - host.x, found["y"] - host.y) * space.kpc
        on_edge = jnp.ones_like(away), randoms.direction, randoms.depth
        distance = uniform_positions(*on_edge, radius=away, **space.host).r3d
    return truncation_by_position(found["mass"], distance, **_of(own, _TRUNCATION)) / space.kpc


def concentrations(
    haloes: Haloes, own: Mapping[str, jax.Array], mass: jax.Array, z: jax.Array, normal: jax.Array
) -> jax.Array:
    """The concentrations of haloes: their median, scatter, and what warm dark matter takes off.

    Args:
        haloes: what they are.
        own: the numbers of SUBSTRUCTURE or LINE_OF_SIGHT by name.
        mass: solar masses, any shape.
        z: redshift, of that shape or ().
        normal: standard normal numbers; 0 for the median.

    Returns:
        Of the shape of `mass`.
    """
    if haloes.concentration == "diemer_joyce":
        median = diemer_joyce(mass, z, haloes.mass_definition)
    else:
        median = power_law_concentration(mass, z, **_of(own, _POWER_LAW))
    warm = warm_suppression(mass, own["half_mode_mass"])
    return scattered_concentration(median, normal, own["concentration_scatter"], warm)


def _of(own: Mapping[str, jax.Array], names: tuple[str, ...]) -> dict[str, jax.Array]:
    """Some of the numbers, by name."""
    return {name: own[name] for name in names}
