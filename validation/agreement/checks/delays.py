"""Time delays of lensed point sources as `Simulator.time_delays` gives them, against lenstronomy.

Each image of the reference is matched with the nearest image of jaxlens.  The error of a case is the largest
of its delays' over the longest of them.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from jaxlens import Simulator
from validation.agreement import references
from validation.agreement.inputs.draws import thinned
from validation.agreement.references import Group, parameters
from validation.agreement.reporting.rows import Findings, precision, row

# Tolerance, in units of the longest delay.  In float32 a delay is a small difference of two rounded times.
DELAY = {"float64": 1e-6, "float32": 1e-5}
# What the tables call a group.
NAMES = {"single_plane": "SIE with shear", "two_planes": "two planes"}
LENS, FAR = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"


def check(quick: bool) -> Findings:
    """Every group."""
    groups = references.load("delays")
    errors = {name: _errors(name, thinned(group, quick)) for name, group in groups.items()}
    measure = "of the longest delay"
    return Findings(
        [row(f"{NAMES[n]}: time delays", e, DELAY[precision()], measure) for n, e in errors.items()]
    )


def _errors(name: str, group: Group) -> np.ndarray:
    """The error of each case; infinite where an image is missing."""
    sim = Simulator(_file(name == "two_planes"))
    params = _params(sim, name, group)
    (images,), (delays,) = sim.image_positions(params).values(), sim.time_delays(params).values()
    exists = np.arange(group["x"].shape[1])[None, :] < group["number"][:, None]
    apart = np.hypot(*(group[k][:, :, None] - np.asarray(getattr(images, k))[:, None, :] for k in ("x", "y")))
    apart = np.where(np.asarray(images.mask)[:, None, :], apart, np.inf)
    ours = np.take_along_axis(np.asarray(delays, np.float64), apart.argmin(axis=2), axis=1)
    error = np.where(apart.min(axis=2) < 1e-3, np.abs(ours - group["delay"]), np.inf)
    return np.max(np.where(exists, error, 0.0), axis=1) / group["delay"].max(axis=1)


def _params(sim: Simulator, name: str, group: Group) -> dict[str, np.ndarray]:
    """The parameters of every case, by the names of the file."""
    count, values = len(group["number"]), parameters(group)
    drawn = sim.sample(jax.random.key(0, impl="threefry2x32"), 1)
    found = {key: np.repeat(np.asarray(value), count, axis=0) for key, value in drawn.items()}
    far = {key[4:]: value for key, value in values.items() if key.startswith("far_")}
    for own in ("theta_E", "e1", "e2", "center_x", "center_y"):
        found[f"{LENS}-MASS_PROFILE_1-{own}"] = values[own]
        if far:
            found[f"{FAR}-MASS_PROFILE_1-{own}"] = far[own]
    for own in ("gamma1", "gamma2"):
        found[f"{LENS}-SHEAR_PROFILE_1-{own}"] = values[own]
    source = 3 if name == "two_planes" else 2
    for axis in ("x", "y"):
        found[f"PLANE_{source}-OBJECT_1-LIGHT_PROFILE_1-center_{axis}"] = group[f"source_{axis}"]
    found |= {cosmological: group[cosmological] for cosmological in ("H0", "Om0")}
    found[f"{LENS}-REDSHIFT"] = group["z_lens"]
    if far:
        found[f"{FAR}-REDSHIFT"] = group["z_far"]
    found[f"PLANE_{source}-OBJECT_1-REDSHIFT"] = group["z_source"]
    return found


def _file(two_planes: bool) -> dict[str, Any]:
    """A point source in the centre of a galaxy behind one lens or two, in a window as the reference's."""
    light = {"magnitude": 20.0, "R_sersic": 0.5, "n_sersic": 1.0, "e1": 0.0, "e2": 0.0}
    middle = {"center_x": 0.0, "center_y": 0.0}
    profile = {"LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light | middle}}
    sie = {"theta_E": 1.0, "e1": 0.0, "e2": 0.0} | middle
    mass = {"MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": sie}}
    shear = {"SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": {"gamma1": 0.0, "gamma2": 0.0}}}
    planes: list[dict[str, Any]] = [{"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.3}}]
    planes += [{"OBJECT_1": "FAR", "PARAMETERS": {"REDSHIFT": 0.7}}] if two_planes else []
    planes += [{"OBJECT_1": "SOURCE", "OBJECT_2": "QUASAR", "PARAMETERS": {"REDSHIFT": 1.5}}]
    labelled = {f"PLANE_{k + 1}": plane for k, plane in enumerate(planes)}
    image = {"exposure_time": 100, "numPix": 50, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "r", "magnitude_zero_point": 27.0, "sky_brightness": 22.0, "num_exposures": 1}
    species: dict[str, Any] = {
        "GALAXY_1": {"NAME": "LENS"} | profile | mass | shear,
        "GALAXY_2": {"NAME": "SOURCE"} | profile,
        "POINTSOURCE_1": {"NAME": "QUASAR", "HOST": "SOURCE", "PARAMETERS": {"magnitude": 20}},
    }
    if two_planes:
        species["GALAXY_3"] = {"NAME": "FAR"} | profile | mass
    return {
        "DATASET": {"NAME": "Delays", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Delays", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70.0, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": species,
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "DELAYS", "FRACTION": 1.0} | labelled},
    }
