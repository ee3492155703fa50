"""Small configurations, a galaxy in each of a few planes, whose parameters a comparison sets itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens import Simulator
from jaxlens.imaging.noise import background_sigma
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.noise import variance as noise
from jaxlens.kernels.types import Params

Node = dict[str, Any]

# Values of the file, which a comparison overrides where they matter.
TYPICAL: Node = {
    "theta_E": 1.0,
    "gamma": 2.0,
    "s_scale": 0.1,
    "kappa": 0.0,
    "gamma1": 0.0,
    "gamma2": 0.0,
    "e1": 0.0,
    "e2": 0.0,
    "sigma": 0.1,
    "R_sersic": 0.3,
    "n_sersic": 1.0,
    "magnitude": 20.0,
}
# Parameters of Gaussian profiles.
SIZES = {"GAUSSIAN": ("sigma",), "GAUSSIAN_ELLIPSE": ("sigma", "e1", "e2")}
# Parameters of Sersic profiles.
SERSIC = {"SERSIC": ("R_sersic", "n_sersic"), "SERSIC_ELLIPSE": ("R_sersic", "n_sersic", "e1", "e2")}
CENTER = ("center_x", "center_y")
# All parameters of light profiles.
LIGHT = {name: ("magnitude", *own, *CENTER) for name, own in (SIZES | SERSIC).items()}
# All parameters of mass profiles.
MASS = {
    "SIS": ("theta_E", *CENTER),
    "SIE": ("theta_E", "e1", "e2", *CENTER),
    "EPL": ("theta_E", "gamma", "e1", "e2", *CENTER),
    "CONVERGENCE": ("kappa",),
}


def galaxy(light: Sequence[str] = (), mass: Sequence[str] = (), shear: bool = False) -> Node:
    """The SPECIES entry of a galaxy, whose parameters have the values of TYPICAL.

    Args:
        light: names of its light profiles.
        mass: names of its mass profiles.
        shear: whether it has a SHEAR.
    """
    node: Node = {}
    for k, name in enumerate(light, start=1):
        node[f"LIGHT_PROFILE_{k}"] = _profile(name, LIGHT[name])
    for k, name in enumerate(mass, start=1):
        node[f"MASS_PROFILE_{k}"] = _profile(name, MASS[name])
    if shear:
        node["SHEAR_PROFILE_1"] = _profile("SHEAR", ("gamma1", "gamma2"))
    return node


def _profile(name: str, parameters: Sequence[str]) -> Node:
    return {"NAME": name, "PARAMETERS": {key: TYPICAL.get(key, 0.0) for key in parameters}}


def simulator(
    planes: Sequence[Node],
    num_pix: int,
    bands: str = "g",
    image: Mapping[str, Any] | None = None,
    survey: Mapping[str, Any] | None = None,
    poisson_noise: bool = False,
) -> Simulator:
    """The Simulator of a galaxy in each plane.

    Args:
        planes: the galaxies, by `galaxy`, nearest first.
        num_pix: pixels along a side.
        bands: names of the bands, with commas.
        image: entries of IMAGE that replace or add to the usual ones.
        survey: the same for SURVEY.
        poisson_noise: whether there is a POISSON_NOISE, whose mean is the parameter NOISE_SOURCE_1-mean.
    """
    names = [f"PLANE{k}" for k in range(1, len(planes) + 1)]
    geometry: Node = {"NAME": "SMALL", "FRACTION": 1.0}
    for k, name in enumerate(names, start=1):
        geometry[f"PLANE_{k}"] = {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": 0.5 * k}}
    species: Node = {
        f"GALAXY_{k}": {"NAME": name} | plane
        for k, (name, plane) in enumerate(zip(names, planes, strict=True), start=1)
    }
    if poisson_noise:
        species["NOISE_1"] = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 1.0}}
        geometry["NOISE_SOURCE_1"] = "POISSON_NOISE"
    camera: Node = {"exposure_time": 100, "numPix": num_pix, "pixel_scale": 0.1, "psf_type": "NONE"}
    camera |= {"read_noise": 5}
    sky = {"BANDS": bands, "magnitude_zero_point": 25.0, "sky_brightness": 22.0, "num_exposures": 1}
    return Simulator(
        {
            "DATASET": {"NAME": "small", "PARAMETERS": {"SIZE": 1, "OUTDIR": "small", "SEED": 1}},
            "COSMOLOGY": {"PARAMETERS": {"H0": 70.0, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": camera | dict(image or {})},
            "SURVEY": {"PARAMETERS": sky | dict(survey or {})},
            "SPECIES": species,
            "GEOMETRY": {"CONFIGURATION_1": geometry},
        }
    )


def parameters(sim: Simulator, systems: int, given: Mapping[str, ArrayLike]) -> dict[str, jax.Array]:
    """The parameters of several systems: the file's values, replaced by given ones.

    Args:
        sim: the simulator.
        systems: the number of systems.
        given: values by the parameter's name, that broadcast to (systems,) or (systems, bands).

    Raises:
        KeyError: a name in `given` is not a parameter of the simulator.
    """
    values = sim.sample(jax.random.key(0, impl="threefry2x32"), systems)
    for name, value in given.items():
        array = jnp.asarray(np.asarray(value), values[name].dtype)
        values[name] = jnp.broadcast_to(array, (systems, *array.shape[1:]))
    return values


def predicted_sigma(scene: Scene, params: Params, image: jax.Array) -> jax.Array:
    """Standard deviation of the noise in each pixel of one system's `image` (bands, ny, nx), counts/s."""
    exposure = params["exposure_time"] * params["num_exposures"]
    exposure = exposure * params["ccd_gain"] if scene.adu else exposure
    background, exposure = (
        jnp.broadcast_to(jnp.reshape(v, (-1, 1, 1)), image.shape)
        for v in (background_sigma(scene, params), exposure)
    )
    return jnp.sqrt(background**2 + noise.shot_variance(image, exposure))
