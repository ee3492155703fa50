"""The lenses of a sample: folders with files of plain names, or the rows of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.catalogs.reading import read_catalog
from jaxlens.catalogs.tables import Table

# What a file of a lens is -> the names that it may have, before an underscore and the name of its band.
ROLES: dict[str, tuple[str, ...]] = {
    "image": ("image", "sci", "data"),
    "sigma": ("noise", "sigma", "rms", "error", "err", "noise_map"),
    "variance": ("variance", "var"),
    "inverse_variance": ("ivar", "inverse_variance", "weight"),
    "psf": ("psf", "kernel"),
    "mask": ("mask",),
    "bad": ("bad", "flags", "dq"),
}
# The endings of the names of FITS files.
_ENDINGS = (".fits", ".fit", ".fts", ".fits.gz")
# What a column of a table is -> the names that it may have, in any capitals.
_COLUMNS: Mapping[str, tuple[str, ...]] = ROLES | {
    "name": ("name", "lens_name", "lens", "id", "system"),
    "band": ("band", "filter"),
    "pixel_scale": ("pixel_scale", "pixscale"),
    "psf_factor": ("psf_factor",),
    "z_lens": ("z_lens", "zl", "z_l", "redshift_lens", "zfg"),
    "z_source": ("z_source", "zs", "z_s", "redshift_source", "zbg"),
    "ra": ("ra",),
    "dec": ("dec",),
}


@dataclass(frozen=True)
class ImageFiles:
    """The files of one image of a lens; `"file.fits[NAME]"` names an extension.

    Attributes:
        image: the data.
        sigma: the noise's standard deviation in each pixel.
        variance: in its place, the square of it.
        inverse_variance: in its place, a map of weights.
        psf: the kernel of the PSF.
        mask: 1 where a pixel is used.
        bad: flags, not 0 where a pixel is not used.
        band: the name of the band; empty where nothing says.
        pixel_scale: arcsec, of an image without WCS; None where nothing says.
        psf_factor: the number of the kernel's pixels along one side of an image pixel.
    """

    image: str
    sigma: str | None = None
    variance: str | None = None
    inverse_variance: str | None = None
    psf: str | None = None
    mask: str | None = None
    bad: str | None = None
    band: str = ""
    pixel_scale: float | None = None
    psf_factor: int = 1

    def paths(self) -> list[Path]:
        """The files, without the names of extensions."""
        given = [getattr(self, role) for role in ROLES]
        return [Path(re.sub(r"\[[^\]]*\]$", "", one)) for one in given if one is not None]


@dataclass(frozen=True)
class Lens:
    """One lens of a sample.

    Attributes:
        name: as the folder or the table has it.
        images: the files of its images, one for each band and exposure.
        z_lens: the redshift of the lens, or None.
        z_source: that of the source, or None.
        ra: degrees, or None.
        dec: degrees, or None.
    """

    name: str
    images: tuple[ImageFiles, ...]
    z_lens: float | None = None
    z_source: float | None = None
    ra: float | None = None
    dec: float | None = None

    @property
    def folder_name(self) -> str:
        """The name as that of a folder: what is no letter, digit or one of `+-._` is an underscore.

        >>> Lens("SDSS J0029-0055", ()).folder_name
        'SDSS_J0029-0055'
        """
        return re.sub(r"[^\w+.-]", "_", self.name).lstrip(".") or "_"


def find_lenses(source: str | Path) -> tuple[Lens, ...]:
    """The lenses of a folder, sorted by name, or of a table, in the order of its rows.

    A folder has a sub-folder for each lens, whose name is that of the lens, with `image.fits` and what there
    is of `noise.fits` (or `sigma`, `rms`), `variance.fits`, `ivar.fits` (or `weight`), `psf.fits`,
    `mask.fits` and `bad.fits` (or `dq`).  Several bands are `image_F814W.fits`, `psf_F814W.fits` and so on; a
    file without a band then belongs to all of them.  Sub-folders without an image are left out.

    A table (CSV, ECSV, FITS, VOTable, Parquet) has the columns `name` and `image`, and what there is of
    `sigma`, `variance`, `ivar`, `psf`, `mask`, `bad`, `band`, `pixel_scale`, `psf_factor`, `z_lens`,
    `z_source`, `ra`, `dec`.  Files are relative to the table's folder.  Rows of one name are the bands and
    exposures of one lens.

    Args:
        source: the folder or the table.

    Raises:
        ValueError: if there is no lens; if two lenses would have one folder; if a table lacks a column.
        CatalogError: if a table cannot be read; it is a ValueError.
    """
    path = Path(source)
    if not path.exists():
        raise ValueError(f"{path}: there is no such folder or table; give a folder of lenses, or a table")
    lenses = tuple(_of_folder(path) if path.is_dir() else _of_table(read_catalog(path), path.parent))
    if not lenses:
        raise ValueError(f"{path} has no sub-folder with an image.fits; give a folder with one for each lens")
    seen: dict[str, str] = {}
    for lens in lenses:
        other = seen.setdefault(lens.folder_name.casefold(), lens.name)
        if other != lens.name:
            raise ValueError(
                f"{path}: the lenses {other} and {lens.name} have names too much alike; rename one"
            )
    return lenses


def _of_folder(path: Path) -> Iterator[Lens]:
    """The lenses of the sub-folders of a folder."""
    for folder in sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith(".")):
        by_band = _files(folder)
        images = [_images_of(by_band, band) for band, files in sorted(by_band.items()) if "image" in files]
        if images:
            yield Lens(folder.name, tuple(images))


def _files(folder: Path) -> dict[str, dict[str, str]]:
    """The files of a folder by band and role."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.iterdir()):
        ending = next((one for one in _ENDINGS if path.name.lower().endswith(one)), None)
        if ending is None:
            continue
        stem = path.name[: -len(ending)]
        for role, band in _meanings(stem):
            of_band = found.setdefault(band, {})
            if role in of_band:
                names = Path(of_band[role]).name, path.name
                raise ValueError(f"{folder} has both {names[0]} and {names[1]} for the {role}; remove one")
            of_band[role] = str(path)
            break
    return found


def _meanings(stem: str) -> Iterator[tuple[str, str]]:
    """The role and the band that a name without its ending may stand for, the longest word first."""
    words = sorted(
        ((word, role) for role, all_ in ROLES.items() for word in all_), key=lambda one: -len(one[0])
    )
    for word, role in words:
        if stem.lower() == word:
            yield role, ""
        elif stem.lower().startswith(f"{word}_"):
            yield role, stem[len(word) + 1 :]


def _images_of(by_band: Mapping[str, Mapping[str, str]], band: str) -> ImageFiles:
    """The files of one band; what it has no file for is that of all bands."""
    own = by_band[band]
    shared = {} if band == "" else dict(by_band.get("", {}))
    noises = ("sigma", "variance", "inverse_variance")
    if any(name in own for name in noises):
        shared = {role: path for role, path in shared.items() if role not in noises}
    return _named(shared | dict(own), band=band)


def _of_table(table: Table, folder: Path) -> Iterator[Lens]:
    """The lenses of the rows of a table."""
    known = {name.casefold(): name for name in table.columns}
    columns = {
        meaning: table.columns[next(known[word] for word in words if word in known)]
        for meaning, words in _COLUMNS.items()
        if any(word in known for word in words)
    }
    for needed in ("name", "image"):
        if needed not in columns:
            raise ValueError(
                f"{table.source} has no column {needed!r}; its columns are {', '.join(table.columns)}"
            )
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(columns["name"]):
        rows.setdefault(_text(name), []).append(i)
    for name, numbers in rows.items():
        if not name:
            raise ValueError(f"{table.source} has no name in row {numbers[0]}; give each lens one")
        images = tuple(_image_of_row(columns, i, folder, table.source) for i in numbers)
        own = {
            key: _number(columns[key][numbers[0]])
            for key in ("z_lens", "z_source", "ra", "dec")
            if key in columns
        }
        yield Lens(name, images, **own)


def _image_of_row(columns: Mapping[str, np.ndarray], i: int, folder: Path, source: str) -> ImageFiles:
    """The files that a row of a table names."""
    files = {role: _text(columns[role][i]) for role in ROLES if role in columns}
    if not files["image"]:
        raise ValueError(f"{source} has no image in row {i}; give the name of a file")
    named = {role: str(folder / name) for role, name in files.items() if name}
    scale = _number(columns["pixel_scale"][i]) if "pixel_scale" in columns else None
    factor = _number(columns["psf_factor"][i]) if "psf_factor" in columns else None
    band = _text(columns["band"][i]) if "band" in columns else ""
    return _named(named, band=band, pixel_scale=scale, psf_factor=int(factor or 1))


def _named(files: Mapping[str, str], **more: Any) -> ImageFiles:
    """The files of an image by their roles."""
    known: dict[str, Any] = {role: path for role, path in files.items() if role in ROLES}
    return ImageFiles(**known, **more)


def _text(value: object) -> str:
    """A text of a table; empty where it is missing."""
    text = str(value).strip()
    return "" if text.lower() in ("nan", "none", "--", "<na>") else text


def _number(value: object) -> float | None:
    """A number of a table; None where it is missing."""
    number = float(str(value)) if _text(value) else math.nan
    return number if math.isfinite(number) else None
