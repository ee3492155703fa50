"""The mean convergence of lines of sight: zero with sheets, and not without.

The mean convergence within a circle of radius R about the line of sight is 1 - <beta . n> / R, with beta
where the rays of the circle end and n the directions from its centre, since the deflection's divergence is
twice the convergence.  No macro lens bends the rays, and so the cone does not close.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.halo_lensing import halo_lensed_to_plane, lens_arguments
from validation.agreement.reporting.rows import Row, row
from validation.haloes.small_lens import lens_file

# Lines of sight, and how many at once.
SYSTEMS, CHUNK = 1000, 50
# The radius of the circle (arcsec), and rays on it.
RADIUS, RAYS = 0.5, 64
# The mean may be this many of its standard errors away from zero.
MOST = 4.0
# Numbers of the lines of sight.
PARAMETERS = {"M_min": 1e7, "M_max": 1e10, "cone_radius": 3.0, "cone_end": 1.0}
# Redshift between planes of haloes.
SPACING = 0.1
# An Einstein radius of the macro lens (arcsec) that bends nothing.
NOTHING = 1e-9


def check(quick: bool) -> list[Row]:
    """Cold dark matter, and with --full warm dark matter and haloes that cluster about the lens."""
    models: dict[str, dict[str, Any]] = {"cold": {}}
    if not quick:
        models |= {"warm, 1e8": {"half_mode_mass": 1e8}, "cold, two-halo term": {"TWO_HALO": True}}
    return [one for name, changes in models.items() for one in _rows(name, changes)]


def _rows(name: str, changes: dict[str, Any]) -> list[Row]:
    """With sheets the mean is zero; without it is many errors away."""
    sim = Simulator(line_of_sight_file(changes))
    params = sim.sample(jax.random.key(31, impl="threefry2x32"), SYSTEMS)
    params = {key: jnp.asarray(value) for key, value in params.items()}
    without = params | {key: 0.0 * value for key, value in params.items() if key.endswith("kappa_sheet")}
    kappas = [convergences(sim, own) for own in (params, without)]
    (mean, error), (bare, _) = ((kappa.mean(), kappa.std() / np.sqrt(SYSTEMS)) for kappa in kappas)
    remark = f"{mean:+.1e} with an error of {error:.1e}; {bare:+.1e} without sheets"
    measure = "standard errors of the mean"
    return [
        row(
            f"{name}: mean convergence of {SYSTEMS} lines of sight",
            [abs(mean) / error],
            MOST,
            measure,
            remark,
        ),
        # that of haloes alone is far from zero: otherwise the first row could not fail
        row(f"{name}: errors over the mean without sheets", [error / bare], 0.1, "of the mean"),
    ]


def convergences(sim: Simulator, params: dict[str, jax.Array]) -> np.ndarray:
    """The mean convergence within the circle of each system, (systems,)."""
    phase = 2.0 * jnp.pi * jnp.arange(RAYS) / RAYS
    n_x, n_y = jnp.cos(phase), jnp.sin(phase)
    last = len(sim.scene.planes) - 1

    def of_system(one: dict[str, jax.Array]) -> jax.Array:
        arguments = lens_arguments(sim.scene, one, last)
        x, y = halo_lensed_to_plane(sim.scene, last, RADIUS * n_x, RADIUS * n_y, arguments)
        return 1.0 - jnp.mean(x * n_x + y * n_y) / RADIUS

    several = jax.jit(jax.vmap(of_system))
    starts = range(0, SYSTEMS, CHUNK)
    parts = [jax.tree.map(lambda a, s=start: a[s : s + CHUNK], params) for start in starts]
    return np.concatenate([np.asarray(several(part), float) for part in parts])


def line_of_sight_file(changes: dict[str, Any]) -> dict[str, Any]:
    """The small file with haloes along the line of sight that are drawn, and a lens that bends nothing."""
    file = lens_file({})
    keys = {key: value for key, value in changes.items() if key.isupper()}
    numbers = {key: value for key, value in changes.items() if not key.isupper()}
    own = {"dz": SPACING, "TWO_HALO": False, "PARAMETERS": PARAMETERS | numbers}
    file["LINE_OF_SIGHT"] = own | keys
    lens = file["SPECIES"]["GALAXY_1"]
    lens["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": NOTHING}}
    del file["SPECIES"]["POINTSOURCE_1"], file["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    return file
