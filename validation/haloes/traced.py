"""Rays through the planes of the reference `deflections`, by jaxlens's sums and a recurrence in numpy.

    theta_j = theta - sum over planes i in front of j of b_ij alpha_i(theta_i)

with b_ij = T_ij T_s / (T_j T_is) of the transverse comoving distances T, which astropy computes.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from astropy.cosmology import FlatLambdaCDM

from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.halos import sums

# That of all references: H0 in km/s/Mpc, and the density of matter.
COSMOLOGY = FlatLambdaCDM(H0=70.0, Om0=0.3)
MACRO = {
    "EPL": ("theta_E", "gamma", "e1", "e2", "center_x", "center_y"),
    "SHEAR": ("gamma1", "gamma2"),
}

Arrays = dict[str, np.ndarray]


def through_planes(own: Arrays, tolerance: float | None) -> np.ndarray:
    """Where rays cross the plane of the source.

    Args:
        own: the set PLANES of the reference.
        tolerance: the largest error of the sum of each plane (arcsec); None for exact sums.

    Returns:
        x and y in arcsec, (2, rays).
    """
    lens = float(own["lens_redshift"])
    redshifts = [*sorted({lens, *own["z"].tolist()}), float(own["source_redshift"])]
    distance = COSMOLOGY.comoving_transverse_distance(redshifts).value
    theta = np.array([own["ray_x"], own["ray_y"]])
    alphas: list[np.ndarray] = []
    for j, z in enumerate(redshifts):
        place = theta.copy()
        for i, alpha in enumerate(alphas):
            place -= (
                alpha
                * (distance[j] - distance[i])
                / distance[j]
                * distance[-1]
                / (distance[-1] - distance[i])
            )
        if j < len(redshifts) - 1:
            alphas.append(_of_lens(own, place) if z == lens else _of_haloes(own, z, place, tolerance))
    return place


def _of_lens(own: Arrays, place: np.ndarray) -> np.ndarray:
    """The deflection of the macro lens, (2, rays)."""
    alpha = np.zeros_like(place)
    for name, parameters in MACRO.items():
        values = {key: float(own[key]) for key in parameters}
        profile = partial(MASS_PROFILES[name].deflection, **values)
        alpha += np.asarray(jax.jit(profile)(*jnp.asarray(place)), float)
    return alpha


def _of_haloes(own: Arrays, z: float, place: np.ndarray, tolerance: float | None) -> np.ndarray:
    """The deflection of the haloes of a plane, (2, rays)."""
    chosen = own["z"] == z
    haloes = {name: jnp.asarray(own[name][chosen]) for name in ("x", "y", "Rs", "alpha_Rs", "r_trunc")}
    shown = jnp.ones(int(chosen.sum()), bool)
    return np.asarray(_sum(*jnp.asarray(place), haloes, shown, tolerance), float)


_sum = jax.jit(partial(sums.deflection, "TNFW"))
