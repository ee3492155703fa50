"""IMAGE and SURVEY of a file from the instrument and the observation of COOLEST templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import numpy as np

from jaxlens.exchange.coolest_in import by_band_or_one
from jaxlens.exchange.coolest_instrument import NUMERICS
from jaxlens.exchange.coolest_light import DARK
from jaxlens.exchange.coolest_pixels import Grid
from jaxlens.exchange.coolest_template import Pixels, Template
from jaxlens.exchange.coolest_writing import OURS
from jaxlens.exchange.errors import ExchangeError

Columns = Literal["east", "west"]
# The zero point of magnitudes where a template has none.
ZERO_POINT = 25.0
# By how much the ratio of the pixels of an image and of a kernel may differ from a whole number.
_TOLERANCE = 1e-4


def zero_points(templates: Mapping[str, Template], remarks: list[str]) -> dict[str, float]:
    """The magnitude of 1 electron/s in each band; ZERO_POINT, with a remark, where a template has none."""
    missing = [band for band, one in templates.items() if one.mag_zero_point is None]
    if missing:
        remarks.append(f"{', '.join(missing)}: there is no mag_zero_point; magnitudes are for {ZERO_POINT:g}")
    return {
        band: ZERO_POINT if one.mag_zero_point is None else float(one.mag_zero_point)
        for band, one in templates.items()
    }


def instrument_in(
    templates: Mapping[str, Template],
    points: Mapping[str, float],
    columns: Columns | None,
    problems: list[str],
    remarks: list[str],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The PARAMETERS of IMAGE and of SURVEY.

    Args:
        templates: that of each band.
        points: the magnitude of 1 electron/s in each band.
        columns: whether columns of an image go to the east or the west; None for what the templates say.
        problems: what a file cannot hold is added to it.
        remarks: what is missing, or taken for something else, is added to it.
    """
    first = next(iter(templates.values()))
    grid = _grid(first, columns)
    image: dict[str, Any] = {}
    survey: dict[str, Any] = {"BANDS": list(templates)}
    parts: list[tuple[dict[str, Any], Callable[[], Mapping[str, Any]]]] = [
        (image, lambda: _pixels(templates, grid, remarks)),
        (image, lambda: _psf(templates, grid)),
        (image, lambda: _by_band(templates, lambda one: _noise(one, remarks))),
        (survey, lambda: _seeing(templates)),
        (survey, lambda: {"magnitude_zero_point": by_band_or_one("magnitude_zero_point", points)}),
        (survey, lambda: _by_band(templates, _sky)),
    ]
    for section, read in parts:
        try:
            section |= read()
        except ExchangeError as error:
            problems.append(str(error))
    for name in ("exposure_time", *(() if "background_noise" in image else ("read_noise",))):
        if name not in image:
            remarks.append(f"there is no {name}; add IMAGE.PARAMETERS.{name}")
    if "background_noise" not in image and "sky_brightness" not in survey:
        remarks.append("there is no sky_brightness; add SURVEY.PARAMETERS.sky_brightness")
    notes = first.notes.get("IMAGE")
    own = notes if isinstance(notes, Mapping) else {}
    return image | {name: value for name, value in own.items() if name in NUMERICS}, survey


def _grid(template: Template, columns: Columns | None) -> Grid:
    """The grid of the image of a template."""
    noted = template.notes.get("columns")
    own: Columns = columns or ("east" if noted == "east" else "west")
    if template.image is None:
        return Grid(template.pixel_size, own)
    x, y = (0.5 * sum(ends) for ends in (template.image.x, template.image.y))
    centred = abs(x) < 1e-9 * template.pixel_size and abs(y) < 1e-9 * template.pixel_size
    return Grid(template.pixel_size, own, *((0.0, 0.0) if centred else (-x, y)))


def _pixels(templates: Mapping[str, Template], grid: Grid, remarks: list[str]) -> dict[str, Any]:
    """Where pixels are, and how many."""
    by_band_or_one("pixel_size", {band: one.pixel_size for band, one in templates.items()}, False)
    shapes = {band: one.image.array.shape for band, one in templates.items() if one.image is not None}
    if not shapes:
        remarks.append("there is no image, and so no number of pixels; add IMAGE.PARAMETERS.numPix")
        return grid.keys()
    rows, across = by_band_or_one("the number of pixels", shapes, False)
    if rows != across:
        raise ExchangeError(f"the image has {across} x {rows} pixels; images of jaxlens are squares")
    return {"numPix": rows, **grid.keys()}


def _psf(templates: Mapping[str, Template], grid: Grid) -> dict[str, Any]:
    """The kind of PSF, and its kernel."""
    kinds = {band: _kind(one) for band, one in templates.items()}
    kind = by_band_or_one("the kind of PSF", kinds, False)
    found: dict[str, Any] = {"psf_type": kind}
    if kind == "PIXEL":
        kernels = {band: one.psf for band, one in templates.items() if isinstance(one.psf, Pixels)}
        factors = {band: _factor(templates[band], kernel) for band, kernel in kernels.items()}
        files = {band: _kernel_file(kernel, grid) for band, kernel in kernels.items()}
        found["kernel_point_source"] = by_band_or_one("kernel_point_source", files)
        factor = by_band_or_one("the number of pixels of the PSF in a pixel of the image", factors, False)
        found |= {"kernel_supersampling_factor": factor} if factor > 1 else {}
    return found


def _kind(template: Template) -> str:
    """The psf_type of a template."""
    if template.psf is None:
        return "NONE"
    return "PIXEL" if isinstance(template.psf, Pixels) else "GAUSSIAN"


def _factor(template: Template, kernel: Pixels) -> int:
    """Pixels of the kernel along a side of a pixel of the image."""
    ratio = template.pixel_size / kernel.pixel_size
    if round(ratio) < 1 or abs(ratio - round(ratio)) > _TOLERANCE * ratio:
        found = (
            f"the PSF has pixels of {kernel.pixel_size:g} arcsec, and the image of {template.pixel_size:g}"
        )
        raise ExchangeError(f"{found}; give a whole number of them along a side of a pixel")
    return round(ratio)


def _kernel_file(kernel: Pixels, grid: Grid) -> str:
    """The file of a kernel whose columns go as those of the image."""
    if grid.columns == "west" or np.array_equal(kernel.array, kernel.array[:, ::-1]):
        return kernel.path
    if kernel.ours is None:
        found = f"{kernel.path} has columns to the west, as images of COOLEST have, and no mirrored PSF"
        raise ExchangeError(f"{found}; leave out columns='east'")
    return f"{kernel.path}[{OURS}]"


def _seeing(templates: Mapping[str, Template]) -> dict[str, Any]:
    """The full width at half maximum of Gaussian PSFs, arcsec."""
    widths = {band: one.psf * one.pixel_size for band, one in templates.items() if isinstance(one.psf, float)}
    return {"seeing": by_band_or_one("seeing", widths)} if widths else {}


def _sky(template: Template) -> dict[str, float]:
    """The brightness of the sky where it makes noise."""
    if template.noise != "InstrumentalNoise":
        return {}
    if not template.noise_values["with_sky_shot_noise"]:
        return {"sky_brightness": DARK}
    brightness = template.mag_sky_brightness
    return {} if brightness is None else {"sky_brightness": float(brightness)}


def _noise(template: Template, remarks: list[str]) -> dict[str, float]:
    """The exposure time and the noise of a template in the words of IMAGE."""
    values, time = template.noise_values, template.exposure_time
    found = {} if time is None else {"exposure_time": float(time)}
    if template.noise == "InstrumentalNoise":
        if not values["with_target_shot_noise"]:
            remarks.append(
                "the noise is without that of the light itself, which images of jaxlens always have"
            )
        return {**found, "read_noise": template.readout_noise if values["with_readout_noise"] else 0.0}
    if template.noise == "UniformGaussianNoise":
        remarks.append(
            "the noise is UniformGaussianNoise; images of jaxlens have that of the light itself, too"
        )
        return {**found, "background_noise": float(values["std_dev"])}
    if template.noise == "DrizzledNoise":
        found |= _median(values["wht_map"], "exposure_time", "wht_map", remarks) if time is None else {}
        return {**found, "background_noise": float(values["background_rms"])}
    if template.noise == "NoiseMap":
        return {**found, **_median(values["noise_map"], "background_noise", "noise_map", remarks)}
    remarks.append(f"the noise is {template.noise or 'not given'}; add IMAGE.PARAMETERS.background_noise")
    return found


def _median(pixels: Pixels | None, name: str, of: str, remarks: list[str]) -> dict[str, float]:
    """The median of a map in place of it; nothing where there is none."""
    if pixels is None:
        return {}
    low, middle, high = (float(one) for one in np.percentile(pixels.array, (0, 50, 100)))
    if low < high:
        remarks.append(f"{of} is from {low:g} to {high:g}; {name} is its median, {middle:g}, in all pixels")
    return {name: middle}


def _by_band(
    templates: Mapping[str, Template], read: Callable[[Template], Mapping[str, float]]
) -> dict[str, Any]:
    """Numbers that are read from each template, by name; those that some lack are left out."""
    found = {band: read(one) for band, one in templates.items()}
    names: Iterator[str] = (
        name for name in next(iter(found.values())) if all(name in own for own in found.values())
    )
    return {name: by_band_or_one(name, {band: own[name] for band, own in found.items()}) for name in names}
