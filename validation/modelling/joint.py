"""Lenses in three bands, fitted jointly and band by band: `python -m validation.modelling joint [--count N]`.

The simulator makes images with noise of an EPL with shear in three bands, each with its own PSF and noise.
The lens's light has an ellipticity and a size in each band, and its flux and that of the source are solved
for.  What bands share, the mass and the source, has in the joint fit the sum of the informations of the
bands: their inverse covariances with all else marginalised.  So the errors of a joint fit are known before
it is made, and so is their ratio to those of the best band.  That is compared with the errors that the joint
fit quotes, and both with the scatter of the fits about the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxlens
from jaxlens.config.model import PIXEL_MAP
from jaxlens.modelling.bases import Sersic
from jaxlens.modelling.descent import descents
from jaxlens.modelling.joint_problem import joint_problem
from jaxlens.modelling.lens_data import lens_data
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem, lens_problem

BANDS = ("g", "r", "i")
SIDE, PIXEL_SCALE, RADIUS = 56, 0.08, 2.0
# Of each band: the width of the PSF in pixels, and the noise in counts/s.
WIDTHS, SIGMAS = (1.4, 1.2, 1.0), (0.012, 0.016, 0.02)
KERNEL_SIDE = 13
STEPS = 60
LIGHT, SOURCE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
MASS, SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"
# What bands share, and its values.
SHARED = {
    f"{MASS}-theta_E": 1.1,
    f"{MASS}-gamma": 2.05,
    f"{MASS}-e1": 0.08,
    f"{MASS}-e2": -0.05,
    f"{SHEAR}-gamma1": 0.03,
    f"{SHEAR}-gamma2": -0.02,
    f"{SOURCE}-R_sersic": 0.2,
    f"{SOURCE}-center_x": 0.06,
    f"{SOURCE}-center_y": -0.09,
}
# What is a band's own.
OWN = {f"{LIGHT}-e1": (0.1, 0.06, 0.02), f"{LIGHT}-R_sersic": (0.5, 0.6, 0.7)}
# The largest relative difference of quoted and predicted errors, and of the width of the pulls from 1.
OF_ERRORS, OF_PULLS = 0.05, 0.3


class Fitted(NamedTuple):
    """The shared coordinates of one fit: where they are, and their information without the prior."""

    point: np.ndarray
    information: np.ndarray


def document() -> dict[str, Any]:
    """The file of the lens."""

    def normal(mean: float, std: float) -> dict[str, Any]:
        return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}

    centre = {"center_x": 0.0, "center_y": 0.0}
    light = {
        "magnitude": {"g": 21.0, "r": 20.0, "i": 19.5},
        "R_sersic": dict.fromkeys(BANDS, normal(0.6, 0.2)),
        "n_sersic": 2.0,
        "e1": dict.fromkeys(BANDS, normal(0.0, 0.2)),
        "e2": 0.05,
    }
    mass = {
        "theta_E": normal(1.0, 0.3),
        "gamma": normal(2.0, 0.3),
        "e1": normal(0.0, 0.2),
        "e2": normal(0.0, 0.2),
    }
    shear = {"gamma1": normal(0.0, 0.1), "gamma2": normal(0.0, 0.1)}
    source = {
        "magnitude": {"g": 22.5, "r": 22.0, "i": 22.0},
        "R_sersic": normal(0.25, 0.1),
        "n_sersic": 1.0,
        "e1": 0.0,
        "e2": 0.1,
        "center_x": normal(0.0, 0.2),
        "center_y": normal(0.0, 0.2),
    }
    instrument = {"numPix": SIDE, "pixel_scale": PIXEL_SCALE, "psf_type": "NONE", "supersampling_factor": 3}
    survey = {"BANDS": ",".join(BANDS), "seeing": 0.2, "magnitude_zero_point": 25, "sky_brightness": 22}
    return {
        "DATASET": {"NAME": "Joint", "PARAMETERS": {"SIZE": 1, "OUTDIR": "joint", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {**instrument, "exposure_time": 100, "read_noise": 5, "ccd_gain": 1}},
        "SURVEY": {"PARAMETERS": {**survey, "num_exposures": 1}},
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {**light, **centre}},
                "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": {**mass, **centre}},
                "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
            },
            "GALAXY_2": {
                "NAME": "SOURCE",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": source},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "LENS",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.3}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.0}},
            }
        },
    }


def mock() -> tuple[LensProblem, LensData, np.ndarray]:
    """The model, its images without noise, and the coordinates of the truth."""
    sim = jaxlens.Simulator(document())
    problem = lens_problem(sim, (Sersic(LIGHT), Sersic(SOURCE)))
    windows = sim.with_pixel_map(SIDE).with_local_psf(KERNEL_SIDE)
    axis = np.arange(KERNEL_SIDE) - KERNEL_SIDE // 2
    taps = np.exp(-0.5 * (axis[None] / np.array(WIDTHS)[:, None]) ** 2)
    kernels = taps[:, :, None] * taps[:, None, :]
    pixels = dict(zip(PIXEL_MAP, (PIXEL_SCALE, 0.0, 0.0, PIXEL_SCALE, 0.0, 0.0), strict=True))
    own: Mapping[str, Any] = {**problem.base, **SHARED, **OWN, **pixels, "psf_kernel": kernels}
    params = {name: jnp.asarray(own[name])[None] for name in windows.parameter_names}
    image = np.asarray(windows.render(params))[0]
    sigma = np.array(SIGMAS)[:, None, None] * np.ones_like(image)
    read = jaxlens.read_image(image, sigma=sigma, psf=kernels, bands=BANDS, pixel_scale=PIXEL_SCALE)
    images = lens_data(sim, read, RADIUS)
    problem = joint_problem(problem, images, offsets=False)
    values = {f"{name}-{band}": v for name, each in OWN.items() for band, v in zip(BANDS, each, strict=True)}
    x = np.array([{**SHARED, **values}[name] for name in problem.names])
    return problem, images.data, problem.unconstrained(x)


def fitted(problem: LensProblem, data: LensData, start: np.ndarray, shared: np.ndarray) -> Fitted:
    """The maximum near the truth, and the information that the images have of shared coordinates."""
    settings = Settings(np.ones(start.size), np.full(problem.lens.count, 1e-10))
    ends = descents(problem, data, settings, start[None], STEPS)
    prior = np.asarray(problem.constants.prior_curvature)
    own = np.linalg.inv(np.linalg.inv(ends.curvatures[0])[np.ix_(shared, shared)])
    return Fitted(ends.points[0], own - prior[np.ix_(shared, shared)])


def main(arguments: list[str] | None = None) -> int:
    """Fit the mocks, print the table, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m validation.modelling joint", description=__doc__)
    parser.add_argument("--count", type=int, default=24, help="mocks (24)")
    count = parser.parse_args(arguments).count
    with jax.enable_x64(True):
        problem, data, truth = mock()
        shared = np.array([i for i, name in enumerate(problem.names) if name in SHARED])
        rng = np.random.default_rng(1)
        noise = np.divide(
            1.0, data.weight, out=np.zeros_like(data.weight), where=np.asarray(data.weight) > 0.0
        )
        found: list[list[Fitted]] = []
        for _ in range(count):
            seen = data._replace(image=data.image + noise * rng.standard_normal(data.image.shape))
            fits = [fitted(problem, seen, truth, shared)]
            for band in range(len(BANDS)):
                weight = np.array(data.weight)
                weight[np.arange(len(BANDS)) != band] = 0.0
                fits.append(fitted(problem, seen._replace(weight=weight), truth, shared))
            found.append(fits)
    return report(problem, truth, shared, found)


def report(problem: LensProblem, truth: np.ndarray, shared: np.ndarray, found: list[list[Fitted]]) -> int:
    """Print the table, and return 1 where a target is missed."""
    prior = np.asarray(problem.constants.prior_curvature)[np.ix_(shared, shared)]

    def errors(information: np.ndarray) -> np.ndarray:
        return np.sqrt(np.diagonal(np.linalg.inv(information + prior)))

    quoted = np.array([[errors(fit.information) for fit in fits] for fits in found])
    predicted = np.array([errors(np.sum([fit.information for fit in fits[1:]], axis=0)) for fits in found])
    off = np.array([[fit.point[shared] - truth[shared] for fit in fits] for fits in found])
    ratio = np.mean(quoted[:, 0] / predicted, axis=0)
    gain = np.mean(np.min(quoted[:, 1:], axis=1) / quoted[:, 0], axis=0)
    measured = np.sqrt(np.min(np.mean(off[:, 1:] ** 2, axis=0), axis=0) / np.mean(off[:, 0] ** 2, axis=0))
    pulls = np.sqrt(np.mean((off / quoted) ** 2, axis=0))
    print(f"{len(found)} mocks in {len(BANDS)} bands; errors in standard deviations of the prior")
    head = (
        "parameter",
        *BANDS,
        "joint",
        "/predicted",
        "best/joint",
        "measured",
        "pulls joint",
        "pulls bands",
    )
    print(" ".join(f"{word:>12}" for word in head))
    for i, name in enumerate(problem.names[j] for j in shared):
        bands = np.mean(quoted[:, 1:, i], axis=0)
        row = (
            *bands,
            np.mean(quoted[:, 0, i]),
            ratio[i],
            gain[i],
            measured[i],
            pulls[0, i],
            np.mean(pulls[1:, i]),
        )
        print(f"{name.rsplit('-', 1)[-1]:>12} " + " ".join(f"{value:12.4f}" for value in row))
    width = float(np.sqrt(np.mean(pulls[0] ** 2)))
    worst = float(np.max(np.abs(ratio - 1.0)))
    print(f"quoted over predicted errors: 1 within {worst:.3f} (target {OF_ERRORS})")
    print(f"width of the joint fit's pulls: {width:.2f} (target 1 within {OF_PULLS})")
    return int(worst > OF_ERRORS or abs(width - 1.0) > OF_PULLS)
