"""A round power law with shear, whose maps and curves are known, and its simulator."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import yaml

from jaxlens import Simulator, load_config
from jaxlens.kernels.types import Params

LENS = """
DATASET: {NAME: Mock, PARAMETERS: {SIZE: 1, OUTDIR: mock, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 1000, numPix: 16, pixel_scale: 0.2, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY: {PARAMETERS: {BANDS: g, seeing: 0.7, magnitude_zero_point: 27, sky_brightness: 22, num_exposures: 2}}
SPECIES:
  GALAXY_1:
    NAME: LENS
    MASS_PROFILE_1: {NAME: SPP, PARAMETERS: {theta_E: 1.2, gamma: 2.0}}
    SHEAR_PROFILE_1: {NAME: SHEAR, PARAMETERS: {gamma1: 0.1, gamma2: 0.0}}
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: 21.0, sigma: 0.2}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: MOCK
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.4}}
    PLANE_2: {OBJECT_1: SOURCE, PARAMETERS: {REDSHIFT: 1.5}}
"""
MASS, SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"


@cache
def simulator() -> Simulator:
    """The simulator of the file."""
    return Simulator(load_config(yaml.safe_load(LENS)))


def lens(shear: float = 0.1, **mass: float) -> Params:
    """The parameters of one system, each (1,), with other numbers of the shear or the mass."""
    base = simulator().sample(jax.random.key(0, impl="threefry2x32"), 1)
    given = {f"{MASS}-{name}": value for name, value in mass.items()} | {f"{SHEAR}-gamma1": shear}
    return base | {name: jnp.full((1,), value, jnp.result_type(float)) for name, value in given.items()}
