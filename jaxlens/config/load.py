"""`load_config`: from a file, a dictionary or the name of a packaged example to a `Config`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from jaxlens.config.backgrounds import read_backgrounds
from jaxlens.config.catalog.reading import in_order, read_catalog
from jaxlens.config.catalog.rows import without_rows
from jaxlens.config.catalog.section import read_catalog_file
from jaxlens.config.columns import known_names
from jaxlens.config.errors import ConfigWarning, Place, Report, shown
from jaxlens.config.examples import example_path, examples
from jaxlens.config.files import FROM_DICT, OUTDIR_ADVICE, input_files, read_file
from jaxlens.config.filters import with_filters
from jaxlens.config.galaxies.names import check_choosers
from jaxlens.config.geometry import read_geometry
from jaxlens.config.haloes.bounds import with_bounds
from jaxlens.config.inputs import include, with_preset
from jaxlens.config.instrument import read_bands, read_cosmology, read_instrument
from jaxlens.config.joints import column_names, read_joints, read_userdists
from jaxlens.config.labels import read_labels
from jaxlens.config.memory import check_memory
from jaxlens.config.model import CATALOG, IMAGE_DTYPES, Config
from jaxlens.config.naming import needs_passbands
from jaxlens.config.passbands import read_passbands
from jaxlens.config.placeholders import with_columns
from jaxlens.config.plausibility import remark_implausible
from jaxlens.config.reader import Node, Usage, read_text
from jaxlens.config.sections import Section
from jaxlens.config.selected_ranges import with_selected_ranges
from jaxlens.config.selection import with_selections
from jaxlens.config.settling import settled
from jaxlens.config.species import read_species
from jaxlens.config.surveys import survey_path
from jaxlens.config.text import dictionary_text, yaml_text
from jaxlens.config.transients.checks import check_transients
from jaxlens.config.transients.timeseries import objects_of_series
from jaxlens.config.used_bands import band_names, with_bands, with_survey, with_used_bands
from jaxlens.config.users_line import users_line

# The name of a configuration that is a Config in messages.
FROM_CONFIG = "<config>"
# The largest number of characters of a file name in messages; longer names are cut.
MAX_NAME_LENGTH = 300
# The largest SIZE; the index of a system is below it.
LARGEST_SIZE = 2**63 - 1


@dataclass(frozen=True)
class _Asked:
    """What is asked for of a file.

    Attributes:
        preset: the file of a survey's preset, or None.
        configurations: labels or NAMEs of configurations; None for all.
        bands: the bands that are used; empty for all, or for those that the survey has.
    """

    preset: Path | None
    configurations: tuple[str, ...] | None
    bands: tuple[str, ...]


def load_config(
    config: str | os.PathLike[str] | Mapping[str, object] | Config,
    survey: str | None = None,
    configurations: str | Iterable[str] | None = None,
    bands: str | Iterable[str] | None = None,
) -> Config:
    """Read and check a configuration.

    Args:
        config: a YAML file in deeplenstronomy's format; the name of a packaged example, unless there is a
            file of that name; a dictionary with the content of such a file; or a Config, which is returned.
            In any mapping `INPUT: file` includes the keys of another file.  Files are looked for in the
            folder of the file that names them, then in the working directory.
        survey: the name of a survey (see `jaxlens.config.surveys`), whose preset replaces the parameters
            of IMAGE and SURVEY; those that it lacks are kept.  Of the file's bands those are used that the
            survey has, and a warning names the others.
        configurations: labels or NAMEs of the configurations that will be used; by default all.  What is
            wrong with the others alone is a warning, and is raised when they are used.
        bands: the bands that are used, in this order, as `"g,r,i"` or a list of names: some of the file's, or
            of the survey's where there is one.  By default all, as `survey` says.

    Returns:
        The checked configuration.

    Raises:
        ConfigError: if the file is illegal; it lists every problem with its line.
        TypeError: if `config` is of another type.
        ValueError: if there is no such survey, configuration or band; the message names what there is.

    >>> config = load_config("galaxy_galaxy")
    >>> config.bands, config.configurations[0].label
    (('g', 'r', 'i'), 'CONFIGURATION_1')
    >>> load_config("galaxy_galaxy", survey="lsst", bands="i,g").bands
    ('i', 'g')
    """
    names = (configurations,) if isinstance(configurations, str) else configurations
    chosen = None if names is None else tuple(names)
    asked = _Asked(
        None if survey is None else survey_path(survey), chosen, () if bands is None else band_names(bands)
    )
    loaded = _loaded(config, asked)
    # a Config may have been read for others
    loaded.chosen(chosen)
    return loaded


def issue_warnings(lines: Iterable[str]) -> None:
    """Issue what the checks of a file found as warnings.

    Args:
        lines: `Config.warnings`, or `Config.passed_over`.

    Warns:
        ConfigWarning: for each line.
    """
    for line in lines:
        warnings.warn(line, ConfigWarning, stacklevel=users_line())


def _loaded(config: str | os.PathLike[str] | Mapping[str, object] | Config, asked: _Asked) -> Config:
    """The Config of what `load_config` is given."""
    report = Report()
    if isinstance(config, Config):
        if asked.preset is None and asked.bands in ((), config.bands):
            return config
        # its size, directory and seed may differ from those of its text
        again = _load(config.text, FROM_CONFIG, report, asked)
        return replace(again, size=config.size, outdir=config.outdir, seed=config.seed)
    if isinstance(config, Mapping):
        return _load(dictionary_text(config, report), FROM_DICT, report, asked)
    if not isinstance(config, str | bytes | os.PathLike):
        wanted = "a YAML file, the name of a packaged example, a dictionary or a Config"
        raise TypeError(f"config is a {type(config).__name__}; give {wanted}")
    path = _find(os.fsdecode(config), report)
    return _load(_read(path, report), str(path), report, asked)


def _load(text: str, source: str, report: Report, asked: _Asked) -> Config:
    """The Config that YAML text describes.

    Args:
        text: the text.
        source: its name in messages.
        report: the problems and remarks are added to it.
        asked: what is asked for.
    """
    report.sources.append(source)
    usage = Usage()
    written = read_text(text, source, report, numbered=source != FROM_DICT, usage=usage)
    tree = include(written, report, usage)
    if asked.preset is not None:
        name = asked.preset.stem
        report.bands_of = f" of the survey {name}"
        preset = read_text(_read(asked.preset, report), str(asked.preset), report)
        merged = with_preset(tree, preset, asked.configurations)
        tree = with_survey(tree, merged, preset, name, asked.bands, report)
    elif asked.bands:
        tree = with_bands(tree, asked.bands)
    tree = with_filters(tree)
    return _parse(tree, report, asked.configurations, verbatim=text if tree is written else None)


def _parse(whole: Node, report: Report, asked: tuple[str, ...] | None, verbatim: str | None) -> Config:
    """The Config that a tree describes; ConfigError where there are problems.

    The text of the Config is `verbatim`.  It is written from the tree `whole` instead where `verbatim` is
    None, since the tree was joined from several files, or where the file names other files by relative paths.
    """
    written, tree = len(report.sources), with_used_bands(whole, report)
    with Section(tree, report, noun="a section of a configuration") as root:
        report.bands = read_bands(root)
        with root.sub("DATASET") as dataset, dataset.sub("PARAMETERS") as parameters:
            name = dataset.text("NAME")
            size = _size(parameters)
            outdir = parameters.text("OUTDIR", OUTDIR_ADVICE)
            seed = parameters.integer("SEED", 0, below=2**32) if parameters.has("SEED") else None
            image_dtype = parameters.choice("image_dtype", IMAGE_DTYPES, default=IMAGE_DTYPES[0])
        cosmology = read_cosmology(root)
        instrument = read_instrument(root)
        tables = read_userdists(root)
        rows = read_catalog_file(root)
        columns = column_names(root, tables) | (rows.names if rows else set())
        species = read_species(root, objects_of_series(root))
        configurations = tuple(
            with_columns(one, columns, tree, report) for one in read_geometry(root, species, instrument)
        )
        needing = [one.label for one in configurations if needs_passbands((one,))]
        if needing:
            with report.only(needing):
                instrument = replace(instrument, passbands=read_passbands(root))
        names = known_names(cosmology, instrument, configurations)
        ranges = with_selected_ranges(names, tree)
        catalog = read_catalog(rows, configurations, ranges, report)
        first = (catalog.joint,) if catalog else without_rows(rows, ranges)
        joints = read_joints(root, tables, ranges, first)
        joints = (*((in_order(catalog, joints, ranges, report),) if catalog else first), *joints)
        backgrounds = read_backgrounds(root, instrument, configurations, joints, names)
        labels = read_labels(root, instrument)
    config = Config(
        name=name,
        size=size,
        outdir=outdir,
        seed=seed,
        cosmology=cosmology,
        instrument=instrument,
        species=tuple((species or {}).values()),
        configurations=configurations,
        text=yaml_text(whole, report.paths) if verbatim is None or report.paths else verbatim,
        joints=joints,
        backgrounds=backgrounds,
        input_files=input_files(report, report.sources[written:]),
        image_dtype=image_dtype or IMAGE_DTYPES[0],
        catalog=catalog.catalog if catalog else None,
        labels=labels,
    )
    config = with_selections(config, tree, names, report)
    config = with_bounds(config, tree, report)
    check_memory(config, tree, report)
    check_choosers(config, names, tree, report)
    complete, before = settled(config, tree, report, asked), len(report.remarks)
    check_transients(complete, tree, report)
    remark_implausible(complete, tree, asked, report)
    return replace(
        complete,
        joints=tuple(one for one in complete.joints if one.label != CATALOG or catalog),
        warnings=(*complete.warnings, *report.lines(report.remarks[before:])),
    )


def _size(parameters: Section) -> int:
    """SIZE; 1, and a problem, where it is illegal."""
    size = parameters.integer("SIZE", 1)
    node = parameters.take("SIZE")
    if node is not None and size > LARGEST_SIZE:
        parameters.report.problem(node.place, f"is {node.text}; it must be at most {LARGEST_SIZE} (2^63 - 1)")
        return 1
    return size


def _find(name: str, report: Report) -> Path:
    """The path of the file `name` or of the packaged example `name`; ConfigError where there is neither."""
    place = Place(name if name.isprintable() and len(name) < MAX_NAME_LENGTH else shown(name))
    if os.path.isdir(name):
        report.problem(place, "is a directory; give a YAML file")
    elif os.path.exists(name) and not os.path.isfile(name):
        report.problem(place, "is a device or a pipe; give a YAML file")
    elif name not in examples() and not os.path.isfile(name):
        choices = ", ".join(examples())
        report.problem(place, f"is no file; give a YAML file or one of the packaged examples {choices}")
    report.raise_problems()
    return Path(name) if os.path.isfile(name) else example_path(name)


def _read(path: Path, report: Report) -> str:
    """The text of the file at `path`; ConfigError where it cannot be read."""
    text = read_file(path, report)
    report.raise_problems()
    return text or ""
