"""The images into which systems are put: one a band, with variance, mask, and what its numbers mean."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.config.errors import nearest
from jaxlens.config.fits_extensions import image_unit, missing_image, split_extension
from jaxlens.files import photometry
from jaxlens.files.by_band import by_band
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.wcs import image_wcs
from jaxlens.injection.masks import bad_bits

# The names of extensions with an image, which are looked for first.
IMAGES = ("IMAGE", "SCI")
# The names of extensions with a variance, or a standard deviation or inverse of it, -> the power of sigma.
VARIANCES = {"VARIANCE": 2, "VAR": 2, "ERR": 1, "ERROR": 1, "SIGMA": 1, "STDEV": 1, "IVAR": -2}
# The names of extensions with a mask.
MASKS = ("MASK", "DQ", "FLAGS")
# The power of sigma of a variance whose extension has none of these names.
_VARIANCE = 2


@dataclass(frozen=True)
class Unit:
    """An image in a FITS file.

    Attributes:
        path: the file.
        number: the number of the extension.
        header: the header of the image.
    """

    path: Path
    number: int
    header: Any = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """The name in messages: the file, with the extension where it is not the first."""
        return f"{self.path}[{self.number}]" if self.number else str(self.path)


@dataclass(frozen=True, eq=False)
class BandImage:
    """The image of a band.

    Attributes:
        band: the band's name in the configuration.
        image: the image.
        shape: rows and columns.
        wcs: astropy's WCS.
        zero_point: the AB magnitude of one unit.
        gain: electrons per unit; None where no noise is added and no variance changed.
        variance: the plane of variances; None where there is none.
        variance_power: 2 for variances, 1 for standard deviations, -2 for inverse variances.
        mask: the mask; None where there is none.
        bad: the bits of the mask that make a pixel bad.
    """

    band: str
    image: Unit
    shape: tuple[int, int]
    wcs: Any
    zero_point: float
    gain: float | None
    variance: Unit | None
    variance_power: int
    mask: Unit | None
    bad: int

    @property
    def pixel_scale(self) -> float:
        """The square root of the area of a pixel at CRPIX, arcsec."""
        return 3600.0 * float(np.sqrt(abs(np.linalg.det(self.wcs.pixel_scale_matrix))))

    @property
    def units(self) -> tuple[Unit, ...]:
        """The image, its variance and its mask, those that there are."""
        return tuple(unit for unit in (self.image, self.variance, self.mask) if unit is not None)


def read_images(
    images: Any,
    bands: Sequence[str],
    *,
    variance: Any = None,
    mask: Any = None,
    mask_planes: Sequence[str] | None = None,
    zero_point: Any = None,
    gain: Any = None,
    noise: bool = True,
) -> tuple[BandImage, ...]:
    """The images of some bands, checked; no pixel is read.

    Args:
        images: FITS files by band, or a list of them, whose bands are those of their headers, or else the
            bands of the configuration in order; `file.fits[NAME]` is an extension.
        bands: the bands of the configuration.
        variance: files of variances, one or by band; by default extensions of the images' files.
        mask: files of masks, in the same way.
        mask_planes: the planes or bits of masks that are bad; see `masks.bad_bits`.
        zero_point: AB magnitudes of one unit, one or by band; by default those of the headers.
        gain: electrons per unit, in the same way.
        noise: whether noise is added, for which a gain is needed.

    Raises:
        ValueError: if images have no band, no WCS, no zero point or no gain, or shapes do not match.
        StorageError: if a file cannot be read, or does not have the image.
    """
    found = images_by_band(images, bands)
    names = tuple(found)
    given = {
        name: by_band(name, value, names)
        for name, value in (
            ("variance", variance),
            ("mask", mask),
            ("zero_point", zero_point),
            ("gain", gain),
        )
    }
    read = tuple(
        _band_image(
            band, path, {name: values.get(band) for name, values in given.items()}, mask_planes, noise
        )
        for band, path in found.items()
    )
    _check_own_planes(read)
    return read


def _check_own_planes(images: Sequence[BandImage]) -> None:
    """ValueError where two bands have one image or one variance, which would get the light of both."""
    for what in ("image", "variance"):
        bands: dict[Unit, str] = {}
        for one in images:
            unit = getattr(one, what)
            if unit is not None and bands.setdefault(unit, one.band) != one.band:
                raise ValueError(
                    f"the bands {bands[unit]} and {one.band} have one {what}, {unit.name}; give each its own"
                )


def images_by_band(images: Any, bands: Sequence[str]) -> dict[str, str]:
    """The files by band, in the order of the configuration's bands.

    Args:
        images: as in `read_images`.
        bands: the bands of the configuration.

    Raises:
        ValueError: if a band is unknown, named twice, or not known.
    """
    if isinstance(images, Mapping):
        named = {str(band): os.fspath(path) for band, path in images.items()}
    else:
        listed = [images] if isinstance(images, str | os.PathLike) else list(images)
        named = _bands_of([os.fspath(path) for path in listed], bands)
    if not named:
        raise ValueError("there are no images; give one FITS file a band")
    for band in named:
        if band not in bands:
            raise ValueError(f"the configuration has no band {band!r}; {nearest(band, bands)}")
    return {band: named[band] for band in bands if band in named}


def _bands_of(paths: list[str], bands: Sequence[str]) -> dict[str, str]:
    """Files by the bands of their headers, or else in the order of the configuration's bands."""
    found = [photometry.band(_merged_header(path), bands) for path in paths]
    if any(band is None for band in found):
        if len(paths) != len(bands):
            path = paths[found.index(None)]
            raise ValueError(
                f"{path} has no keyword BAND or FILTER with a band of {', '.join(bands)}, and there are "
                f"{len(paths)} images for {len(bands)} bands; write {bands[0]}={path}"
            )
        return dict(zip(bands, paths, strict=True))
    twice = [band for band in found if found.count(band) > 1]
    if twice:
        raise ValueError(f"there are two images of the band {twice[0]}; give one a band, as {twice[0]}=FILE")
    return dict(zip((str(band) for band in found), paths, strict=True))


def _band_image(
    band: str, path: str, given: Mapping[str, Any], mask_planes: Sequence[str] | None, noise: bool
) -> BandImage:
    """The image of a band, with what was given for it."""
    image = find_unit(path, IMAGES, required=True)
    assert image is not None
    header = _merged_header(path)
    variance = _beside(image, given["variance"], tuple(VARIANCES))
    mask = _beside(image, given["mask"], MASKS)
    zero = given["zero_point"]
    zero = photometry.zero_point(header, image.name) if zero is None else photometry.given_zero_point(zero)
    gain = photometry.given_gain(given["gain"]) if noise and given["gain"] is not None else None
    if noise and gain is None:
        gain = photometry.gain(header, image.name)
    return BandImage(
        band=band,
        image=image,
        shape=_shape(image),
        wcs=_wcs(image),
        zero_point=zero,
        gain=gain,
        variance=variance,
        variance_power=VARIANCES.get(_extension_name(variance), _VARIANCE),
        mask=mask,
        bad=bad_bits(mask.header, mask_planes, mask.name) if mask else -1,
    )


def find_unit(path: str, names: Sequence[str], required: bool) -> Unit | None:
    """The image of a file that has one of some names, or is named in brackets, or else is the first.

    Args:
        path: the file, with an extension in brackets or without.
        names: names of extensions.
        required: whether the first image is taken where none has such a name; otherwise None is returned.

    Raises:
        StorageError: if the file cannot be read, or does not have the image.
    """
    from astropy.io import fits

    file, extension = (path, None) if Path(path).exists() else split_extension(path)
    with explained(Path(file), "give a FITS image", (OSError,)), fits.open(file) as units:
        wanted = [extension] if extension else [*names, *([None] if required else [])]
        chosen = next((unit for name in wanted if (unit := image_unit(units, name)) is not None), None)
        if chosen is None:
            if required or extension:
                raise StorageError(f"{file}: {missing_image(units, extension)}")
            return None
        number = next(i for i, unit in enumerate(units) if unit is chosen)
        return Unit(Path(file), number, chosen.header.copy())


def _beside(image: Unit, given: Any, names: Sequence[str]) -> Unit | None:
    """The variance or the mask of an image: that of a given file, or an extension of the image's own."""
    if given is not None:
        found = find_unit(os.fspath(given), names, required=True)
    else:
        version = image.header.get("EXTVER", 1)
        found = find_unit(str(image.path), [f"{name},{version}" for name in names], required=False)
        if found is None or found.number == image.number:
            return None
    if found is not None and _shape(found) != _shape(image):
        sizes = " x ".join(map(str, _shape(found))), " x ".join(map(str, _shape(image)))
        raise ValueError(
            f"{found.name} has {sizes[0]} pixels, but {image.name} has {sizes[1]}; give them alike"
        )
    return found


def _shape(unit: Unit) -> tuple[int, int]:
    """Rows and columns; ValueError where an image has other axes."""
    axes = [unit.header[f"NAXIS{i + 1}"] for i in range(unit.header["NAXIS"])]
    if len(axes) != 2:
        raise ValueError(f"{unit.name} has {len(axes)} axes; give an image of rows and columns, one a band")
    return int(axes[1]), int(axes[0])


def _wcs(image: Unit) -> Any:
    from astropy.io import fits

    with fits.open(image.path) as units:
        return image_wcs(image.header, image.name, units)


def _merged_header(path: str) -> dict[str, Any]:
    """The header of an image, and what the first header of its file has besides."""
    from astropy.io import fits

    image = find_unit(path, IMAGES, required=True)
    assert image is not None
    first = fits.getheader(image.path, 0)
    return {key: header[key] for header in (first, image.header) for key in header if key}


def _extension_name(unit: Unit | None) -> str:
    return "" if unit is None else str(unit.header.get("EXTNAME", "")).strip().upper()
