"""The tables of truth and their columns: the one place where names, units and meanings stand.

Documentation, the table `columns` of each file, and the metadata of Parquet files are made from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from jaxlens.config.model import CATALOG
from jaxlens.files.units import unit_of
from jaxlens.kernels.parameters import MEANINGS


class Column(NamedTuple):
    """A column, or several whose names differ by band, profile or parameter.

    Attributes:
        name: its name, in which `<band>`, `<k>` (the number of a profile), `<parameter>` and
            `<column>` stand for others.
        unit: its unit, as astropy writes it; "" where it has none.
        meaning: what it is.
    """

    name: str
    unit: str
    meaning: str


# What the rows of each table are.
TABLES: Mapping[str, str] = MappingProxyType(
    {
        "systems": "one row a system that comes from a catalogue: which rows of which catalogues it is",
        "lens": "one row a system: its lens, the first galaxy with mass",
        "host": "one row for each extended source: galaxies behind a mass, and hosts of point sources",
        "images": "one row for each image of each AGN, supernova or other point source with a host",
        "galaxies": "one row for each other galaxy: neighbours, further lens galaxies, galaxies without lens",
        "stars": "one row for each star in the foreground",
        "epochs": "one row for each image of what varies, each epoch and each band in which it was observed",
    }
)

_SYSTEM = (
    Column("id", "", "the system: its index in the configuration (OBJID), or the name that it was given"),
    Column("configuration", "", "the label of the system's configuration"),
    Column("object", "", "the object in the file, such as PLANE_2-OBJECT_1"),
    Column("species", "", "the NAME of the object's species"),
)
_SKY = (
    Column("ra", "deg", "right ascension (ICRS); only where systems have a position on the sky"),
    Column("dec", "deg", "declination (ICRS); only where systems have a position on the sky"),
)
_PLACE = (
    Column("x", "arcsec", "offset from the system's position, to the east"),
    Column("y", "arcsec", "offset from the system's position, to the north"),
    *_SKY,
)
_SOURCE_PLACE = tuple(
    one._replace(meaning=one.meaning.replace("offset", "unlensed offset").replace("ICRS", "ICRS, unlensed"))
    for one in _PLACE
)
_REDSHIFT = Column("redshift", "", "redshift of the object's plane")
_PROFILES = (
    Column("magnitude_<band>", "mag", "AB magnitude of all light profiles together, without lensing"),
    Column("light<k>_profile", "", "the name of LIGHT_PROFILE_k"),
    Column("light<k>_<parameter>", "", "a parameter of LIGHT_PROFILE_k"),
    Column("mass<k>_profile", "", "the name of MASS_PROFILE_k"),
    Column("mass<k>_<parameter>", "", "a parameter of MASS_PROFILE_k, or what follows from them"),
    Column("shear<k>_profile", "", "the name of SHEAR_PROFILE_k"),
    Column("shear<k>_<parameter>", "", "a parameter of SHEAR_PROFILE_k"),
)
_IMAGE = Column("image", "", "the number of the image in order of arrival, from 0")

# The columns of each table, in order.
COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "systems": (
            *_SYSTEM[:2],
            *_SKY,
            Column("catalog_row", "", "the row of CATALOG, from 0"),
            Column("catalog_id", "", "the ID of CATALOG"),
            Column("match<k>_row", "", "the row of the catalogue of MATCH_k, from 0"),
            Column("match<k>_id", "", "the ID of the catalogue of MATCH_k"),
            Column("match<k>_distance", "", "how far the matched row is, in units of SCALES"),
            Column("match<k>_<column>", "", "a column of MATCH_k's KEEP"),
            Column("catalog_<column>", "", "a column of CATALOG's KEEP"),
        ),
        "lens": (*_SYSTEM, _REDSHIFT, *_PLACE, *_PROFILES),
        "host": (
            *_SYSTEM,
            _REDSHIFT,
            *_SOURCE_PLACE,
            _PROFILES[0],
            Column(
                "lensed_magnitude_<band>",
                "mag",
                "AB magnitude of its lensed light in the image; if asked for",
            ),
            *_PROFILES[1:],
        ),
        "images": (
            *_SYSTEM,
            Column("host", "", "the object that the point source belongs to"),
            _IMAGE,
            Column("n_images", "", "how many images the point source has"),
            _REDSHIFT,
            *_PLACE,
            Column("source_x", "arcsec", "unlensed offset of the point source, to the east"),
            Column("source_y", "arcsec", "unlensed offset of the point source, to the north"),
            Column("magnification", "", "signed; negative at saddle points of the arrival time"),
            Column("delay", "d", "arrival after the first image, in the observer's frame"),
            Column(
                "magnitude_<band>",
                "mag",
                "AB magnitude of the image, magnified; of what varies at its brightest observed epoch",
            ),
            Column(
                "unlensed_magnitude_<band>",
                "mag",
                "AB magnitude without magnification; of what varies at its brightest observed epoch",
            ),
            Column("model", "", "the MODEL of what varies"),
            Column("model_template", "", "the template of the model, such as the name of a spectrum"),
            Column(
                "peak_mjd", "d", "when the image shows PEAK, the model's time zero (of a supernova its peak)"
            ),
            Column("model_<parameter>", "", "a parameter of the model"),
        ),
        "galaxies": (*_SYSTEM, _REDSHIFT, *_SOURCE_PLACE, *_PROFILES),
        "stars": (*_SYSTEM, *_PLACE, Column("magnitude_<band>", "mag", "AB magnitude")),
        "epochs": (
            *_SYSTEM,
            _IMAGE,
            Column("epoch", "", "the number of the epoch, from 0"),
            Column("band", "", "the band"),
            Column("mjd", "d", "when it was observed, as in the cadence"),
            Column("magnitude", "mag", "AB magnitude, magnified, with microlensing; empty: no light"),
            Column(
                "unlensed_magnitude",
                "mag",
                "AB magnitude without magnification; empty: no light",
            ),
        ),
    }
)


def described(table: str, name: str, bands: Sequence[str] = ()) -> Column:
    """The unit and the meaning of one column.

    Args:
        table: the name of its table.
        name: its name in the table.
        bands: the names of the bands.

    Raises:
        ValueError: if the table has no such column.

    >>> described("lens", "mass1_theta_E")
    Column(name='mass1_theta_E', unit='arcsec', meaning='Einstein radius (MASS_PROFILE_1)')
    """
    for column in COLUMNS[table]:
        found = re.fullmatch(_expression(column.name), name)
        groups = found.groupdict() if found else {}
        if found is None or ("band" in groups and groups["band"] not in bands):
            continue
        if "parameter" not in groups:
            band = f", in {groups['band']}" if "band" in groups else ""
            meaning = re.sub(r"(PROFILE|MATCH)_k", rf"\1_{groups.get('k')}", column.meaning)
            meaning = meaning.replace("a column", f"the column {groups.get('column')}")
            return Column(name, column.unit, f"{meaning}{band}")
        return _of_parameter(name, column, groups, bands)
    raise ValueError(f"the table {table} has no column {name!r}; its columns are {_listed(COLUMNS[table])}")


def _of_parameter(name: str, column: Column, groups: Mapping[str, str], bands: Sequence[str]) -> Column:
    """The column of one parameter of a profile or of a model."""
    parameter, band = groups["parameter"], ""
    for one in bands:
        if parameter.endswith(f"_{one}"):
            parameter, band = parameter.removesuffix(f"_{one}"), f", in {one}"
    # the words of profiles are not those of models
    known = MEANINGS.get(parameter) if "k" in groups else None
    where = re.sub(r"^.*?(\w+)_PROFILE_k.*$", rf"\1_PROFILE_{groups.get('k')}", column.meaning)
    text = f"{known.text} ({where})" if known and known.text else f"{parameter} of {where}"
    if known is None and "k" not in groups:
        text = f"the model's {parameter}"
    unit = known.unit if known and known.unit else unit_of(parameter)
    return Column(name, unit, f"{text}{band}")


def _expression(name: str) -> str:
    """A regular expression of the names of a column."""
    found = re.escape(name)
    for word, pattern in (("band", ".+"), ("k", r"\d+"), ("parameter", ".+"), ("column", ".+")):
        found = found.replace(re.escape(f"<{word}>"), f"(?P<{word}>{pattern})")
    return found


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)


def catalog_column(name: str) -> str:
    """The column of the table of systems for what a catalogue says, by its name in the metadata.

    >>> catalog_column("CATALOG-ID"), catalog_column("MATCH_1-row")
    ('catalog_id', 'match1_row')
    """
    label, _, rest = name.partition("-")
    own = CATALOG.lower() if label == CATALOG else label.replace("MATCH_", "match")
    return f"{own}_{rest.lower() if rest in ('ID', 'row', 'distance') else rest}"


def order(table: str, name: str) -> tuple[int, ...]:
    """A key by which the columns of a table are sorted: as they stand in `COLUMNS`, profiles by number.

    Args:
        table: the name of the table.
        name: the name of a column.
    """
    for place, column in enumerate(COLUMNS[table]):
        found = re.fullmatch(_expression(column.name), name)
        if found:
            number = int(found.groupdict().get("k") or 0)
            # the profiles of one kind follow each other, and all parameters of one profile
            return (_first_of_kind(table, place), number, place)
    raise ValueError(f"the table {table} has no column {name!r}; its columns are {_listed(COLUMNS[table])}")


def _first_of_kind(table: str, place: int) -> int:
    """The place of the first column of the same kind of profile; else the place itself."""
    kind = COLUMNS[table][place].name.partition("<k>")
    if not kind[1]:
        return place
    return next(i for i, one in enumerate(COLUMNS[table]) if one.name.startswith(f"{kind[0]}<k>"))


def documentation() -> str:
    """The tables and their columns as Markdown, which stands in docs/slsprinkler.md."""
    parts = []
    for table, columns in COLUMNS.items():
        rows = [f"| `{one.name}` | {one.unit} | {one.meaning} |" for one in columns]
        head = f"**`{table}`**: {TABLES[table]}\n\n| column | unit | what it is |\n|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)
