"""`load_config`: from a file, a dictionary or the name of a packaged example to a `Config`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jaxlens.config.backgrounds import read_backgrounds
from jaxlens.config.columns import known_names
from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.examples import example_path, examples
from jaxlens.config.files import FROM_DICT, read_file
from jaxlens.config.geometry import read_geometry
from jaxlens.config.inputs import include, with_preset
from jaxlens.config.instrument import read_bands, read_cosmology, read_instrument
from jaxlens.config.joints import read_joints
from jaxlens.config.model import Config
from jaxlens.config.naming import needs_passbands
from jaxlens.config.passbands import read_passbands
from jaxlens.config.reader import Node, Usage, read_text
from jaxlens.config.sections import Section
from jaxlens.config.species import read_species
from jaxlens.config.surveys import survey_path
from jaxlens.config.text import dictionary_text, yaml_text
from jaxlens.config.timeseries import objects_of_series
from jaxlens.config.transient_checks import check_transients
from jaxlens.config.transient_grids import with_walks

# The name of a configuration that is a Config in messages.
FROM_CONFIG = "<config>"
# The largest number of characters of a file name in messages; longer names are cut.
MAX_NAME_LENGTH = 300


def load_config(
    config: str | os.PathLike[str] | Mapping[str, object] | Config, survey: str | None = None
) -> Config:
    """Read and check a configuration.

    Args:
        config: a YAML file in deeplenstronomy's format; the name of a packaged example, unless there is a
            file of that name; a dictionary with the content of such a file; or a Config, which is returned.
            In any mapping `INPUT: file` includes the keys of another file.  Files are looked for in the
            folder of the file that names them, then in the working directory.
        survey: the name of a survey (see `jaxlens.config.surveys`), whose preset replaces the parameters
            of IMAGE and SURVEY; those that it lacks are kept.

    Returns:
        The checked configuration.

    Raises:
        ConfigError: if the file is illegal; it lists every problem with its line.
        ValueError: if there is no such survey; the message names the most similar one.

    >>> config = load_config("galaxy_galaxy")
    >>> config.bands, config.configurations[0].label
    (('g', 'r', 'i'), 'CONFIGURATION_1')
    """
    preset = None if survey is None else survey_path(survey)
    report = Report()
    if isinstance(config, Config):
        if preset is None:
            return config
        # its size, directory and seed may differ from those of its text
        loaded = _load(config.text, FROM_CONFIG, report, preset)
        return replace(loaded, size=config.size, outdir=config.outdir, seed=config.seed)
    if isinstance(config, Mapping):
        return _load(dictionary_text(config, report), FROM_DICT, report, preset)
    path = _find(os.fsdecode(config), report)
    return _load(_read(path, report), str(path), report, preset)


def _load(text: str, source: str, report: Report, preset: Path | None) -> Config:
    """The Config that YAML text describes, with the files that it includes and a survey's preset."""
    report.sources.append(source)
    usage = Usage()
    written = read_text(text, source, report, numbered=source != FROM_DICT, usage=usage)
    tree = include(written, report, usage)
    if preset is not None:
        report.bands_of = f" of the survey {preset.stem}"
        tree = with_preset(tree, read_text(_read(preset, report), str(preset), report))
    return _parse(tree, report, verbatim=text if tree is written else None)


def _parse(tree: Node, report: Report, verbatim: str | None) -> Config:
    """The Config that a tree describes; ConfigError where there are problems.

    The text of the Config is `verbatim`.  It is written from the tree instead where `verbatim` is None, since
    the tree was joined from several files, or where the file names other files by relative paths.
    """
    with Section(tree, report, noun="a section of a configuration") as root:
        report.bands = read_bands(root)
        with root.sub("DATASET") as dataset, dataset.sub("PARAMETERS") as parameters:
            name = dataset.text("NAME")
            size = parameters.integer("SIZE", 1)
            outdir = parameters.text("OUTDIR", "give a directory")
            seed = parameters.integer("SEED", 0, below=2**32) if parameters.has("SEED") else None
        cosmology = read_cosmology(root)
        instrument = read_instrument(root)
        species = read_species(root, objects_of_series(root))
        configurations = read_geometry(root, species, instrument)
        if needs_passbands(configurations):
            instrument = replace(instrument, passbands=read_passbands(root))
        names = known_names(cosmology, instrument, configurations)
        joints = read_joints(root, names)
        backgrounds = read_backgrounds(root, instrument, configurations, joints, names)
    report.raise_problems()
    config = Config(
        name=name,
        size=size,
        outdir=outdir,
        seed=seed,
        cosmology=cosmology,
        instrument=instrument,
        species=tuple((species or {}).values()),
        configurations=configurations,
        text=yaml_text(tree, report.paths) if verbatim is None or report.paths else verbatim,
        joints=joints,
        backgrounds=backgrounds,
    )
    config = with_walks(config, tree.entries["GEOMETRY"].place, report)
    check_transients(config, tree, report)
    return replace(config, warnings=report.warnings)


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
