"""A small lens in several bands, whose images the simulator makes with maps and PSFs of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

import jaxlens
from jaxlens.config.model import PIXEL_MAP
from jaxlens.fitting.observation import Observation
from jaxlens.modelling.bases import Basis, Sersic
from jaxlens.simulator.simulator import Simulator

LIGHT = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
PIXEL_SCALE = 0.15
SIDE = 20
# pixels along a side of the PSFs
KERNEL_SIDE = 7
BASES: tuple[Basis, ...] = (Sersic(LIGHT), Sersic(SOURCE))
# What varies, as it is in the mocks; the ellipticity of the lens's light is that of each band.
TRUTH = {
    f"{MASS}-theta_E": 0.93,
    f"{MASS}-e1": 0.06,
    f"{SOURCE}-R_sersic": 0.27,
    f"{SOURCE}-center_x": 0.05,
    f"{SOURCE}-center_y": -0.08,
}


def normal(mean: float, std: float) -> dict[str, Any]:
    """A normal prior, as a file has it."""
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def configuration(bands: str = "g,i") -> dict[str, Any]:
    """A file of an SIE with the light of a lens, whose ellipticity has a value in each band, and a source."""
    names = bands.split(",")
    centre = {"center_x": 0.0, "center_y": 0.0}
    own = dict.fromkeys(names, normal(0.0, 0.1)) if len(names) > 1 else normal(0.0, 0.1)
    light = {"magnitude": 20.0, "R_sersic": 0.5, "n_sersic": 1.0, "e1": own, "e2": 0.05, **centre}
    mass = {"theta_E": normal(0.9, 0.1), "e1": normal(0.0, 0.1), "e2": 0.03, **centre}
    source = {
        "magnitude": dict(zip(names, (21.0, 20.5, 20.0), strict=False)) if len(names) > 1 else 21.0,
        "R_sersic": normal(0.25, 0.05),
        "n_sersic": 1.0,
        "e1": 0.0,
        "e2": 0.1,
        "center_x": normal(0.0, 0.1),
        "center_y": normal(0.0, 0.1),
    }
    lens = {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light},
        "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
    }
    behind = {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": source}}
    instrument = {"exposure_time": 100, "numPix": SIDE, "pixel_scale": PIXEL_SCALE, "psf_type": "NONE"}
    survey = {"BANDS": bands, "seeing": 0.3, "magnitude_zero_point": 25, "sky_brightness": 22}
    return {
        "DATASET": {"NAME": "Joint", "PARAMETERS": {"SIZE": 1, "OUTDIR": "joint", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {**instrument, "read_noise": 5, "ccd_gain": 1, "supersampling_factor": 2}},
        "SURVEY": {"PARAMETERS": {**survey, "num_exposures": 1}},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": behind},
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "LENS",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.3}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.0}},
            }
        },
    }


def pixel_map(angle: float = 0.0, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """The six numbers of pixels that are turned by an angle (radians) and whose middle is at (x, y)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([*(PIXEL_SCALE * np.array([cos, -sin, sin, cos])), x, y])


def kernel(width: float) -> np.ndarray:
    """A Gaussian PSF of this width (pixels)."""
    taps = np.exp(-0.5 * (np.arange(KERNEL_SIDE) - KERNEL_SIDE // 2) ** 2 / width**2)
    return np.outer(taps, taps) / np.sum(np.outer(taps, taps))


def windows_of(sim: Simulator, factor: int = 1) -> Simulator:
    """The simulator of images with pixels and a PSF of their own, of so many samples along a pixel."""
    return sim.with_pixel_map(SIDE).with_local_psf(KERNEL_SIDE, factor)


def rendered(windows: Simulator, values: Mapping[str, Any], where: np.ndarray, psf: np.ndarray) -> np.ndarray:
    """The images of a system, (bands, y, x), by the simulator of `windows_of`.

    Args:
        windows: the simulator.
        values: its parameters, each () or (bands,).
        where: the six numbers of the pixels.
        psf: the PSF, (k, k).
    """
    own = {**values, **dict(zip(PIXEL_MAP, where, strict=True)), "psf_kernel": psf}
    params = {name: jnp.asarray(own[name])[None] for name in windows.parameter_names}
    return np.asarray(windows.render(params))[0]


def observed(
    image: np.ndarray, sigma: Any, psf: np.ndarray, angle: float = 0.0, bands: tuple[str, ...] = ()
) -> Observation:
    """An observed image whose header says that it is turned, and not that its middle is off."""
    read = jaxlens.read_image(image, sigma=sigma, psf=psf, pixel_scale=PIXEL_SCALE, bands=bands or None)
    return replace(read, transform=pixel_map(angle)[:4].reshape(2, 2))
