"""From the parameters of a chunk of systems to deeplenstronomy's metadata columns.

A column's name is the parameter's name and the band, `PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g`.
What a configuration says in words and counts (`fixed`) is kept apart from the numbers that vary, so
that a file can hold each of them once and still give the whole table back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from jaxlens.config.model import Configuration, Galaxy, Instrument, Numerics, PointSource
from jaxlens.kernels.lensing.lens_equation import ImagePositions

Fixed = dict[str, str | int]
Column = NDArray[np.generic]

_TEXTS = ("x_mins", "y_mins")
# Whole numbers, which are floats among the parameters.
_COUNTS = ("BACKGROUND_IDX",)


def fixed(configuration: Configuration, instrument: Instrument) -> Fixed:
    """The strings and counts of one configuration, which are the same for all its systems and bands.

    Names are deeplenstronomy's, without the band: `CONFIGURATION_LABEL`, `NUMBER_OF_PLANES`,
    `PLANE_1-NUMBER_OF_OBJECTS`, `PLANE_1-OBJECT_1-HOST`, `numPix`, ...
    """
    entries: Fixed = {
        "CONFIGURATION_LABEL": configuration.label,
        "CONFIGURATION_NAME": configuration.name,
        "NUMBER_OF_PLANES": len(configuration.planes),
        "NUMBER_OF_NOISE_SOURCES": len(configuration.noise),
    }
    entries |= _instrument(instrument)
    entries |= {f"{label}-NAME": source.name for label, source in configuration.noise}
    for plane in configuration.planes:
        entries[f"{plane.label}-NUMBER_OF_OBJECTS"] = len(plane.objects)
        for label, species in plane.objects:
            described = _galaxy(species) if isinstance(species, Galaxy) else _point_source(species)
            entries |= {f"{plane.label}-{label}-{name}": value for name, value in described.items()}
    return entries


def _instrument(instrument: Instrument) -> Fixed:
    return {
        "numPix": instrument.num_pix,
        "psf_type": instrument.psf_type,
        "supersampling_factor": instrument.supersampling_factor,
        "data_count_unit": instrument.data_count_unit,
        "point_source": instrument.point_source,
        "shot_noise": instrument.shot_noise,
    } | _psf(instrument)


def _psf(instrument: Instrument) -> Fixed:
    """How the PSF is applied where that is not the usual way, and the files of its kernels."""
    words: Fixed = {
        name: value if isinstance(value, int) and not isinstance(value, bool) else str(value)
        for name, value in asdict(instrument.numerics).items()
        if value != getattr(Numerics, name)
    }
    if instrument.kernel is not None:
        words["kernel_point_source"] = ";".join(instrument.kernel.files)
        words["kernel_supersampling_factor"] = instrument.kernel.factor
    return words


def _galaxy(species: Galaxy) -> Fixed:
    entries: Fixed = {
        "NAME": species.name,
        "HOST": "None",
        "NUMBER_OF_LIGHT_PROFILES": len(species.light),
        "NUMBER_OF_MASS_PROFILES": len(species.mass),
        "NUMBER_OF_SHEAR_PROFILES": len(species.shear),
    }
    profiles = (*species.light, *species.mass, *species.shear)
    return entries | {f"{profile.label}-NAME": profile.name for profile in profiles}


def _point_source(species: PointSource) -> Fixed:
    # deeplenstronomy counts the profiles of point sources too.
    entries: Fixed = {f"NUMBER_OF_{kind}_PROFILES": 0 for kind in ("LIGHT", "MASS", "SHEAR")}
    entries |= {"NAME": species.name, "HOST": species.host or "Foreground"}
    return entries | ({"sep_unit": species.sep_unit} if species.host else {})


def columns(
    entries: Fixed, bands: Sequence[str], values: Mapping[str, ArrayLike], start: int = 0
) -> dict[str, Column]:
    """Every metadata column of systems start..start+n-1, each an array of shape (n,).

    Args:
        entries: what `fixed` gave.
        bands: the names of the bands.
        values: number by parameter name, each of shape (n,) or (n, bands).
        start: the index of the first system, its OBJID.

    Returns:
        Columns by name, all of the first band first, as deeplenstronomy orders them; within a band by
        name, planes last.  Bands that share a number share the array.

    Raises:
        ValueError: if the arrays in `values` disagree about n, or there are none.
    """
    numbers = {name: np.asarray(value) for name, value in values.items()}
    numbers |= {name: numbers[name].astype(np.int64) for name in _COUNTS if name in numbers}
    n = _common_length(numbers)
    shared: dict[str, Column] = {name: _constant(value, n) for name, value in entries.items()}
    shared |= numbers | _redshifts(entries, numbers) | {"OBJID": np.arange(start, start + n)}
    names = sorted(shared, key=_order)
    return {
        f"{name}-{band}": shared[name][:, b] if shared[name].ndim == 2 else shared[name]
        for b, band in enumerate(bands)
        for name in names
    }


def table(
    configuration: Configuration, instrument: Instrument, values: Mapping[str, ArrayLike], start: int = 0
) -> pd.DataFrame:
    """The metadata of systems start..start+n-1 as a DataFrame, one row a system.

    Args:
        configuration: the configuration that the systems belong to.
        instrument: IMAGE and SURVEY; gives the bands and numPix.
        values: number by parameter name, each of shape (n,) or (n, bands).
        start: the index of the first system, its OBJID.

    >>> from jaxlens.config import load_config
    >>> config = load_config("galaxy_galaxy")
    >>> frame = table(config.configuration(), config.instrument, {"H0": [70.0, 70.0]}, start=8)
    >>> [int(number) for number in frame[f"OBJID-{config.bands[0]}"]]
    [8, 9]
    """
    return pd.DataFrame(columns(fixed(configuration, instrument), instrument.bands, values, start))


def image_columns(images: Mapping[str, ImagePositions]) -> dict[str, Column]:
    """The images of the lensed point sources as deeplenstronomy writes them, each column of shape (n,).

    `images` has, by the point source's name (`PLANE_2-OBJECT_2`), arrays of shape (n, slots).  The
    columns are `<name>-x_mins` and `<name>-y_mins`, texts of numbers (arcsec) joined by semicolons, the
    brightest image first, and `<name>-num_source_images`.  `x_mins`, `y_mins` and `num_source_images`
    without a name are deeplenstronomy's own, of the last point source.

    >>> pair = np.array([[1.25, -0.75, 0.0]])
    >>> mask, two = np.array([[True, True, False]]), np.array([2])
    >>> found = image_columns({"PLANE_2-OBJECT_2": ImagePositions(pair, -pair, pair, mask, two)})
    >>> found["x_mins"][0], found["y_mins"][0], int(found["PLANE_2-OBJECT_2-num_source_images"][0])
    ('1.25;-0.75', '-1.25;0.75', 2)
    """
    table: dict[str, Column] = {}
    last: dict[str, Column] = {}
    for prefix in sorted(images, key=natural_key):
        one = images[prefix]
        mask = np.asarray(one.mask)
        last = {"x_mins": _joined(one.x, mask), "y_mins": _joined(one.y, mask)}
        last["num_source_images"] = np.sum(mask, axis=1, dtype=np.int64)
        table |= {f"{prefix}-{name}": column for name, column in last.items()}
    return table | last


def _joined(positions: ArrayLike, mask: NDArray[np.bool_]) -> Column:
    rows = zip(np.asarray(positions), mask, strict=True)
    # object, so that a text keeps its length
    return np.array([";".join(map(str, row[seen])) for row, seen in rows], dtype=object)


def is_text(column: str) -> bool:
    """Whether a column holds image positions, a text even where it looks like a number.

    >>> is_text("PLANE_2-OBJECT_2-x_mins-g"), is_text("PLANE_2-OBJECT_2-ra-g")
    (True, False)
    """
    return column.rpartition("-")[0].rpartition("-")[2] in _TEXTS


def _common_length(numbers: Mapping[str, Column]) -> int:
    lengths = {len(value) for value in numbers.values()}
    if len(lengths) != 1:
        raise ValueError(f"the parameters must be of one length; they have lengths {sorted(lengths)}")
    return lengths.pop()


def _constant(value: str | int, n: int) -> Column:
    return np.full(n, value, dtype=object if isinstance(value, str) else np.int64)


def _redshifts(entries: Fixed, numbers: Mapping[str, Column]) -> dict[str, Column]:
    """A plane's redshift under the plane's own name and under each of its objects."""
    repeated: dict[str, Column] = {}
    for name in entries:
        plane, _, rest = name.partition("-")
        redshift = numbers.get(f"{plane}-OBJECT_1-REDSHIFT")
        if redshift is not None and rest.endswith("-HOST"):
            repeated[f"{plane}-REDSHIFT"] = redshift
            repeated[name.removesuffix("HOST") + "REDSHIFT"] = redshift
    return repeated


def _order(name: str) -> tuple[int, list[str | int]]:
    """OBJID, then the image's own entries, then the planes; PLANE_2 before PLANE_10."""
    group = 0 if name == "OBJID" else 2 if name.startswith("PLANE_") else 1
    return group, natural_key(name)


def natural_key(name: str) -> list[str | int]:
    """A sorting key that counts: `PLANE_2` comes before `PLANE_10`.

    >>> sorted(["PLANE_10", "PLANE_2"], key=natural_key)
    ['PLANE_2', 'PLANE_10']
    """
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
