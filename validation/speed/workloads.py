"""The workloads: the files that all packages render, and the systems drawn from them.

A: one band, 100 x 100 pixels, SIE and shear, a Sersic lens and a Sersic source, Gaussian PSF, noise.
B: the same in five bands.  C: B with a lensed quasar and a foreground star.  D: 64 x 64 pixels of
0.05 arcsec, 3 x 3 supersampling, a PSF of 41 x 41 pixels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens import Simulator, load_config
from jaxlens.imaging.noise import background_sigma
from jaxlens.imaging.photometry import amplitude, counts
from validation.agreement.inputs.scene_configs import uniform
from validation.speed.names import LENS, SOURCE, Row, part

Node = dict[str, Any]

SEED = 0
BANDS = ("g", "r", "i", "z", "Y")
# Full width at half maximum of the PSF (arcsec) in each of the bands.
SEEING = (0.75, 0.7, 0.65, 0.6, 0.6)
# Pixels along a side of the PSF of D.
KERNEL_SIDE = 41


def key() -> jax.Array:
    """The key of the systems that are drawn."""
    return jax.random.key(SEED, impl="threefry2x32")


def simulator(workload: str, folder: Path, **image: Any) -> Simulator:
    """The simulator of a workload, `A` to `D`, with more entries of IMAGE; its PSF file goes to `folder`."""
    file = {"A": one_band, "B": five_bands, "C": with_points}.get(workload, lambda: supersampled(folder))()
    file["IMAGE"]["PARAMETERS"] |= image
    return Simulator(load_config(file))


def one_band(num_pix: int = 100) -> Node:
    """The file of A.

    >>> one_band()["IMAGE"]["PARAMETERS"]["numPix"]
    100
    """
    return {
        "DATASET": {"NAME": "speed", "PARAMETERS": {"SIZE": 1, "OUTDIR": "speed", "SEED": SEED}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": _image(num_pix)},
        "SURVEY": {"PARAMETERS": _survey()},
        "SPECIES": {
            "GALAXY_1": _lens(_sersic(uniform(18.5, 19.5), (0.5, 1.0), 0.0)),
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": _sersic(uniform(21.5, 22.5), (0.1, 0.4), 0.3)},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "GALAXY_GALAXY",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.4}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


def five_bands(num_pix: int = 100) -> Node:
    """The file of B: magnitudes and seeing differ by band, shapes do not."""
    file = one_band(num_pix)
    file["SURVEY"]["PARAMETERS"] |= {
        "BANDS": ",".join(BANDS),
        "seeing": dict(zip(BANDS, SEEING, strict=True)),
    }
    for galaxy in file["SPECIES"].values():
        galaxy["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = _by_band(20.0)
    return file


def with_points(num_pix: int = 100) -> Node:
    """The file of C: B with a quasar in the source and a foreground star."""
    file = five_bands(num_pix)
    file["SPECIES"] |= {
        "POINTSOURCE_1": {
            "NAME": "QUASAR",
            "HOST": "SOURCE",
            "PARAMETERS": {"magnitude": _by_band(22.0)},
        },
        "POINTSOURCE_2": {
            "NAME": "STAR",
            "HOST": "Foreground",
            "PARAMETERS": {"magnitude": _by_band(21.0)},
        },
    }
    geometry = file["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_1"]["OBJECT_2"], geometry["PLANE_2"]["OBJECT_2"] = "STAR", "QUASAR"
    return file


def supersampled(folder: Path) -> Node:
    """The file of D; its PSF is written to `folder`."""
    path = folder / "psf.npy"
    np.save(path, psf_kernel())
    file = one_band(64)
    file["IMAGE"]["PARAMETERS"] |= {
        "pixel_scale": 0.05,
        "psf_type": "PIXEL",
        "kernel_point_source": str(path),
        "supersampling_factor": 3,
    }
    del file["SURVEY"]["PARAMETERS"]["seeing"]
    return file


def psf_kernel() -> np.ndarray:
    """The PSF of D: a Moffat profile of beta = 2.6 and a full width of 2.4 pixels, of unit sum."""
    k = np.arange(KERNEL_SIDE) - KERNEL_SIDE // 2
    alpha_squared = 1.2**2 / (2.0 ** (1 / 2.6) - 1.0)
    kernel = (1.0 + (k[:, None] ** 2 + k[None, :] ** 2) / alpha_squared) ** -2.6
    return np.asarray(kernel / kernel.sum(), np.float32)


def _image(num_pix: int) -> Node:
    exposure = {"exposure_time": 90, "read_noise": 7}
    return exposure | {"numPix": num_pix, "pixel_scale": 0.1, "psf_type": "GAUSSIAN"}


def _survey() -> Node:
    sky = {"magnitude_zero_point": 30.0, "sky_brightness": 23.5, "num_exposures": 10}
    return {"BANDS": "g", "seeing": 0.6} | sky


def _by_band(middle: float) -> Node:
    return {band: uniform(middle - 0.5, middle + 0.5) for band in BANDS}


def _sersic(magnitude: Node, radius: tuple[float, float], offset: float) -> Node:
    parameters = {"magnitude": magnitude, "R_sersic": uniform(*radius), "n_sersic": uniform(1.0, 4.0)}
    parameters |= {name: uniform(-0.2, 0.2) for name in ("e1", "e2")}
    parameters |= {name: uniform(-offset, offset) for name in ("center_x", "center_y")}
    return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": parameters}


def _lens(light: Node) -> Node:
    shape = {name: uniform(-0.2, 0.2) for name in ("e1", "e2")} | {"center_x": 0.0, "center_y": 0.0}
    shear = {name: uniform(-0.05, 0.05) for name in ("gamma1", "gamma2")}
    return {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": light,
        "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": {"theta_E": uniform(0.8, 1.6)} | shape},
        "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
    }


def rows(sim: Simulator, n: int) -> list[Row]:
    """The parameters of systems 0..n-1 as Python's floats; a list of floats where bands differ."""
    params = {name: np.asarray(value, float) for name, value in sim.sample(key(), n).items()}
    return [{name: value[i].tolist() for name, value in params.items()} for i in range(n)]


def profiles(params: dict[str, jax.Array]) -> dict[str, dict[str, jax.Array]]:
    """The parameters (n,) of SIE, SHEAR and both Sersic profiles of a file with one band.

    By lenstronomy's names, with `amp` in place of `magnitude`.
    """
    lens = part(params, f"{LENS}-MASS_PROFILE_1")
    shear = part(params, f"{LENS}-SHEAR_PROFILE_1")
    found: dict[str, Any] = {"SIE": lens, "SHEAR": shear}
    for name, prefix in (("lens_light", LENS), ("source", SOURCE)):
        light = part(params, f"{prefix}-LIGHT_PROFILE_1")
        flux = counts(light.pop("magnitude"), params["magnitude_zero_point"])
        found[name] = light | {"amp": amplitude("SERSIC_ELLIPSE", flux, **light)}
    return found


def noise_parameters(sim: Simulator) -> tuple[float, float]:
    """Background sigma (counts/s) and exposure (s) of one band, for packages without a noise model."""
    params = {name: value[0] for name, value in sim.sample(key(), 1).items()}
    exposure = params["exposure_time"] * params["num_exposures"]
    return float(background_sigma(sim.scene, params)), float(exposure)
