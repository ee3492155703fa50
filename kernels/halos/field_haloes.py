"""Haloes along the line of sight: mean numbers by plane, and haloes from uniform numbers.

A system has a Poisson number of haloes of the mean `FieldPlanes.number.sum()`.  Each halo belongs to a plane
with the probability number / number.sum(), has a mass of the plane's mass function, and is anywhere in the
plane's disc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.cone import Slabs, slabs
from jaxlens.kernels.halos.field_masses import MassTable, mass_at, mass_nodes, mass_table
from jaxlens.kernels.halos.power_law_masses import log_turnover
from jaxlens.kernels.halos.sheth_tormen import ln_number_density
from jaxlens.kernels.halos.two_halo import clustering
from jaxlens.kernels.types import Real


class FieldPlanes(NamedTuple):
    """The planes of haloes of one system.

    Attributes:
        slabs: redshift, angular radius and volume of each plane.
        masses: the mass function at each plane, in a comoving Mpc^3.
        volume: the comoving volume of each plane with that mean number (Mpc^3), (planes,): that of its slab
            times the normalisation and the clustering about the lens.
    """

    slabs: Slabs
    masses: MassTable
    volume: jax.Array

    @property
    def number(self) -> jax.Array:
        """The mean number of haloes in each plane, (planes,)."""
        return self.volume * self.masses.above[:, 0]

    @property
    def mass_grid(self) -> jax.Array:
        """The masses at which a mean over haloes is computed (solar masses), (1, masses)."""
        return jnp.exp(self.masses.ln_mass[::2])[None, :]

    @property
    def z_grid(self) -> jax.Array:
        """The redshifts of the planes, (planes, 1)."""
        return self.slabs.z[:, None]


class FieldHaloes(NamedTuple):
    """Haloes of one system, each array (haloes,).

    Attributes:
        x: angular position in their plane about the line of sight (arcsec).
        y: the other coordinate.
        z: redshift, that of their plane.
        mass: solar masses.
        plane: the number of the plane, from 0.
    """

    x: jax.Array
    y: jax.Array
    z: jax.Array
    mass: jax.Array
    plane: jax.Array


def field_planes(
    redshifts: Real,
    counts: Sequence[int],
    z_lens: Real,
    *,
    cone_radius: Real,
    cone_end: Real = 0.05,
    M_min: Real,
    M_max: Real,
    normalization: Real = 1.0,
    slope_change: Real = 0.0,
    half_mode_mass: Real = 0.0,
    turnover_a: Real = 2.3,
    turnover_b: Real = 0.8,
    turnover_c: Real = -1.0,
    M_host: Real | None = None,
    **cosmology: Real,
) -> FieldPlanes:
    """The planes of haloes of one system, with their mass functions.

    Args:
        redshifts: those of the planes of the scene, increasing, (segments,).
        counts: how many planes of haloes are in front of each; static, (segments,).
        z_lens: redshift of the main lens, where the cone begins to close and about which haloes cluster; the
            last redshift in a scene without a lens.
        cone_radius: angular radius of the cone in front of the lens (arcsec).
        cone_end: its radius at the last redshift, over that.
        M_min: the least mass of a halo (solar masses).
        M_max: the largest.
        normalization: a factor of the mass function; pyHalo's LOS_normalization.
        slope_change: the exponent of a factor (M / 1e8)^s; pyHalo's delta_power_law_index.
        half_mode_mass: M_hm of warm dark matter (solar masses); 0 of cold dark matter.
        turnover_a: a of the factor [1 + (a M_hm / M)^b]^c of Lovell (2020, ApJ 897, 147).
        turnover_b: its b.
        turnover_c: its c.
        M_host: mass of the lens's halo (solar masses), about which haloes cluster; None without the two-halo
            term.
        **cosmology: as in `jaxlens.kernels.cosmology`.

    Returns:
        The planes.
    """
    cone = slabs(redshifts, counts, z_lens, cone_radius=cone_radius, cone_end=cone_end, **cosmology)
    volume = normalization * cone.volume
    if M_host is not None:
        volume = volume * (1.0 + clustering(cone.near, cone.far, z_lens, M_host, **cosmology))
    nodes = mass_nodes(M_min, M_max)
    masses = jnp.exp(nodes)[None, :]
    density = ln_number_density(masses, cone.z[:, None], slope_change=slope_change, **cosmology)
    warm = log_turnover(turnover_a * half_mode_mass / masses, turnover_b, turnover_c)
    return FieldPlanes(cone, mass_table(nodes, density + warm), volume)


def field_haloes(
    planes: FieldPlanes, which: jax.Array, rank: jax.Array, area: jax.Array, angle: jax.Array
) -> FieldHaloes:
    """Haloes from four uniform numbers between 0 and 1 each.

    Args:
        planes: the planes of the system.
        which: chooses the plane, (haloes,).
        rank: chooses the mass; small numbers give large masses.
        area: the share of the disc's area inside the halo.
        angle: the direction from the centre of the disc, over 2 pi.

    Returns:
        The haloes.
    """
    sums = jnp.cumsum(planes.number)
    plane = jnp.searchsorted(sums[:-1], which * sums[-1], side="right", method="scan_unrolled")
    r, phi = planes.slabs.radius[plane] * jnp.sqrt(area), 2.0 * jnp.pi * angle
    mass = mass_at(planes.masses, plane, rank)
    return FieldHaloes(r * jnp.cos(phi), r * jnp.sin(phi), planes.slabs.z[plane], mass, plane)
