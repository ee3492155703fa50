"""Rays through the scene of a file with 1,000 haloes in eight planes and a lens, against lenstronomy.

What `deflections` compares are sums over given angles.  Here the file is read, haloes are given by mass,
concentration, truncation and redshift as a draw would, and jaxlens makes them into angles and sorts them into
planes.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.halo_lensing import halo_lensed_rays
from validation.agreement.reporting.rows import Row, precision, row
from validation.haloes import references
from validation.haloes.deflections import THETA_E
from validation.haloes.small_lens import lens_file, params_of

# The largest error of exact sums, in units of the Einstein radius.
EXACT = 1e-6
# halo_tolerance of files.
TOLERANCE = 1e-4
# The rays of the reference as pixels.
SHAPE = (1, 20, 13)
# Haloes of the lens's own plane beside those along the line of sight: none.
HALOES = 1000


def check(quick: bool) -> list[Row]:
    """Exact and approximate, in both precisions; quick: double precision only."""
    rows = []
    for x64 in (True,) if quick else (True, False):
        with jax.enable_x64(x64):
            rows += [
                row(f"{precision()}: exact", _away(0.0) / THETA_E, EXACT, "of theta_E"),
                row(
                    f"{precision()}: halo_tolerance {TOLERANCE:g}",
                    _away(TOLERANCE) / (TOLERANCE * THETA_E),
                    1.0,
                    "of the tolerance",
                ),
            ]
    return rows


def _away(tolerance: float) -> np.ndarray:
    """How far from lenstronomy's the rays end, arcsec."""
    reference = references.load("deflections")
    own = {name.removeprefix("PLANES_"): a for name, a in reference.items() if name.startswith("PLANES_")}
    sim = Simulator(lens_file({"los": HALOES}, tolerance))
    names = ("x", "y", "z", "mass", "concentration", "r_trunc")
    case = {f"los_{name}": own[name][None] for name in names} | {"los_number": np.array([HALOES])}
    macro = ("theta_E", "gamma", "e1", "e2", "center_x", "center_y", "gamma1", "gamma2")
    case |= {name: own[name][None] for name in macro}
    case |= {f"source_{axis}": np.zeros(1) for axis in "xy"}
    params = {name: jnp.asarray(value[0]) for name, value in params_of(sim, case).items()}
    x, y = (jnp.asarray(own[f"ray_{axis}"].reshape(SHAPE)) for axis in "xy")
    ends = jax.jit(partial(halo_lensed_rays, sim.scene))(params, x, y)[-1]
    theirs = (own["beta_x"].reshape(SHAPE), own["beta_y"].reshape(SHAPE))
    return np.hypot(*(np.asarray(mine, float) - beta for mine, beta in zip(ends, theirs, strict=True)))
