"""A COOLEST template as a JSON file with FITS files beside it, by the package coolest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from jaxlens.exchange.coolest_template import Entity, Number, Pixels, Template, TemplateProfile
from jaxlens.files.extras import required
from jaxlens.files.version import version

# The key under which jaxlens writes of itself in a template's `meta`.
NOTES = "jaxlens"
# The extension of a FITS file with the same image in the axes of jaxlens.
OURS = "JAXLENS"
# In what precision images are written.
_DTYPE = np.float64


def write_template(template: Template, path: Path) -> None:
    """Write a template to `path` and its images to files beside it, whose names begin with that of `path`.

    Args:
        template: the template.
        path: the path of a JSON file.

    Raises:
        ImportError: if coolest is not installed.
        OSError: if a file cannot be written.
    """
    lazy = required("coolest.template.lazy", "coolest")
    whole = required("coolest.template.standard", "coolest").COOLEST(
        "MOCK",
        lazy.CoordinatesOrigin(*_sky(template.sky)),
        lazy.LensingEntityList(*(_entity(lazy, one, path, k) for k, one in enumerate(template.entities))),
        _observation(lazy, template, path),
        _instrument(lazy, template, path),
        cosmology=lazy.Cosmology(**template.cosmology) if template.cosmology else None,
        metadata={NOTES: {"version": version(), **template.notes}},
    )
    path.write_text(whole.to_JSON(indent=2, exclude_keys=whole.exclude_keys))


def _sky(sky: tuple[float, float]) -> list[str]:
    """Right ascension and declination in hours, minutes and seconds, and in degrees."""
    # with what only templates need
    from astropy.coordinates import SkyCoord

    text: str = SkyCoord(*sky, unit="deg").to_string(style="hmsdms", precision=9)
    return text.split(" ")


def _entity(lazy: Any, entity: Entity, path: Path, k: int) -> Any:
    """An entity as an object of coolest, with files for its images."""
    models = {"mass_model": lazy.MassModel(*(one.kind for one in entity.mass))}
    if not entity.is_field:
        models["light_model"] = lazy.LightModel(*(one.kind for one in entity.light))
    found = (lazy.MassField if entity.is_field else lazy.Galaxy)(entity.name, entity.redshift, **models)
    for model, profiles in zip(models.values(), (entity.mass, entity.light), strict=False):
        for i, (own, one) in enumerate(zip(model, profiles, strict=True)):
            _fill(lazy, own, one, path.with_name(f"{path.stem}_entity{k + 1}_light{i + 1}.fits"))
    return found


def _fill(lazy: Any, own: Any, profile: TemplateProfile, file: Path) -> None:
    """Give a profile of coolest its values, and write the file of its pixels."""
    for name, value in profile.values.items():
        if isinstance(value, Pixels):
            own.parameters[name] = _grid(lazy, value, file)
        else:
            own.parameters[name].set_point_estimate(_plain(value))


def _plain(value: Number | list[float]) -> Any:
    return float(value.value) if isinstance(value, Number) else [float(one) for one in value]


def _observation(lazy: Any, template: Template, path: Path) -> Any:
    """The observation as an object of coolest."""
    values = {
        name: _grid(lazy, value, path.with_name(f"{path.stem}_{name}.fits"))
        if isinstance(value, Pixels)
        else value
        for name, value in template.noise_values.items()
    }
    image = template.image
    return lazy.Observation(
        pixels=None if image is None else _grid(lazy, image, path.with_name(f"{path.stem}_image.fits")),
        exposure_time=template.exposure_time,
        noise=getattr(lazy, template.noise or "Noise")(**values),
        mag_zero_point=template.mag_zero_point,
        mag_sky_brightness=template.mag_sky_brightness,
    )


def _instrument(lazy: Any, template: Template, path: Path) -> Any:
    """The instrument as an object of coolest."""
    psf = template.psf
    if psf is None:
        own = lazy.PSF()
    elif isinstance(psf, Pixels):
        own = lazy.PixelatedPSF(pixels=_grid(lazy, psf, path.with_name(f"{path.stem}_psf.fits")))
    else:
        own = lazy.GaussianPSF(fwhm=psf)
    return lazy.Instrument(
        template.pixel_size, band=template.band, readout_noise=template.readout_noise, psf=own
    )


def _grid(lazy: Any, pixels: Pixels, file: Path) -> Any:
    """The pixels as an object of coolest; they are written to `file`."""
    units = [fits.PrimaryHDU(np.asarray(pixels.array, _DTYPE))]
    if pixels.ours is not None and not np.array_equal(pixels.ours, pixels.array):
        units.append(fits.ImageHDU(np.asarray(pixels.ours, _DTYPE), name=OURS))
    fits.HDUList(units).writeto(file, overwrite=True)
    rows, columns = pixels.array.shape
    return lazy.PixelatedRegularGrid(
        file.name,
        field_of_view_x=tuple(map(float, pixels.x)),
        field_of_view_y=tuple(map(float, pixels.y)),
        num_pix_x=columns,
        num_pix_y=rows,
        check_fits_file=True,
        fits_file_dir=str(file.parent.absolute()),
    )


def band_paths(path: Path, bands: tuple[str, ...]) -> list[Path]:
    """The path of the template of each band: `path` itself where there is one band, else `name_g.json`."""
    whole = path if path.suffix.lower() == ".json" else path.with_name(f"{path.name}.json")
    if len(bands) == 1:
        return [whole]
    return [whole.with_name(f"{whole.stem}_{band}.json") for band in bands]
