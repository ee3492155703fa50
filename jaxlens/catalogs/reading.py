"""Catalogues from files: text, FITS, VOTable and Parquet, by pandas, astropy and pyarrow.

Each format has a module of its own.  What they share is here: which of them reads a file, how large it may
be, and what is wrong with a file that they cannot read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from jaxlens.catalogs import om10, slsim
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading_fits import read_fits
from jaxlens.catalogs.reading_parquet import read_parquet
from jaxlens.catalogs.reading_text import MAX_TEXT, read_text
from jaxlens.catalogs.reading_votable import read_votable
from jaxlens.catalogs.tables import Table
from jaxlens.catalogs.unpacking import TooLarge, opened

# The largest size of a catalogue, in bytes, when it is unpacked.
MAX_BYTES = 2_000_000_000
# The formats of files -> the endings of their names.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".dat", ".tsv", ".ecsv"),
    "fits": (".fits", ".fit", ".fts"),
    "parquet": (".parquet", ".parq", ".pq"),
    "votable": (".votable", ".vot", ".xml"),
}
# The catalogues whose columns we know -> what adds columns; the ending of a file's name tells its format.
LAYOUTS: Mapping[str, Callable[[Table], Table]] = {"om10": om10.prepared, "slsim": slsim.prepared}
FORMATS = (*LAYOUTS, *ENDINGS)
# The endings of compressed files, which stand behind the ending of the format.
_COMPRESSED = (".gz", ".bz2", ".xz")
_NAMES = {"csv": "a table of text", "fits": "FITS", "parquet": "Parquet", "votable": "VOTable"}


def read_catalog(path: Path | str, format: str | None = None) -> Table:
    """The catalogue in a file.

    Numbers are in the byte order of the machine, missing ones NaN, and missing texts empty.  A file may be
    compressed by gzip, bzip2 or xz.

    Args:
        path: the file.
        format: one of `FORMATS`; by default what the ending of its name says.

    Returns:
        All columns, in their order, with the units that the file states, and behind them those that follow
        from the columns of a layout, such as `SIGMA_SIE` of `om10`.

    Raises:
        CatalogError: if the file cannot be read, is too large, is broken, or has no row.
    """
    path = Path(path)
    kind = format_of(path, format)
    try:
        table = _read(path, kind)
    except (CatalogError, TooLarge) as error:
        raise CatalogError(f"{path} {error}") from None
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror or error}; give another file") from None
    except Exception as error:  # for a broken file astropy, pandas and pyarrow raise many kinds of errors
        finding = f"cannot be read as {_NAMES[kind]}: {_first_line(error)}"
        raise CatalogError(f"{path} {finding}; {_other(kind)}") from None
    if not table.columns or not len(table):
        raise CatalogError(f"{path} has no rows; give a table with one row an object")
    prepared = LAYOUTS.get(format or "")
    return prepared(table) if prepared else table


def format_of(path: Path | str, format: str | None = None) -> str:
    """The format of a catalogue's file: `csv`, `fits`, `parquet` or `votable`.

    Args:
        path: the file.
        format: one of `FORMATS`, or None.

    Raises:
        CatalogError: if the format is unknown, or is not given and no ending says it.

    >>> format_of("lenses.csv.gz"), format_of("lenses.txt", "fits"), format_of("qso_mock.fits", "om10")
    ('csv', 'fits', 'fits')
    """
    if format is not None and format not in FORMATS:
        raise CatalogError(f"{format!r} is no format of a catalogue; give one of {', '.join(FORMATS)}")
    if format in ENDINGS:
        return str(format)
    name = Path(path).name.lower()
    for ending in _COMPRESSED:
        name = name.removesuffix(ending)
    found = next((kind for kind, endings in ENDINGS.items() if name.endswith(endings)), None)
    if found is None:
        known = ", ".join(ending for endings in ENDINGS.values() for ending in endings)
        finding = "has a name whose ending says no format"
        raise CatalogError(f"{path} {finding}; end it with one of {known}, or give FORMAT")
    return found


def _read(path: Path, kind: str) -> Table:
    """The table of a file of a format."""
    if kind == "parquet":
        # its reader reads parts of the file, and unpacks them itself
        columns, units = read_parquet(path, MAX_BYTES)
        return Table(str(path), columns, units)
    limit = MAX_TEXT if kind == "csv" else MAX_BYTES
    advice = "give it as FITS or Parquet" if kind == "csv" else "give fewer rows or columns"
    with opened(path, limit, advice) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(f"is over {limit // 10**6} MB; {advice}")
    reader = {"csv": read_text, "fits": read_fits, "votable": read_votable}[kind]
    columns, units = reader(content)
    return Table(str(path), columns, units)


def _first_line(error: Exception) -> str:
    """What an error of another library says, in short."""
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:200].rstrip(" .;:")


def _other(kind: str) -> str:
    """Advice for a file that is not of its format."""
    others = ", ".join(one for one in ENDINGS if one != kind)
    return f"give a whole file, or its FORMAT if it is one of {others}"
