"""Magnitudes of type Ia supernovae against sncosmo's.

A case is one supernova in one band, and its error the largest of any phase, in magnitudes.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.errors import Report
from jaxlens.config.model import Library
from jaxlens.config.passbands import passbands_of
from jaxlens.config.templates import hsiao_library, with_odonnell_dust
from jaxlens.config.transients.salt_files import read_salt_library
from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.interpolation import flux_at
from jaxlens.kernels.transients.registry import Sky
from validation.agreement import references
from validation.agreement.inputs.transients import ABSMAG, bands, write_salt_folder
from validation.agreement.reporting.rows import Findings, Picture, row, worst_and_median

# The largest difference of magnitudes.
TOLERANCE = 1e-3
# By group: the model, and its parameters beside dust by the names of the arrays.
MODELS = {"hsiao": ("ia", {}), "salt": ("salt", {"X0": "x0", "X1": "x1", "C": "c"})}
DUST = {"EBV": "ebv", "EBV_MW": "ebv_mw"}
NAMES = {
    "hsiao": "the template of Hsiao et al., dust of Fitzpatrick",
    "salt": "a SALT model, dust of O'Donnell",
}

Arrays = dict[str, np.ndarray]


def check(quick: bool) -> Findings:
    """Both models in jax's present precision."""
    findings = Findings()
    for group, theirs in references.load("photometry").items():
        cases = slice(None, None, 3 if quick else 1)
        theirs = {key: values if key == "phase" else values[cases] for key, values in theirs.items()}
        ours = magnitudes(group, theirs)
        errors = np.max(np.abs(ours - theirs["magnitude"]), axis=1, initial=0.0, where=theirs["compared"])
        covered = np.any(theirs["compared"], axis=1)
        findings.rows.append(row(NAMES[group], errors[covered], TOLERANCE, "mag"))
        pairs = np.argwhere(np.all(theirs["compared"], axis=1))
        draw = functools.partial(_picture, group, pairs, ours, theirs)
        findings.pictures += worst_and_median(errors[tuple(pairs.T)], draw)
    return findings


def magnitudes(group: str, theirs: Arrays) -> np.ndarray:
    """Our magnitudes of all supernovae of a group, (cases, n, bands)."""
    name, own = MODELS[group]
    model, arrays = TRANSIENTS[name], _library(group).arrays
    parameters = {key: jnp.asarray(theirs[array]) for key, array in (own | DUST).items()}
    if group == "hsiao":
        parameters["ABSMAG"] = jnp.full(theirs["z"].shape, ABSMAG)
    band = passbands_of(list(bands().items())).arrays
    phases = np.tile(theirs["phase"][:, None], (1, len(bands())))

    @jax.jit
    @jax.vmap
    def flux(z: jax.Array, distance: jax.Array, parameters: dict[str, jax.Array]) -> jax.Array:
        sky = Sky(z, distance, jnp.asarray(band["wavelength"]), jnp.asarray(band["weight"]), jnp.zeros(1))
        shared = {key: jnp.asarray(array) for key, array in arrays.items()}
        curve = model.light_curve(sky, shared, **parameters)
        return flux_at(curve, jnp.asarray(phases), cubic=model.cubic, outside=model.outside)

    found = np.asarray(
        flux(jnp.asarray(theirs["z"]), jnp.asarray(theirs["distance"]), parameters), np.float64
    )
    return np.where(theirs["compared"], -2.5 * np.log10(np.where(theirs["compared"], found, 1.0)), 0.0)


def _library(group: str) -> Library:
    """The library of a group; that of the SALT model is read from a folder that is written for it."""
    if group == "hsiao":
        return hsiao_library()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        write_salt_folder(Path(folder))
        library = read_salt_library(Path(folder), report)
    report.raise_problems()
    assert library is not None
    return with_odonnell_dust(library)


def _picture(
    group: str, pairs: np.ndarray, ours: np.ndarray, theirs: Arrays, number: int, which: str
) -> Picture:
    """The light curve of one of the pairs of supernova and band."""
    case, band = pairs[number]
    name = list(bands())[band]
    return Picture(
        title=f"{NAMES[group]}, {which} case: z = {theirs['z'][case]:.2f}, {name}",
        quantity="AB magnitude",
        ours=ours[case, :, band],
        theirs=theirs["magnitude"][case, :, band],
        noise=0.01,
        noise_label="one percent, the uncertainty of a good calibration",
        at=theirs["phase"],
        at_label="days since the peak",
    )
