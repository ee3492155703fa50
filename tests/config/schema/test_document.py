"""The JSON Schema of configuration files: every good file is valid, broken ones are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from jaxlens.config import ConfigError, load_config
from jaxlens.config.errors import Report
from jaxlens.config.examples import example_path, examples
from jaxlens.config.reader import read_text
from jaxlens.config.schema import json_schema
from jaxlens.config.schema.document import file_keys
from jaxlens.config.schema.entries import Entries
from jaxlens.config.sections import Section
from jaxlens.config.text import plain

TESTS = Path(__file__).parents[2]
BROKEN = {
    f"{path.stem} {name}": row
    for path in sorted((TESTS / "config" / "broken").glob("*.yaml"))
    for name, row in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
# What is said about a fault of the structure: keys, kinds of values, words and bounds of constants.
STRUCTURAL = re.compile(
    r"^c\.yaml:\d+: [\w.]+: ("
    r"is not (a key|a parameter|known|a light profile|a mass profile|a distribution|a section|a relation)"
    r"|is missing; give (this section|a name$|the name of)"
    r"|is (a mapping|a list|the text|true|\[\]|an empty list)"
    r"|is (-?[\d.e+-]+); (it must be|give one whole)"
    r"|does not belong here"
    r"|'[^']*' is not (a |known)"
    r")"
)
# Faults like these that a schema does not see, and why.
UNSEEN = {
    # what a distribution, a link or another entry makes of it
    "links always_illegal",
    "surveys lsst_of_no_time",
    "surveys lsst_years_below_zero",
    "surveys lsst_years_without_end",
    # names that depend on others
    "instrument unknown_cosmology",
    "instrument cosmology_of_astropy_that_is_not_ours",
    "timeseries model_unknown",
    "timeseries model_file_of_flat",
    "timeseries model_with_another_hyphen",
    # other files, and lists that are not read as such
    "distributions params_is_a_word",
    "distributions params_too_short",
    "distributions normal_of_wrong_lengths",
    "distributions normal_of_wrong_rows",
    "input blank_name",
    "timeseries nites_empty",
    "timeseries peak_text",
    "sections seed_too_large",
}


def tree(text: str) -> Any:
    """The text as the reader sees it."""
    return plain(read_text(text, "c.yaml", Report()))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def findings(validator: Draft202012Validator, text: str) -> list[str]:
    return [f"{list(one.absolute_path)}: {one.message[:200]}" for one in validator.iter_errors(tree(text))]


@pytest.mark.parametrize("name", [*examples(), "documented.yaml", "config/good.yaml"])
def test_good_files_are_valid(name: str, validator: Draft202012Validator) -> None:
    path = example_path(name) if name in examples() else TESTS / name
    assert not findings(validator, path.read_text(encoding="utf-8"))


def broken_texts(good: str) -> Iterator[tuple[str, str, str]]:
    """(name, text, the first thing that is said) of each broken file that is YAML."""
    for name, row in BROKEN.items():
        text = good
        for old, new in row["change"]:
            text = text.replace(old, new, 1)
        yield name, text, row["says"][0]


@pytest.mark.long
def test_broken_files_are_refused_where_their_structure_is_at_fault(
    good: str, validator: Draft202012Validator
) -> None:
    """About four in ten are; what is not seen follows from several entries or from other files."""
    Draft202012Validator.check_schema(json_schema())
    accepted, refused = set(), 0
    for name, text, says in broken_texts(good):
        try:
            found = tree(text)
        except ConfigError:
            continue
        if not validator.is_valid(found):
            refused += 1
        elif STRUCTURAL.match(says):
            accepted.add(name)
    assert accepted == UNSEEN
    assert refused >= 160


def test_the_schema_is_plain_json(validator: Draft202012Validator) -> None:
    assert json.loads(json.dumps(validator.schema)) == validator.schema
    galaxy = next(iter(validator.schema["properties"]["SPECIES"]["patternProperties"].values()))
    assert "A galaxy" in galaxy["description"]


def sections(entries: Entries, before: str = "") -> Iterator[tuple[str, Entries]]:
    yield before.removesuffix("."), entries
    for key, entry in entries.items():
        if entry.inner is not None:
            yield from sections(entry.inner, f"{before}{key}.")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The keys that the reader asks for, by the path of the mapping."""
    found: dict[str, set[str]] = {}
    leave = Section.__exit__

    def record(self: Section, *error: Any) -> None:
        path = re.sub(r"_[1-9][0-9]*(?=\.|$)", "_n", self.path)
        found.setdefault(path, set()).update(self._asked)
        leave(self, *error)

    monkeypatch.setattr(Section, "__exit__", record)
    return found


def check(asked: dict[str, set[str]]) -> set[str]:
    """The sections that were read, whose keys are all in the schema."""
    known = dict(sections(file_keys()))
    # a mapping by band, a table of peaks and a number have keys of the user's
    read = {path for path in asked if path in known}
    for path in read:
        # SELECT has patterns of keys, such as *_min
        unknown = {key for key in asked[path] if not any(fnmatch(key, own) for own in known[path])}
        assert unknown - {"INPUT"} == set(), path
    return read


def test_the_schema_has_what_the_reader_asks_for(good: str, asked: dict[str, set[str]]) -> None:
    load_config(yaml.safe_load(good))
    read = check(asked)
    assert {"", "DATASET.PARAMETERS", "IMAGE.PARAMETERS", "GEOMETRY.CONFIGURATION_n.PLANE_n"} <= read
    known = dict(sections(file_keys()))
    # and nothing that it does not ask for
    for path in ("", "DATASET", "DATASET.PARAMETERS", "COSMOLOGY", "GEOMETRY.CONFIGURATION_n"):
        assert set(known[path]) - asked[path] == set(), path


@pytest.mark.long
def test_the_schema_has_what_the_reader_asks_for_in_every_section(asked: dict[str, set[str]]) -> None:
    for name in examples():
        load_config(name)
    read = check(asked)
    known = dict(sections(file_keys()))
    assert {"CATALOG", "GEOMETRY.CONFIGURATION_n.TIMESERIES", "SPECIES.GALAXY_n.SUBSTRUCTURE"} <= read
    for path in ("CATALOG", "GEOMETRY.CONFIGURATION_n.TIMESERIES", "IMAGE.PARAMETERS", "SURVEY.PARAMETERS"):
        # BANDS_USED is taken out before the sections are read, and PIXEL has keys of its own
        extra = {"BANDS_USED", "kernel_point_source", "kernel_supersampling_factor"}
        assert set(known[path]) - asked[path] - extra == set(), path
