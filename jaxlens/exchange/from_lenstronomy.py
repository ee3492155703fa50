"""`from_lenstronomy`: lenstronomy's arguments as a configuration whose one system has the same image."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import jax

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import images_of
from jaxlens.exchange.from_lenstronomy_cosmology import cosmology_section
from jaxlens.exchange.from_lenstronomy_files import Files
from jaxlens.exchange.from_lenstronomy_image import image_sections
from jaxlens.exchange.from_lenstronomy_planes import planes_of
from jaxlens.exchange.from_lenstronomy_points import with_points
from jaxlens.exchange.from_lenstronomy_species import sections_of

# The name of the dataset of the configuration.
_NAME = "FromLenstronomy"
# The band of a single image without a name.
_BAND = "band"


def from_lenstronomy(
    bands: Mapping[str, Any],
    *,
    magnitude_zero_point: float | Mapping[str, float] = 25.0,
    z_lens: float = 0.5,
    z_source: float = 2.0,
    point_sources: Literal["images", "sources"] = "images",
    folder: str | PathLike[str] | None = None,
) -> dict[str, Any]:
    """A configuration, as a dictionary for `load_config`, of what lenstronomy makes of some arguments.

    Its one system has the image that `create_image_model(...).image(**kwargs_params)` makes; all numbers are
    constants, in whose place distributions may be written.  `background_rms` and `exposure_time` of
    `kwargs_data` become the noise; where they are missing the noise is that of an exposure of 1 s without
    background.  The observed image is no part of it.

    Each image of an UNLENSED or LENSED_POSITION point source becomes a star of the foreground at its place;
    see `point_sources` for lensed ones.  SOURCE_POSITION becomes a lensed point
    source, which needs its `source_amp`.

    Args:
        bands: by band what `Simulator.to_lenstronomy` gives: `kwargs_model`, `kwargs_params`, `kwargs_data`,
            `kwargs_psf` and, where it is not lenstronomy's default, `kwargs_numerics`.  These of one image
            alone may stand in place of the bands.
        magnitude_zero_point: the magnitude of 1 count/s, for all bands or by band, where a band has no
            `magnitude_zero_point` of its own.  The image does not depend on it.
        z_lens: the redshift of the lens where `kwargs_model` has none; the image does not depend on it.
        z_source: likewise of the source.
        point_sources: "images" keeps the images of LENSED_POSITION at their places.  "sources" makes each
            LENSED_POSITION a lensed point source, whose images jaxlens finds: it is where the rays of its
            images end, in the mean, and has their flux over their magnification.  The image is then the same
            where the images fit the lens.
        folder: where arrays are written that a configuration names as files: PSF kernels, images of galaxies,
            deflections on a grid, and lists of many haloes.

    Returns:
        The configuration; `load_config`, `Simulator` and `yaml.safe_dump` take it.

    Raises:
        ExchangeError: (a ValueError) for what jaxlens cannot hold, and where arrays need a folder.

    >>> import numpy as np
    >>> lens = {"theta_E": 1.0, "e1": 0.1, "e2": 0.0, "center_x": 0.0, "center_y": 0.0}
    >>> config = from_lenstronomy(
    ...     {
    ...         "kwargs_model": {"lens_model_list": ["SIE"], "source_light_model_list": ["SERSIC"]},
    ...         "kwargs_params": {
    ...             "kwargs_lens": [lens],
    ...             "kwargs_source": [
    ...                 {"amp": 10.0, "R_sersic": 0.2, "n_sersic": 1.0, "center_x": 0.1, "center_y": 0.0}
    ...             ],
    ...         },
    ...         "kwargs_data": {
    ...             "image_data": np.zeros((60, 60)),
    ...             "ra_at_xy_0": -2.95,
    ...             "dec_at_xy_0": -2.95,
    ...             "transform_pix2angle": np.diag([0.1, 0.1]),
    ...         },
    ...         "kwargs_psf": {"psf_type": "GAUSSIAN", "fwhm": 0.3},
    ...     }
    ... )
    >>> config["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["NAME"]
    'SIE'
    """
    if point_sources not in ("images", "sources"):
        raise ExchangeError(f"point_sources is {point_sources!r}; give 'images' or 'sources'")
    own = {_BAND: bands} if "kwargs_model" in bands else bands
    if not own:
        raise ExchangeError("there are no bands; give kwargs_model and the other arguments by band")
    # magnitudes to seven digits and more
    with jax.enable_x64(True):
        images = images_of(own, magnitude_zero_point)
        files = Files(None if folder is None else Path(folder))
        whole = planes_of(images, z_lens, z_source)
        cosmology = cosmology_section(images[0], needed=len(whole) > 2)
        parameters = cosmology["PARAMETERS"] if point_sources == "sources" else None
        planes = with_points(images, whole, parameters)
        species, geometry = sections_of(images, planes, files)
        return {
            "DATASET": {"NAME": _NAME, "PARAMETERS": {"SIZE": 1, "OUTDIR": _NAME, "SEED": 0}},
            "COSMOLOGY": cosmology,
            **image_sections(images, files, exact=files.has_haloes),
            "SPECIES": species,
            "GEOMETRY": {"CONFIGURATION_1": {"NAME": _NAME, "FRACTION": 1.0, **geometry}},
        }
