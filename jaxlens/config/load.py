"""From a file, a dictionary or the name of an example to a Config."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path

import yaml

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.examples import example_path, examples
from jaxlens.config.geometry import read_geometry
from jaxlens.config.instrument import read_bands, read_cosmology, read_instrument
from jaxlens.config.model import Config
from jaxlens.config.reader import MAX_CHARACTERS, read_text, too_much
from jaxlens.config.sections import Section
from jaxlens.config.species import read_species

FROM_DICT = "<dict>"
LONGEST_NAME = 300


def load_config(
    config: str | os.PathLike[str] | Mapping[str, object] | Config, survey: str | None = None
) -> Config:
    """Read and check a configuration.

    Args:
        config: a YAML file in deeplenstronomy's format, the name of a packaged example (a file of that
            name comes first), a dictionary of the same content, or a Config, which is returned.
        survey: the name of a survey whose IMAGE and SURVEY replace the file's; not supported yet.

    Raises:
        ConfigError: everything that is wrong, each with its line.
        ValueError: for a `survey`.

    >>> config = load_config("galaxy_galaxy")
    >>> config.bands, config.configurations[0].label
    (('g', 'r', 'i'), 'CONFIGURATION_1')
    """
    if survey is not None:
        raise ValueError(f"survey={survey!r} is not supported yet; write IMAGE and SURVEY in the file")
    if isinstance(config, Config):
        return config
    report = Report()
    if isinstance(config, Mapping):
        return _parse(_dump(config, report), FROM_DICT, report, numbered=False)
    path = _find(os.fspath(config), report)
    return _parse(_read(path, report), str(path), report, numbered=True)


def _parse(text: str, source: str, report: Report, numbered: bool) -> Config:
    """The Config that `text` describes, once nothing is wrong with it."""
    tree = read_text(text, source, report, numbered)
    with Section(tree, report, what="a section of a configuration") as root:
        report.bands = read_bands(root)
        with root.sub("DATASET") as dataset, dataset.sub("PARAMETERS") as parameters:
            name = dataset.text("NAME")
            size = parameters.integer("SIZE", 1)
            outdir = parameters.text("OUTDIR", "give a directory")
            seed = parameters.integer("SEED", 0, below=2**32) if parameters.has("SEED") else None
        cosmology = read_cosmology(root)
        instrument = read_instrument(root)
        species = read_species(root)
        configurations = read_geometry(root, species)
    report.raise_problems()
    return Config(
        name=name,
        size=size,
        outdir=outdir,
        seed=seed,
        cosmology=cosmology,
        instrument=instrument,
        species=tuple((species or {}).values()),
        configurations=configurations,
        text=text,
        warnings=report.warnings,
    )


def _find(name: str, report: Report) -> Path:
    """The file called `name`, or the packaged example; ConfigError where it is neither."""
    place = Place(name if name.isprintable() and len(name) < LONGEST_NAME else shown(name))
    if os.path.isdir(name):
        report.problem(place, "is a directory; give a YAML file")
    elif name not in examples() and not os.path.exists(name):
        choices = ", ".join(examples())
        report.problem(place, f"is no file; give a YAML file or one of the packaged examples {choices}")
    report.raise_problems()
    return Path(name) if os.path.exists(name) else example_path(name)


def _read(path: Path, report: Report) -> str:
    """The text of a file, in UTF-8; no more of it than shows that it is too long."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        report.problem(Place(str(path)), "is not text in UTF-8; save it as UTF-8")
    except OSError as error:
        report.problem(Place(str(path)), f"cannot be read: {error.strerror}; give a readable file")
    report.raise_problems()
    return ""


def _dump(config: Mapping[str, object], report: Report) -> str:
    """A dictionary as YAML text."""
    plain = _Plain(report).value(config, Place(FROM_DICT), 1)
    report.raise_problems()
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


class _Plain:
    """A walk over a dictionary that makes it of the types that YAML knows.

    numpy's numbers and paths are welcome.  A part that stands in several places is walked as often,
    so depth and number are bounded here too.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0

    def value(self, value: object, place: Place, depth: int) -> object:
        self._count += 1
        complaint = too_much(depth, self._count)
        if complaint:
            self._report.problem(Place(FROM_DICT), complaint)
            self._report.raise_problems()
        if isinstance(value, Mapping):
            items = ((str(key), item) for key, item in value.items())
            return {key: self.value(item, place.at(key), depth + 1) for key, item in items}
        if isinstance(value, (list, tuple)):
            return [self.value(item, place.at(str(i)), depth + 1) for i, item in enumerate(value, start=1)]
        return self._scalar(value, place)

    def _scalar(self, value: object, place: Place) -> object:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, Integral):
            return int(value)
        if isinstance(value, Real):
            return float(value)
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        what = f"is of type {type(value).__name__}; give a number, a text, a list or a mapping"
        self._report.problem(place, what)
        return None
