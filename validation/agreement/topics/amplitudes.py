"""Magnitude to amplitude, by lenstronomy's SimulationAPI.

Each group is a light profile, or POINT_SOURCE: `magnitude`, `magnitude_zero_point`, `ccd_gain`, whether the
count unit `is_adu`, and `amplitude`, all of shape (cases,), and the profile's parameters.  lenstronomy raises
for CORE_SERSIC and UNIFORM, which are counts over the total flux by quadrature, and counts per square arcsec.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.SimulationAPI.sim_api import SimAPI

from validation.agreement.inputs.draws import CASES, Cases, exact, pixel_axes, rows_of
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.topics import light

POINT_SOURCE = "POINT_SOURCE"
# Values that SimAPI requires and that do not change amplitudes.
BAND = {
    "pixel_scale": 0.2,
    "exposure_time": 90.0,
    "background_noise": 1.0,
    "read_noise": None,
    "psf_type": "NONE",
}


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every light profile and a point source, in bands of their own."""
    rng = np.random.default_rng(20260108)
    shapes = light.parameters(rng, pixel_axes(np.full(CASES, light.PIXEL_SCALE)))
    return {name: _group(name, rng, shape) for name, shape in (shapes | {POINT_SOURCE: {}}).items()}


def _group(name: str, rng: np.random.Generator, shape: Cases) -> dict[str, np.ndarray]:
    observed = exact(
        {
            "magnitude": rng.uniform(14.0, 30.0, CASES),
            "magnitude_zero_point": rng.uniform(20.0, 31.0, CASES),
            "ccd_gain": 10 ** rng.uniform(-0.7, 1.0, CASES),
        }
    )
    # in turns that a selection of every fourth case keeps
    is_adu = np.arange(CASES) // 4 % 2 == 0
    shapes = rows_of(shape) if shape else [{}] * CASES
    rows = zip(rows_of(observed), is_adu, shapes, strict=True)
    arrays = observed | {"is_adu": is_adu, "amplitude": np.array([_amplitude(name, *row) for row in rows])}
    return arrays | {PARAMETER_PREFIX + key: array for key, array in shape.items()}


def _amplitude(name: str, observed: dict[str, float], is_adu: bool, shape: dict[str, float]) -> float:
    seen = dict(observed)
    magnitude = seen.pop("magnitude")
    band = BAND | seen | {"data_count_unit": "ADU" if is_adu else "e-"}
    if name == POINT_SOURCE:
        sim = SimAPI(1, band, {"point_source_model_list": ["UNLENSED"]})
        point = {"ra_image": [0.0], "dec_image": [0.0], "magnitude": [magnitude]}
        return float(sim.magnitude2amplitude(kwargs_ps_mag=[point])[2][0]["point_amp"][0])
    sim = SimAPI(1, band, {"lens_light_model_list": [name]})
    if name in ("CORE_SERSIC", "UNIFORM"):
        return float(sim.magnitude2cps(magnitude)) / light.total_flux(name, shape)
    values = shape | {"magnitude": magnitude}
    return float(sim.magnitude2amplitude(kwargs_lens_light_mag=[values])[0][0]["amp"])
