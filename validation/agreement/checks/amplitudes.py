"""Magnitude to amplitude of every light profile and of point sources, in electrons/s and in ADU/s."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.photometry import amplitude, counts
from jaxlens.kernels.registry import LIGHT_PROFILES
from validation.agreement import references
from validation.agreement.inputs.draws import thinned
from validation.agreement.reporting.rows import Findings, Picture, precision, row, worst_and_median

UNITS = {False: "electrons/s", True: "ADU/s"}

Arrays = dict[str, np.ndarray]


def check(quick: bool) -> Findings:
    """The amplitudes of all profiles, in jax's present precision."""
    tolerance = 1e-9 if precision() == "float64" else 1e-5
    findings = Findings()
    groups = {name: thinned(group, quick) for name, group in references.load("amplitudes").items()}
    ours = {name: _amplitudes(name, group) for name, group in groups.items()}
    errors = {name: np.abs(ours[name] / group["amplitude"] - 1.0) for name, group in groups.items()}
    for name, group in groups.items():
        for is_adu, unit in UNITS.items():
            selected = group["is_adu"] == is_adu
            findings.rows.append(
                row(f"{name}: amplitude, {unit}", errors[name][selected], tolerance, "relative")
            )
    names = list(groups)
    findings.pictures = worst_and_median(
        np.array([np.max(errors[name]) for name in names]),
        lambda i, which: _picture(names[i], which, groups[names[i]], ours[names[i]]),
    )
    return findings


def _amplitudes(name: str, group: Arrays) -> np.ndarray:
    """The amplitudes of all cases of a profile, or of point sources."""

    @jax.jit
    def evaluate(
        magnitude: jax.Array, zero_point: jax.Array, gain: jax.Array, shape: dict[str, jax.Array]
    ) -> jax.Array:
        flux = counts(magnitude, zero_point, gain)
        return amplitude(name, flux, **shape) if name in LIGHT_PROFILES else flux

    gain = np.where(group["is_adu"], group["ccd_gain"], 1.0)
    observed = (group["magnitude"], group["magnitude_zero_point"], gain)
    shape = {key: jnp.asarray(value) for key, value in references.parameters(group).items()}
    return np.asarray(evaluate(*(jnp.asarray(v) for v in observed), shape), np.float64)


def _picture(name: str, which: str, group: Arrays, ours: np.ndarray) -> Picture:
    """The amplitudes of all cases against their magnitude."""
    order = np.argsort(group["magnitude"])
    return Picture(
        title=f"{name}, {which} of the profiles",
        quantity="log10 of the amplitude",
        ours=np.log10(ours[order]),
        theirs=np.log10(group["amplitude"][order]),
        noise=4e-4,
        noise_label="0.001 mag",
        at=group["magnitude"][order],
        at_label="magnitude",
    )
