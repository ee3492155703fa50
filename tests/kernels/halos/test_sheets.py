"""The mean convergence of planes: the mass of all haloes, and a Monte Carlo of the lens's profiles."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.cosmology import ARCSEC, distances_between, expansion_rate
from jaxlens.kernels.halos import (
    FieldPlanes,
    critical_surface_density,
    enclosed_density,
    field_haloes,
    field_planes,
    mean_convergences,
    truncation_by_overdensity,
)
from jaxlens.kernels.halos.profile_angles import profile_angles
from jaxlens.kernels.halos.round_profiles import round_profile

OWN = {"H0": 67.5, "Om0": 0.309}
ENDS, COUNTS, Z_SOURCE = (0.5, 2.0), (3, 5), 2.0
# The concentration of all haloes, and its scatter (dex).
CONCENTRATION, SCATTER = 12.0, 0.15


def planes() -> FieldPlanes:
    """Haloes of 1e7 to 1e10 solar masses."""
    given = {"cone_radius": 3.0, "M_min": 1e7, "M_max": 1e10, "M_host": 1e13, **OWN}
    return field_planes(jnp.array(ENDS), COUNTS, 0.5, **given)


def truncation(mass, z, D) -> jax.Array:
    """r_50 (arcsec) at the distance D (Mpc)."""
    E = expansion_rate(z, **OWN)
    return truncation_by_overdensity(mass, truncation_overdensity=50.0, H0=67.5, E=E) * 1e-3 / (D * ARCSEC)


def sheets(own: FieldPlanes, profile: str) -> jax.Array:
    """The mean convergence of each plane."""
    D = (own.slabs.distance / (1.0 + own.slabs.z))[:, None]
    r_trunc = truncation(own.mass_grid, own.z_grid, D)
    return mean_convergences(
        own,
        profile,
        Z_SOURCE,
        concentration=jnp.full_like(r_trunc, CONCENTRATION),
        concentration_scatter=SCATTER,
        r_trunc=r_trunc,
        **OWN,
    )


@jax.jit
def of_points() -> tuple[FieldPlanes, jax.Array, jax.Array]:
    own = planes()
    z, T = own.slabs.z, own.slabs.distance
    gap = distances_between(jnp.concatenate([z, jnp.array([Z_SOURCE])]), **OWN)
    T_source = T + gap[:-1, -1]
    return own, sheets(own, "POINT_MASS"), critical_surface_density(z, T, T_source, gap[:-1, -1])


def test_the_sheet_of_point_masses_is_their_mass_over_the_area():
    own, kappa, sigma_crit = of_points()
    ln_mass = np.asarray(own.masses.ln_mass, float)
    density = np.exp(np.asarray(own.masses.ln_density, float) + ln_mass)
    # the mass of all haloes, by the trapezoidal rule
    mass = np.sum(0.5 * (density[:, 1:] + density[:, :-1]) * np.diff(ln_mass), axis=1) * own.volume
    radius = own.slabs.radius * ARCSEC * own.slabs.distance / (1.0 + own.slabs.z)
    np.testing.assert_allclose(kappa, mass / (np.pi * radius**2 * sigma_crit), rtol=2e-3)


# Haloes of the Monte Carlo, in each of its parts.
DRAWN, PARTS = 100_000, 6
# Profile; place, as a share of the radius of each disc; how much less dense haloes may be there.
CASES = [("TNFW", 0.0, 0.0), ("TNFW", 0.3, 0.02), ("NFW", 0.0, 0.0)]


@partial(jax.jit, static_argnames="profile")
def excess(profile: str, offset: jax.Array, key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The mean of the convergence over the sheets, less one, and its variance."""
    own = planes()
    kappa = jnp.sum(sheets(own, profile))
    *uniform, angle = jax.random.uniform(key, (5, DRAWN))
    haloes = field_haloes(own, *uniform)
    z, T = haloes.z, own.slabs.distance[haloes.plane]
    gap = distances_between(jnp.concatenate([own.slabs.z, jnp.array([Z_SOURCE])]), **OWN)[:-1, -1]
    between = gap[haloes.plane]
    D = T / (1.0 + z)
    scatter = jnp.sqrt(2.0) * jax.scipy.special.erfinv(2.0 * angle - 1.0)
    angles = profile_angles(
        profile,
        haloes.mass,
        jnp.maximum(CONCENTRATION * 10.0 ** (SCATTER * scatter), 1.2),
        truncation(haloes.mass, z, D),
        density=enclosed_density("200c", z, **OWN),
        sigma_crit=critical_surface_density(z, T, T + between, between),
        D_lens=D,
    )
    x = haloes.x - offset * own.slabs.radius[haloes.plane]
    squared = x**2 + haloes.y**2
    slope = round_profile(profile).radial.slope
    mean, steepness = jax.jvp(lambda r2: slope(r2, **angles), (squared,), (jnp.ones_like(squared),))
    # kappa = (1 / 2 r) d(r alpha) / dr, of a halo; there are `number` of them on average
    found = (mean + squared * steepness) * jnp.sum(own.number) / kappa - 1.0
    return jnp.mean(found), jnp.var(found) / DRAWN


@pytest.mark.long
@pytest.mark.parametrize(("profile", "offset", "edge"), CASES)
def test_the_mean_convergence_of_haloes_less_the_sheets_is_zero(profile, offset, edge):
    """At the centre of the discs, and at a share of their radius where the edge is felt."""
    means, variances = np.array([excess(profile, offset, jax.random.key(k)) for k in range(PARTS)]).T
    error = np.sqrt(variances.sum()) / PARTS
    assert error < 0.015
    assert abs(means.mean()) < 4.0 * error + edge
