"""Surveys: presets of IMAGE and SURVEY, and measured distributions of seeing, sky brightness and so on.

A preset is a YAML file in this folder.  A distribution is a table in `distributions/`, with a line
`band value weight` for each value.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jaxlens.config.errors import nearest

_FOLDER = Path(__file__).parent
# In a table, the name of a band that stands for all bands without lines of their own.
_OTHERS = "*"

# The values and their weights.
Histogram = tuple[tuple[float, ...], tuple[float, ...]]


def surveys() -> dict[str, str]:
    """The presets for `survey=`: name -> description, which is the file's first line.

    >>> "euclid" in surveys()
    True
    """
    return {path.stem: _first_line(path) for path in sorted(_FOLDER.glob("*.yaml"))}


def survey_path(name: str) -> Path:
    """The file of the preset `name`.

    Raises:
        ValueError: if there is no such preset; the message names the most similar one.

    >>> survey_path("lsst").name
    'lsst.yaml'
    """
    names = surveys()
    if name not in names:
        raise ValueError(f"survey={name!r} is not known; {nearest(str(name), names)}")
    return _FOLDER / f"{name}.yaml"


@cache
def survey_distributions() -> tuple[str, ...]:
    """The names of the surveys' distributions, for example `des_seeing`."""
    return tuple(sorted(path.stem for path in (_FOLDER / "distributions").glob("*.txt")))


@cache
def histograms(name: str) -> dict[str, Histogram]:
    """(values, weights) by band of the distribution `name`, one of `survey_distributions()`.

    >>> histograms("ztf_seeing")["r"]
    ((2.0,), (1.0,))
    """
    table: dict[str, list[tuple[float, float]]] = {}
    text = (_FOLDER / "distributions" / f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            band, value, weight = line.split()
            table.setdefault(band, []).append((float(value), float(weight)))
    return {band: (tuple(v for v, _ in rows), tuple(w for _, w in rows)) for band, rows in table.items()}


def histogram(name: str, band: str) -> Histogram | None:
    """(values, weights) of the distribution `name` in one band; None where the survey has no such band."""
    table = histograms(name)
    return table.get(band, table.get(_OTHERS))


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").strip()
