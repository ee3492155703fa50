"""Images with a WCS, and a small lens in two bands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from tests.sky_headers import SIDE, sip_header, tan_header

Maker = Callable[..., Path]


@pytest.fixture
def make_image(tmp_path: Path) -> Maker:
    """A function that writes an image of sky noise with a variance and a mask, and returns its path."""

    def make(
        name: str = "g.fits",
        header: fits.Header | None = None,
        pixels: np.ndarray | None = None,
        mask: np.ndarray | None = None,
        planes: bool = True,
        **cards: Any,
    ) -> Path:
        own = tan_header() if header is None else header
        rows, columns = (SIDE, SIDE) if pixels is None else pixels.shape
        data = np.random.default_rng(5).normal(0.0, 0.1, (rows, columns)) if pixels is None else pixels
        own.update({"MAGZERO": 25.0, "GAIN": 4.0} | cards)
        units = [fits.PrimaryHDU(), fits.ImageHDU(data.astype(np.float32), own, name="IMAGE")]
        if planes:
            flags = np.zeros((rows, columns), np.int32) if mask is None else mask
            own = fits.Header([("MP_BAD", 0), ("HIERARCH MP_DETECTED", 5)])
            units.append(fits.ImageHDU(flags, own, name="MASK"))
            units.append(fits.ImageHDU(np.full((rows, columns), 0.01, np.float32), name="VARIANCE"))
        fits.HDUList(units).writeto(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def wcs() -> WCS:
    """The WCS of an image with distortion that is turned by 30 degrees."""
    return WCS(sip_header(angle=30.0))


@pytest.fixture
def blobs() -> dict[str, Any]:
    """Galaxies that are round Gaussians, beside the position of their system, in two bands."""
    beside = {"sigma": 0.3, "center_x": 0.4, "center_y": -0.2}
    magnitude = {"g": drawn(20.0, 20.5), "r": 19.0}
    galaxy = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": magnitude} | beside}
    image = {"exposure_time": 100, "numPix": 25, "pixel_scale": 0.25, "psf_type": "GAUSSIAN", "read_noise": 5}
    survey = {"BANDS": "g,r", "seeing": 0.7, "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    plane = {"OBJECT_1": "BLOB", "PARAMETERS": {"REDSHIFT": 0.5}}
    return {
        "DATASET": {"NAME": "Blobs", "PARAMETERS": {"SIZE": 4, "OUTDIR": "Blobs", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {"GALAXY_1": {"NAME": "BLOB", "LIGHT_PROFILE_1": galaxy}},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "BLOBS", "FRACTION": 1.0, "PLANE_1": plane}},
    }


def drawn(low: float, high: float) -> dict[str, Any]:
    """A uniform distribution."""
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}
