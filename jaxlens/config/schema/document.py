"""The JSON Schema of a configuration file, made from the tables of this folder."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from jaxlens.config.quantities import ANY, Rule
from jaxlens.config.schema.entries import Entries, Entry, mapping
from jaxlens.config.schema.halo_keys import LINE_OF_SIGHT_KEYS
from jaxlens.config.schema.instrument_keys import COSMOLOGY_KEYS, DATASET, IMAGE_KEYS, SURVEY_KEYS
from jaxlens.config.schema.other_keys import BACKGROUNDS, CATALOG, DISTRIBUTIONS, GEOMETRY, LABELS
from jaxlens.config.schema.profiles import light_schema, mass_schema, profile_keys, whole
from jaxlens.config.schema.species_keys import species
from jaxlens.config.schema.values import (
    TEXT,
    TEXTS,
    Schema,
    bounded,
    definitions,
    needing,
    number,
    number_definitions,
    optional,
    reference,
    section,
)
from jaxlens.config.sections import INPUT
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

# The sections that set numbers, also those that the file has elsewhere or not at all.
_TABLES = ("DISTRIBUTIONS", "CATALOG", "BACKGROUNDS")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The digits of a numbered key, as GALAXY_1.
_DIGITS = "[1-9][0-9]{0,8}"
# The profiles have schemas of their own.
_PROFILES = {"LIGHT_PROFILE_n": "light", "MASS_PROFILE_n": "mass", "SHEAR_PROFILE_n": "mass"}
_SWITCH: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"enum": [0, 1]},
        {
            "type": "string",
            "pattern": r"^\s*([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|[Nn]o|[Oo]n|[Oo]ff|y|n|t|f|0|1|0.0|1.0)\s*$",
        },
    ]
}


def file_keys() -> Entries:
    """The sections of a configuration file, with all their keys."""
    return {
        "DATASET": mapping("The dataset: its name, its size and where it goes.", DATASET, required=True),
        "COSMOLOGY": mapping("The cosmology.", COSMOLOGY_KEYS, required=True),
        "IMAGE": mapping("The camera, and how images are computed.", IMAGE_KEYS, required=True),
        "SURVEY": mapping(
            "The bands, and under which conditions they are observed.", SURVEY_KEYS, required=True
        ),
        "SPECIES": mapping(
            "The galaxies, point sources and sources of noise that there are.", species(), required=True
        ),
        "GEOMETRY": mapping("What is where: configurations and their planes.", GEOMETRY, required=True),
        "DISTRIBUTIONS": mapping("What sets several parameters together.", DISTRIBUTIONS),
        "BACKGROUNDS": mapping("Observed images behind or in place of simulated noise.", BACKGROUNDS),
        "LABELS": mapping("What makes a system `detectable`, a product.", LABELS),
        "CATALOG": mapping("A catalogue, of which each row is a system.", CATALOG),
        "LINE_OF_SIGHT": LINE_OF_SIGHT_KEYS,
    }


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration file.

    Editors complete and check YAML files by it.  It is made from the tables by which files are read: the
    registries of profiles (also those of the user that are registered), distributions, relations and models,
    the legal values of numbers, and the surveys.

    It sees which keys there are, which are missing, and the kinds and bounds of constants.  It does not see
    what follows from several entries together: a number that is missing and that no table sets, names of
    SPECIES and of links that mean nothing, bands that are not in BANDS, redshifts out of order, FRACTIONs
    whose sum is above 1, what distributions can reach, and files that are missing or wrong.

    >>> schema = json_schema()
    >>> sorted(schema["required"])[:3], "sigma_v" in str(schema)
    (['COSMOLOGY', 'DATASET', 'GEOMETRY'], True)
    """
    document = _section(file_keys())
    required = [key for key, entry in file_keys().items() if entry.required]
    del document["anyOf"]
    return {
        "$schema": _DIALECT,
        "title": "A configuration of jaxlens",
        "description": "Strong-lens images in deeplenstronomy's format.",
        **document,
        "required": required,
        "if": {"not": {"anyOf": [{"required": [key]} for key in _TABLES]}},
        "then": _without_tables(),
        "$defs": {
            **definitions(),
            **number_definitions(_rules()),
            "light": light_schema(),
            "mass": mass_schema(),
            "whole_light": whole(LIGHT_PROFILES),
            "whole_mass": whole(MASS_PROFILES),
        },
    }


def _rules() -> set[Rule]:
    """The rules of all numbers of a file."""

    def within(entries: Entries) -> Iterator[Rule]:
        for entry in entries.values():
            yield from [entry.rule] if entry.kind == "number" else []
            yield from within(entry.inner or {})

    profiles = (*LIGHT_PROFILES.values(), *MASS_PROFILES.values())
    return {ANY, *within(file_keys()), *(rule for one in profiles for rule in within(profile_keys(one)))}


def _without_tables() -> Schema:
    """What a file must have besides, where there is no table that could set it."""
    profiles = {
        f"^{key.removesuffix('n')}{_DIGITS}$": reference(f"whole_{kind}") for key, kind in _PROFILES.items()
    }
    planes = {f"^PLANE_{_DIGITS}$": {"required": ["PARAMETERS"], **_with(["REDSHIFT"])}}
    return {
        "properties": {
            "COSMOLOGY": _with(["H0", "Om0"]),
            "SPECIES": {
                "patternProperties": {
                    f"^GALAXY_{_DIGITS}$": {"patternProperties": profiles},
                    f"^POINTSOURCE_{_DIGITS}$": _with(["magnitude"]),
                }
            },
            "GEOMETRY": {"patternProperties": {f"^CONFIGURATION_{_DIGITS}$": {"patternProperties": planes}}},
        }
    }


def _with(keys: Collection[str]) -> Schema:
    """A mapping whose PARAMETERS, if it is a mapping, have these keys."""
    return {"properties": {"PARAMETERS": needing(keys)}}


def _section(entries: Entries) -> Schema:
    """The schema of a mapping with these keys."""
    properties, patterns = {}, {}
    for key, entry in entries.items():
        value = _described(key, entry)
        if key.endswith("_n"):
            patterns[f"^{re.escape(key.removesuffix('n'))}{_DIGITS}$"] = value
        elif key.startswith("*"):
            patterns[f".{re.escape(key.removeprefix('*'))}$"] = value
        else:
            properties[key] = value
    # of numbered keys that must be there the first is
    required = [key.replace("_n", "_1") for key, entry in entries.items() if entry.required]
    return section(properties, required, patterns)


def _described(key: str, entry: Entry) -> Schema:
    """The schema of the value under a key, with the text about it."""
    value = reference(_PROFILES[key]) if key in _PROFILES else _value(entry)
    unit = f" Unit: {entry.unit}." if entry.unit else ""
    default = f" Default: {entry.default}." if entry.default else ""
    return {
        # of numbered keys that are empty there is none
        **(value if entry.required and not key.endswith("_n") else optional(value)),
        "description": f"{entry.text}{unit}{default}",
    }


def _value(entry: Entry) -> Schema:
    """The schema of a value by its kind."""
    simple: dict[str, Schema] = {
        "text": TEXT,
        "texts": TEXTS,
        "constant": {"anyOf": [bounded(entry.rule), TEXT]} if entry.or_text else bounded(entry.rule),
        "switch": _SWITCH,
        "array": {"type": "array", "minItems": 1},
        "any": {"not": {"type": "null"}},
    }
    if entry.kind == "number":
        return number(entry.rule)
    if entry.kind == "integer":
        return bounded(Rule(low=entry.least, whole=True))
    if entry.kind == "choice":
        return {"enum": [*entry.choices, *(["None", "none"] if "NONE" in entry.choices else [])]}
    if entry.kind == "mapping":
        own: Schema = {"type": "object"} if entry.inner is None else _section(entry.inner)
        if entry.one_of:
            own["allOf"] = [{"anyOf": [{"required": [key]} for key in (*entry.one_of, INPUT)]}]
        return {"anyOf": [own, TEXT]} if entry.or_text else own
    return simple[entry.kind]
