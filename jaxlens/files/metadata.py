"""From the parameters of a chunk of systems to deeplenstronomy's metadata columns.

A column's name is the parameter's name and the band, `PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g`.  The texts
and counts that all systems of a configuration share (`fixed`) are kept apart from the values of each system,
so that an HDF5 file stores each of them once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.config.haloes.keys import halo_texts
from jaxlens.config.model import (
    CATALOG_ROW,
    TRIES,
    Catalog,
    Configuration,
    Galaxy,
    Instrument,
    Numerics,
    PointSource,
)
from jaxlens.files.series import NUM_EPOCHS, rows_by_epoch
from jaxlens.kernels.lensing.lens_equation import ImagePositions

if TYPE_CHECKING:
    import pandas as pd

Fixed = dict[str, str | int]
Column = NDArray[np.generic]

# Columns that are texts for each system.
_TEXTS = ("x_mins", "y_mins", "POINTING", "id", "type")
# Columns that are integers in the table and floats among the parameters.
_INTEGERS = ("BACKGROUND_IDX", NUM_EPOCHS, TRIES, CATALOG_ROW)


def fixed(configuration: Configuration, instrument: Instrument) -> Fixed:
    """The texts and counts of one configuration, which are the same for all its systems and bands.

    Names are deeplenstronomy's, without the band: `CONFIGURATION_LABEL`, `NUMBER_OF_PLANES`,
    `PLANE_1-NUMBER_OF_OBJECTS`, `PLANE_1-OBJECT_1-HOST`, `numPix`, ...

    >>> from jaxlens.config import load_config
    >>> config = load_config("galaxy_galaxy")
    >>> fixed(config.configuration(), config.instrument)["PLANE_1-OBJECT_1-MASS_PROFILE_1-NAME"]
    'SIE'
    """
    entries: Fixed = {
        "CONFIGURATION_LABEL": configuration.label,
        "CONFIGURATION_NAME": configuration.name,
        "NUMBER_OF_PLANES": len(configuration.planes),
        "NUMBER_OF_NOISE_SOURCES": len(configuration.noise),
    }
    entries |= _instrument(instrument)
    entries |= {f"{label}-NAME": source.name for label, source in configuration.noise}
    entries |= halo_texts(configuration)
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
    """Settings of the convolution that differ from their defaults, and the files of the PSF's kernels."""
    entries: Fixed = {
        name: value if isinstance(value, int) and not isinstance(value, bool) else str(value)
        for name, value in asdict(instrument.numerics).items()
        if value != getattr(Numerics, name)
    }
    if instrument.kernel is not None:
        entries["kernel_point_source"] = ";".join(instrument.kernel.files)
        entries["kernel_supersampling_factor"] = instrument.kernel.factor
    return entries


def _galaxy(species: Galaxy) -> Fixed:
    entries: Fixed = {
        "NAME": species.name,
        "HOST": "None",
        "NUMBER_OF_LIGHT_PROFILES": len(species.light),
        "NUMBER_OF_MASS_PROFILES": len(species.mass),
        "NUMBER_OF_SHEAR_PROFILES": len(species.shear),
    }
    profiles = (*species.light, *species.mass, *species.shear)
    entries |= {f"{profile.label}-NAME": profile.name for profile in profiles}
    return entries | {f"{one.label}-{name}": value for one in profiles for name, value in one.integers}


def _point_source(species: PointSource) -> Fixed:
    # deeplenstronomy writes these counts for point sources too
    entries: Fixed = {f"NUMBER_OF_{kind}_PROFILES": 0 for kind in ("LIGHT", "MASS", "SHEAR")}
    entries |= {"NAME": species.name, "HOST": species.host or "Foreground"}
    return entries | ({"sep_unit": species.sep_unit} if species.host else {})


def columns(
    entries: Fixed, bands: Sequence[str], values: Mapping[str, ArrayLike], start: int = 0
) -> dict[str, Column]:
    """Every metadata column of systems start..start+n-1, each an array of shape (n,).

    Values of a time series have `num_epochs` among them; each epoch of a system then has a row of its own.

    Args:
        entries: the texts and counts that `fixed` gives.
        bands: the names of the bands.
        values: values by parameter name, each of shape (n,), (n, bands), (n, epochs, bands) or
            (n, epochs, 1).
        start: the index of the first system, its OBJID.

    Returns:
        Columns by name, in deeplenstronomy's order: band after band, and in each band by name, planes last.
        Where bands share a value their columns are the same array.

    Raises:
        ValueError: if the arrays in `values` disagree about n, or there are none.

    >>> found = columns({"numPix": 16}, ("g", "r"), {"H0": [70.0], "seeing": [[0.9, 0.8]]})
    >>> {name: column.item() for name, column in found.items() if name.endswith("-r")}
    {'OBJID-r': 0, 'H0-r': 70.0, 'numPix-r': 16, 'seeing-r': 0.8}
    """
    arrays = {name: np.asarray(value) for name, value in values.items()}
    arrays |= {name: arrays[name].astype(np.int64) for name in _INTEGERS if name in arrays}
    n = _common_length(arrays)
    arrays["OBJID"] = np.arange(start, start + n, dtype=np.int64)
    if NUM_EPOCHS in arrays:
        arrays = rows_by_epoch(arrays)
        n = len(arrays["OBJID"])
    by_name: dict[str, Column] = {name: _constant(value, n) for name, value in entries.items()}
    by_name |= arrays | _redshifts(entries, arrays)
    names = sorted(by_name, key=_order)
    return {
        f"{name}-{band}": by_name[name][:, b] if by_name[name].ndim == 2 else by_name[name]
        for b, band in enumerate(bands)
        for name in names
    }


def table(
    configuration: Configuration, instrument: Instrument, values: Mapping[str, ArrayLike], start: int = 0
) -> pd.DataFrame:
    """The metadata of systems start..start+n-1 as a DataFrame, one row per system, or per system and epoch.

    Args:
        configuration: the configuration that the systems belong to.
        instrument: IMAGE and SURVEY of the file, with the bands and numPix.
        values: values by parameter name, as in `columns`.
        start: the index of the first system, its OBJID.

    Returns:
        The columns of `columns`.

    Raises:
        ValueError: if the arrays in `values` disagree about n, or there are none.

    >>> from jaxlens.config import load_config
    >>> config = load_config("galaxy_galaxy")
    >>> frame = table(config.configuration(), config.instrument, {"H0": [70.0, 70.0]}, start=8)
    >>> [int(number) for number in frame[f"OBJID-{config.bands[0]}"]]
    [8, 9]
    """
    import pandas as pd

    return pd.DataFrame(columns(fixed(configuration, instrument), instrument.bands, values, start))


def image_columns(images: Mapping[str, ImagePositions], main: str | None = None) -> dict[str, Column]:
    """The positions of the images of lensed sources, as deeplenstronomy writes them.

    Args:
        images: positions in arcsec by the source's name (`PLANE_2-OBJECT_2`), arrays of shape (n, slots),
            the brightest image first.
        main: the source whose columns stand without a name too; by default the last one.

    Returns:
        Columns of shape (n,): `<name>-x_mins` and `<name>-y_mins`, texts of positions joined by semicolons,
        and `<name>-num_source_images`.  As in deeplenstronomy there are also `x_mins`, `y_mins` and
        `num_source_images` without a name, which are those of `main`.

    >>> pair = np.array([[1.25, -0.75, 0.0]])
    >>> mask, two = np.array([[True, True, False]]), np.array([2])
    >>> found = image_columns({"PLANE_2-OBJECT_2": ImagePositions(pair, -pair, pair, mask, two)})
    >>> found["x_mins"][0], found["y_mins"][0], int(found["PLANE_2-OBJECT_2-num_source_images"][0])
    ('1.25;-0.75', '-1.25;0.75', 2)
    """
    found: dict[str, Column] = {}
    without_name: dict[str, Column] = {}
    for source in sorted(images, key=natural_key):
        positions = images[source]
        mask = np.asarray(positions.mask)
        own: dict[str, Column] = {"x_mins": _joined(positions.x, mask), "y_mins": _joined(positions.y, mask)}
        own["num_source_images"] = np.sum(mask, axis=1, dtype=np.int64)
        found |= {f"{source}-{name}": column for name, column in own.items()}
        without_name = own if main in (None, source) else without_name
    return found | without_name


def catalog_columns(catalog: Catalog | None, values: Mapping[str, ArrayLike]) -> dict[str, Column]:
    """What a catalogue has of the row of each system, as the metadata has it.

    Args:
        catalog: the catalogue of the configuration; None where it has none.
        values: values by name, of which `CATALOG-row` (n,) is used.

    Returns:
        `CATALOG-row`, `CATALOG-ID`, `ra_sky`, `dec_sky` and what is kept, (n,): whole numbers, float64, or
        texts; empty without a catalogue.
    """
    return {} if catalog is None else catalog.of_rows(np.asarray(values[CATALOG_ROW]))


def _joined(positions: ArrayLike, mask: NDArray[np.bool_]) -> Column:
    """The positions (n, slots) of a system's images as one text, shape (n,)."""
    rows = zip(np.asarray(positions), mask, strict=True)
    # dtype object holds texts of any length
    return np.array([";".join(map(str, row[is_image])) for row, is_image in rows], dtype=object)


def is_text(column: str) -> bool:
    """Whether a column holds texts that differ between systems, even where a text looks like a number.

    >>> is_text("PLANE_2-OBJECT_2-x_mins-g"), is_text("PLANE_2-OBJECT_2-ra-g")
    (True, False)
    """
    return column.rpartition("-")[0].rpartition("-")[2] in _TEXTS


def _common_length(arrays: Mapping[str, Column]) -> int:
    lengths = {len(array) for array in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(f"the parameters must be of one length; they have lengths {sorted(lengths)}")
    return lengths.pop()


def _constant(value: str | int, n: int) -> Column:
    return np.full(n, value, dtype=object if isinstance(value, str) else np.int64)


def _redshifts(entries: Fixed, arrays: Mapping[str, Column]) -> dict[str, Column]:
    """A plane's redshift under the plane's own name and under each of its objects."""
    repeated: dict[str, Column] = {}
    for name in entries:
        plane, _, rest = name.partition("-")
        redshift = arrays.get(f"{plane}-OBJECT_1-REDSHIFT")
        if redshift is not None and rest.endswith("-HOST"):
            repeated[f"{plane}-REDSHIFT"] = redshift
            repeated[name.removesuffix("HOST") + "REDSHIFT"] = redshift
    return repeated


def _order(name: str) -> tuple[int, list[str | int]]:
    """A sorting key: OBJID, then the columns of the whole image, then those of the planes by number."""
    group = 0 if name == "OBJID" else 2 if name.startswith("PLANE_") else 1
    return group, natural_key(name)


def natural_key(name: str) -> list[str | int]:
    """A sorting key that compares digits as integers: `PLANE_2` comes before `PLANE_10`.

    >>> sorted(["PLANE_10", "PLANE_2"], key=natural_key)
    ['PLANE_2', 'PLANE_10']
    """
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
