"""The standard deviation of the noise in every pixel, for many settings of an exposure.

A group is a kind of configuration: counts in electrons or ADU, and the background from read noise and sky or
given.  `image` (systems, bands, 8, 8) in counts/s has bright, faint, dark and negative pixels; `sigma`, of
the same shape, is `SimAPI.estimate_noise` of it.  The exposure's parameters, `parameters/<name>`, are
(systems, bands), and the pixel scale (systems,).
"""

from __future__ import annotations

import numpy as np
from lenstronomy.SimulationAPI.sim_api import SimAPI

from validation.agreement.inputs.draws import Cases, exact, float32_exact
from validation.agreement.references import PARAMETER_PREFIX

# Systems of each kind of configuration.
SYSTEMS = 4
# Bands of each system.
BANDS = 2
# Pixels along a side of an image.
NUM_PIX = 8
# Photons in the brightest pixel.
MAX_COUNTS = 1e7


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Eight settings (systems times bands) of each of the four kinds."""
    rng = np.random.default_rng(20260110)
    return {
        f"{unit}, {background}": _kind(rng, unit, background)
        for unit in ("electrons", "ADU")
        for background in ("read noise and sky", "background given")
    }


def _kind(rng: np.random.Generator, unit: str, background: str) -> dict[str, np.ndarray]:
    shape = (SYSTEMS, BANDS)
    params = {
        "exposure_time": 10 ** rng.uniform(0.5, 3.5, shape),
        "num_exposures": rng.choice([1.0, 2.0, 10.0, 184.0], shape),
        "magnitude_zero_point": rng.uniform(22.0, 30.0, shape),
        "pixel_scale": rng.choice([0.04, 0.1, 0.2, 0.263], SYSTEMS),
    }
    if background == "background given":
        params["background_noise"] = 10 ** rng.uniform(-3.0, 0.5, shape)
    else:
        params["read_noise"] = rng.uniform(1.0, 20.0, shape)
        params["read_noise"].flat[0] = 0.0
        params["sky_brightness"] = rng.uniform(17.0, 24.0, shape)
    if unit == "ADU":
        params["ccd_gain"] = 10 ** rng.uniform(-0.5, 1.0, shape)
    params = exact(params)
    settings = [_api(unit, params, at) for at in np.ndindex(*shape)]
    image = float32_exact(np.stack([_image(rng, api) for api in settings]))
    sigma = np.stack([api.estimate_noise(pixels) for api, pixels in zip(settings, image, strict=True)])
    arrays = {"image": image, "sigma": sigma}
    arrays = {name: array.reshape(*shape, NUM_PIX, NUM_PIX) for name, array in arrays.items()}
    return arrays | {PARAMETER_PREFIX + name: array for name, array in params.items()}


def _api(unit: str, params: Cases, at: tuple[int, ...]) -> SimAPI:
    """The SimAPI of one exposure."""
    band: dict[str, object] = {name: float(array[at[: array.ndim]]) for name, array in params.items()}
    band |= {"data_count_unit": "ADU" if unit == "ADU" else "e-", "psf_type": "NONE"}
    return SimAPI(NUM_PIX, band, {})


def _image(rng: np.random.Generator, api: SimAPI) -> np.ndarray:
    """Counts/s from below zero to where photons outnumber the background a hundredfold; row 0 is dark."""
    exposure = api.flux_iid(1.0)
    equal = min(api.background_noise**2 * exposure, MAX_COUNTS / 100.0 / exposure)
    image = equal * 10 ** rng.uniform(-2.0, 2.0, (NUM_PIX, NUM_PIX))
    image[0] = 0.0
    image[1, :4] *= -1.0
    return image
