"""COOLEST's files of a system, and the dictionary of a file of jaxlens from them.

COOLEST: Galan et al. (2023, JOSS 8, 5567).  Its conventions are in `coolest_template`; `coolest_writing` and
`coolest_reading` use the package coolest, which the extra `coolest` installs.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from jaxlens.config.errors import ConfigWarning
from jaxlens.config.users_line import users_line
from jaxlens.exchange.coolest_exposure import Columns, instrument_in, zero_points
from jaxlens.exchange.coolest_in import Species, geometry_problems, species_of
from jaxlens.exchange.coolest_reading import Take, read_template
from jaxlens.exchange.coolest_template import Template
from jaxlens.exchange.coolest_writing import band_paths, write_template
from jaxlens.exchange.errors import ExchangeError

Names = str | os.PathLike[str]


def write_templates(templates: Sequence[Template], path: Names) -> list[Path]:
    """Write the templates of a system, one for each band.

    Args:
        templates: the templates.
        path: where the template of the only band goes; of several bands `name.json` is `name_g.json` and so
            on.  Images are FITS files beside it.

    Returns:
        The paths of the JSON files, in the order of the bands.

    Raises:
        ImportError: if the package coolest is not installed.
        OSError: if a file cannot be written.
    """
    paths = band_paths(Path(path), tuple(one.band for one in templates))
    for one, own in zip(templates, paths, strict=True):
        write_template(one, own)
    return paths


def from_coolest(
    path: Names | Sequence[Names],
    *,
    values: Take = "point",
    columns: Columns | None = None,
) -> dict[str, Any]:
    """The dictionary of a file from COOLEST templates, for `load_config` and `Simulator`.

    Images, PSF kernels and noise maps stay in the FITS files beside the templates, whose paths it has.  The
    images of a lensed point source become stars in the foreground, each where it is seen.

    Args:
        path: the JSON file of a template; or several, of the same system in one band each.
        values: what numbers are: "point", their point estimates; "prior", DISTRIBUTIONs where they have a
            prior; "posterior", normal DISTRIBUTIONs where they have percentiles of a posterior.
        columns: "west", so that an image has the pixels of the FITS files; "east", so that it has x to the
            right, as other files of jaxlens, and is their mirror image; by default "east" for what jaxlens
            wrote of such an image, and "west" otherwise.

    Returns:
        The dictionary, to be changed where something is missing.

    Raises:
        ImportError: if the package coolest is not installed.
        ValueError: if a template cannot be read, or a file cannot hold it; the message lists what, each with
            what would be right.

    Warns:
        ConfigWarning: for what is missing in the templates, or taken for something else.
    """
    if values not in get_args(Take):
        raise ValueError(f"values is {values!r}; give one of {', '.join(get_args(Take))}")
    if columns not in (None, *get_args(Columns)):
        raise ValueError(f"columns is {columns!r}; give one of {', '.join(get_args(Columns))}, or None")
    paths = [Path(path)] if isinstance(path, (str, os.PathLike)) else [Path(one) for one in path]
    if not paths:
        raise ValueError("there is no path; give that of a template")
    remarks: list[str] = []
    found = file_of([read_template(one, values) for one in paths], paths[0].stem, columns, remarks)
    for remark in dict.fromkeys(remarks):
        warnings.warn(f"{paths[0]}: {remark}", ConfigWarning, stacklevel=users_line())
    return found


def file_of(
    templates: Sequence[Template], name: str, columns: Literal["east", "west"] | None, remarks: list[str]
) -> dict[str, Any]:
    """The dictionary of a file from the templates of one system.

    Args:
        templates: one for each band.
        name: the name of the system.
        columns: whether columns of an image go to the east or the west; None for what the templates say.
        remarks: what is missing, or taken for something else, is added to it.

    Raises:
        ExchangeError: if a file cannot hold the system; the message lists what.
    """
    problems: list[str] = []
    by_band = _by_name(templates, problems)
    _refuse(problems, name)
    points = zero_points(by_band, remarks)
    image, survey = instrument_in(by_band, points, columns, problems, remarks)
    species = species_of(by_band, points, problems)
    problems += _planes_problems(templates[0], species)
    _refuse(problems, name)
    cosmology = templates[0].cosmology
    if not cosmology:
        remarks.append("there is no cosmology; add COSMOLOGY.PARAMETERS with H0 and Om0")
    return {
        "DATASET": {"NAME": name, "PARAMETERS": {"SIZE": 1, "OUTDIR": name}},
        **({"COSMOLOGY": {"PARAMETERS": dict(cosmology)}} if cosmology else {}),
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": species.entries,
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": name, "FRACTION": 1.0, **species.geometry()}},
    }


def _by_name(templates: Sequence[Template], problems: list[str]) -> dict[str, Template]:
    """The templates by the names of their bands."""
    names = [one.band.replace(",", " ").strip() for one in templates]
    if len(templates) > 1 and (len(set(names)) < len(names) or "" in names):
        problems.append(
            f"the bands are {', '.join(map(repr, names))}; give one template for each, with its name"
        )
    by_band = {name or "BAND": one for name, one in zip(names, templates, strict=True)}
    whole = [
        [
            (one.redshift, one.is_field, *(p.kind for p in (*one.mass, *one.light)))
            for one in template.entities
        ]
        for template in templates
    ]
    if any(one != whole[0] for one in whole):
        problems.append("the bands have other entities, profiles or redshifts; give those of one system")
    return by_band


def _planes_problems(template: Template, species: Species) -> Iterator[str]:
    """What is wrong with the planes of masses and light; the last plane's mass acts on nothing."""
    planes = sorted(species.planes)
    masses = [planes.index(one.redshift) for one in template.entities if one.mass and one.redshift in planes]
    bright = [planes.index(one.redshift) for one in template.entities if one.light and one.redshift in planes]
    return geometry_problems([one for one in masses if one < len(planes) - 1], bright, len(planes))


def _refuse(problems: Sequence[str], name: str) -> None:
    """ValueError with all problems, if there are any."""
    if problems:
        raise ExchangeError("\n- ".join([f"a file cannot hold {name}:", *dict.fromkeys(problems)]))
