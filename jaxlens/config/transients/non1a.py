"""Folders of spectra in SNANA's NON1A form: SIMGEN_INCLUDE_NON1A.INPUT and NON1A.LIST beside files `.SED`.

The first gives, for each file, its probability WGT, an offset of magnitudes MAGOFF, their scatter MAGSMEAR,
and its type (Kessler et al. 2009, PASP 121, 1028; the files: Kessler et al. 2010, PASP 122, 1415).
"""

from __future__ import annotations

from pathlib import Path

from jaxlens.config.errors import Place, Report
from jaxlens.config.scalars import LARGEST
from jaxlens.config.tables import table_text
from jaxlens.config.transients.sed_files import SedFile

INPUT_FILE = "SIMGEN_INCLUDE_NON1A.INPUT"
LIST_FILE = "NON1A.LIST"
SUFFIX = ".SED"
# The columns of a line after its label, unless the file names them.
COLUMNS: tuple[str, ...] = ("INDEX", "WGT", "MAGOFF", "MAGSMEAR", "SNTYPE_INDEX", "SNTYPE", "SED")
# The files that deeplenstronomy leaves out of a random choice, as their spectra are bad.
BAD = (
    "SDSS-018892",
    "SDSS-018713",
    "SDSS-018700",
    "SDSS-018734",
    "SDSS-018596",
    "SDSS-019323",
    "Nugent+Scolnic_IIL",
)


def read_non1a(folder: Path, report: Report, prefix: str = "") -> list[SedFile] | None:
    """The files of a folder for a random choice, with what the list says of them.

    Files that are listed but missing are left out with a remark, as are those of `BAD`.

    Args:
        folder: the folder.
        report: the problems and remarks are added to it.
        prefix: what stands before a file's name in the metadata.

    Returns:
        The files; None, and a problem, where there is none.
    """
    listed = _listed(folder, report, prefix)
    if listed is None:
        return None
    place = Place(str(folder / INPUT_FILE))
    there = [file for file in listed if file.path.is_file()]
    missing = [file.path.name for file in listed if not file.path.is_file()]
    chosen = [file for file in there if file.path.stem not in BAD and file.weight > 0.0]
    if not chosen:
        report.problem(place, "lists no file of this folder with a WGT above 0; put the listed files there")
        return None
    if missing:
        share = f"{len(missing)} of the {len(listed)} files, such as {missing[0]}, are not in the folder"
        report.remark(place, f"{share}; the others are chosen with their WGT")
    return chosen


def non1a_file(path: Path, report: Report, prefix: str = "") -> SedFile:
    """One file, with what the list in its folder says of it; that is nothing where there is no list.

    Args:
        path: the file.
        report: the problems are added to it.
        prefix: what stands before the file's name in the metadata.

    Returns:
        The file; its type is `CC` where it is not listed.
    """
    if (path.parent / INPUT_FILE).is_file():
        for file in _listed(path.parent, report, prefix) or ():
            if file.path.name == path.name:
                return file
    return SedFile(path, prefix + path.name, "CC")


def _listed(folder: Path, report: Report, prefix: str) -> list[SedFile] | None:
    """All files of the list; None, and problems, where it is illegal."""
    text = table_text(folder / INPUT_FILE, report)
    if text is None:
        return None
    names, files, columns = _names(folder, report), [], COLUMNS
    for number, line in enumerate(text.split("\n"), start=1):
        label, *words = line.partition("#")[0].split() or [""]
        if "INDEX" in (label, *words):
            # SNANA's own files have no name for the label
            columns = (label, *words)[(label, *words).index("INDEX") :]
        if label in ("NON1A:", "NONIA:"):
            file = _file(folder, dict(zip(columns, words, strict=False)), names, prefix)
            if file is None:
                advice = f"give numbers for {', '.join(columns[:4])}, and the type and name of the file"
                report.problem(Place(str(folder / INPUT_FILE), number), f"is illegal; {advice}")
                return None
            files.append(file)
    return files


def _file(
    folder: Path, row: dict[str, str], names: dict[int, tuple[str, str]], prefix: str
) -> SedFile | None:
    """The file of one line of the list; None where the line is illegal."""
    try:
        kind, name = names.get(int(row["INDEX"]), ("", ""))
        name = row.get("SED", name).removesuffix(SUFFIX)
        weight, magoff, magsmear = (float(row.get(key, "0")) for key in ("WGT", "MAGOFF", "MAGSMEAR"))
    except (KeyError, ValueError):
        return None
    legal = all(0.0 <= one <= LARGEST for one in (weight, abs(magoff), magsmear))
    if not name or not legal:
        return None
    kind = kind if row.get("SNTYPE", kind).isdigit() and kind else row.get("SNTYPE", kind)
    return SedFile(folder / (name + SUFFIX), prefix + name + SUFFIX, kind or "CC", weight, magoff, magsmear)


def _names(folder: Path, report: Report) -> dict[int, tuple[str, str]]:
    """(type, file) by index from NON1A.LIST; empty where there is none."""
    path = folder / LIST_FILE
    text = (table_text(path, report) or "") if path.is_file() else ""
    rows = (line.partition("#")[0].split() for line in text.split("\n"))
    return {int(row[1]): (row[2], row[3]) for row in rows if len(row) > 3 and row[1].isdigit()}
