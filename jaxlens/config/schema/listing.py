"""Every key of a configuration file as a list, for documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jaxlens.config.schema.document import file_keys
from jaxlens.config.schema.entries import Entries, Entry
from jaxlens.config.schema.profiles import profile_keys
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

_KINDS = {
    "constant": "number, the same for all systems",
    "integer": "whole number",
    "texts": "list of words, or one word",
    "array": "list of numbers",
    "switch": "true or false",
    "any": "see the text",
}


class Key(NamedTuple):
    """One key of a configuration file.

    Attributes:
        path: the keys that lead to it, joined by dots, as `IMAGE.PARAMETERS.exposure_time`; `_n` stands for
            any number.
        type: what kind of value it has, in words.
        required: whether the mapping must have it.
        default: its value where the file has none; "" where there is no such value.
        unit: its unit; "" where it has none.
        text: what it is, in one sentence.
    """

    path: str
    type: str
    required: bool
    default: str
    unit: str
    text: str


def keys() -> tuple[Key, ...]:
    """Every key of a configuration file, section by section, with the parameters of all profiles.

    Those of a profile are under its kind and its name, as `SPECIES.GALAXY_n.MASS_PROFILE_n.PARAMETERS (SIE)`.

    >>> found = {key.path: key for key in keys()}
    >>> found["IMAGE.PARAMETERS.exposure_time"].unit, found["SURVEY.PARAMETERS.num_exposures"].default
    ('s', '1')
    """
    return tuple(_listed(file_keys(), ""))


def _listed(entries: Entries, before: str) -> Iterator[Key]:
    for name, entry in entries.items():
        path = f"{before}{name}"
        yield Key(path, _type(entry), entry.required, entry.default, entry.unit, entry.text)
        if entry.inner is not None:
            yield from _listed(entry.inner, f"{path}.")
        if name.endswith("PROFILE_n"):
            profiles = LIGHT_PROFILES if name.startswith("LIGHT") else MASS_PROFILES
            # shears stand under their own key, and their profiles are listed once
            if not name.startswith("SHEAR"):
                for one, profile in profiles.items():
                    yield from _listed(profile_keys(profile), f"{path}.PARAMETERS ({one}).")


def _type(entry: Entry) -> str:
    """The kind of value of an entry, in words."""
    if entry.kind == "choice":
        return f"one of {', '.join(entry.choices)}"
    if entry.kind == "number":
        return (
            "number, DISTRIBUTION or link, also by band"
            if entry.rule.by_band
            else "number, DISTRIBUTION or link"
        )
    if entry.kind == "mapping":
        return "text or mapping" if entry.or_text else "mapping"
    return _KINDS.get(entry.kind, entry.kind)
