"""Distances against astropy, and Einstein radii of velocity dispersions against lenstronomy.

A case is a universe, and an error is relative to the largest value in it.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import cosmology
from validation.agreement import references
from validation.agreement.reporting.rows import (
    Findings,
    Picture,
    peak_errors,
    precision,
    row,
    worst_and_median,
)

# Parameters of the cosmology.
UNIVERSE = ("H0", "Om0", "Tcmb0", "Neff", "m_nu")
# Arguments at which the quantities are evaluated.
GIVEN = ("z", "z_lens", "z_source", "sigma_v")
# The quantities that are compared, by the names of their arrays.
QUANTITIES = {
    "transverse_comoving_distance": "transverse comoving distance",
    "angular_diameter_distance": "angular diameter distance",
    "angular_diameter_distance_z1z2": "angular diameter distance from lens to source",
    "kpc_proper_per_arcsec": "proper kpc per arcsec",
    "theta_E": "sigma_v to theta_E",
}

Arrays = dict[str, np.ndarray]


def check(quick: bool) -> Findings:
    """All universes in jax's present precision."""
    universes = references.load("cosmology")["universes"]
    theirs = {key: array[:: 3 if quick else 1] for key, array in universes.items()}
    ours = _evaluate(theirs)
    tolerance = 1e-9 if precision() == "float64" else 1e-5
    errors = {key: peak_errors(ours[key], theirs[key]) for key in QUANTITIES}
    rows = [row(QUANTITIES[key], errors[key], tolerance) for key in QUANTITIES]
    worst = max(errors, key=lambda key: float(np.max(errors[key])))
    pictures = worst_and_median(errors[worst], lambda i, which: _picture(worst, which, i, ours, theirs))
    return Findings(rows, pictures)


def _evaluate(theirs: Arrays) -> Arrays:
    """Every quantity in every universe, each (universes, n)."""

    @jax.jit
    @jax.vmap
    def quantities(given: dict[str, jax.Array], universe: dict[str, jax.Array]) -> dict[str, jax.Array]:
        near, far = (
            cosmology.transverse_comoving_distance(given[z], **universe) for z in ("z_lens", "z_source")
        )
        return {
            "transverse_comoving_distance": cosmology.transverse_comoving_distance(given["z"], **universe),
            "angular_diameter_distance": cosmology.angular_diameter_distance(given["z"], **universe),
            "angular_diameter_distance_z1z2": (far - near) / (1.0 + given["z_source"]),
            "kpc_proper_per_arcsec": 1.0 / cosmology.arcsec_per_kpc_proper(given["z"], **universe),
            "theta_E": cosmology.sigma_v_to_theta_E(given["sigma_v"], near, far),
        }

    given = {key: jnp.asarray(theirs[key]) for key in GIVEN}
    found = quantities(given, {key: jnp.asarray(theirs[key]) for key in UNIVERSE})
    return {key: np.asarray(value, np.float64) for key, value in found.items()}


def _picture(key: str, which: str, case: int, ours: Arrays, theirs: Arrays) -> Picture:
    along = "z" if theirs[key].shape == theirs["z"].shape else "z_lens"
    order = np.argsort(theirs[along][case])
    values = ", ".join(f"{name} = {theirs[name][case]:.4g}" for name in UNIVERSE)
    return Picture(
        title=f"universe {theirs['name'][case]}, {which} case: {values}",
        quantity=QUANTITIES[key],
        ours=ours[key][case][order],
        theirs=theirs[key][case][order],
        noise=0.01 * theirs[key][case][order],
        noise_label="one percent, the uncertainty of H0",
        at=theirs[along][case][order],
        at_label="redshift" if along == "z" else "redshift of the lens",
    )
