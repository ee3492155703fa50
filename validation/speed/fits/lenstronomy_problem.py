"""A lens as arguments of FittingSequence, the same for lenstronomy and JAXtronomy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.speed.fits.lenses import Lens, Range
from validation.speed.names import LENS, SOURCE, part

Kwargs = dict[str, Any]

SERSIC = "SERSIC_ELLIPSE"
# Where the blur ends, in standard deviations, as in jaxlens.
TRUNCATION = 5


def arguments(lens: Lens, ranges: Mapping[str, Range]) -> tuple[Kwargs, ...]:
    """The arguments of FittingSequence: data, models, constraints, likelihood and parameters.

    The amplitudes are solved for linearly in every model, lenstronomy's default.
    """
    data = {"multi_band_list": [_band(lens)], "multi_band_type": "single-band"}
    models = {
        "lens_model_list": ["SIE", "SHEAR"],
        "source_light_model_list": [SERSIC],
        "lens_light_model_list": [SERSIC],
    }
    # new dictionaries for each lens, because the classes write into their arguments
    return data, models, {"linear_solver": True}, {"check_bounds": True}, _parameters(ranges)


def _band(lens: Lens) -> list[Kwargs]:
    from lenstronomy.Util.util import make_grid_with_coordtransform

    grid = make_grid_with_coordtransform(len(lens.image), lens.pixel_scale, inverse=False)
    data = {
        "image_data": lens.image.astype(float),
        "noise_map": lens.sigma.astype(float),
        "ra_at_xy_0": grid[2],
        "dec_at_xy_0": grid[3],
        "transform_pix2angle": np.asarray(grid[6]),
    }
    psf = {
        "psf_type": "GAUSSIAN",
        "fwhm": lens.seeing,
        "pixel_size": lens.pixel_scale,
        "truncation": TRUNCATION,
    }
    return [data, psf, {"supersampling_factor": 1}]


def _parameters(ranges: Mapping[str, Range]) -> Kwargs:
    lens = [part(ranges, f"{LENS}-{kind}_PROFILE_1") for kind in ("MASS", "SHEAR")]
    light, source = ([_without_flux(ranges, f"{plane}-LIGHT_PROFILE_1")] for plane in (LENS, SOURCE))
    return {
        "lens_model": _settings(lens, [{}, {"ra_0": 0, "dec_0": 0}]),
        "source_model": _settings(source, [{}]),
        "lens_light_model": _settings(light, [{}]),
    }


def _without_flux(ranges: Mapping[str, Range], prefix: str) -> dict[str, Range]:
    return {name: limits for name, limits in part(ranges, prefix).items() if name != "magnitude"}


def _settings(profiles: list[dict[str, Range]], fixed: list[Kwargs]) -> list[Any]:
    """One kind of model, as lenstronomy's list: start, spread, fixed parameters, lower and upper ends."""
    of = {
        field: [{name: getattr(limits, field) for name, limits in profile.items()} for profile in profiles]
        for field in ("middle", "spread", "low", "high")
    }
    return [of["middle"], of["spread"], fixed, of["low"], of["high"]]
