"""The packaged examples are files that one would copy: they load, in colour, without a remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens.config import ConfigError, example_path, examples, load_config

NAMES = (
    "double_source_plane",
    "four_configurations",
    "galaxy_galaxy",
    "lens_or_not",
    "lensed_quasar",
    "lensed_supernova",
)


def test_names_and_descriptions() -> None:
    assert tuple(examples()) == NAMES
    assert all(text.endswith(".") and len(text) > 40 for text in examples().values())


@pytest.mark.parametrize("name", NAMES)
def test_example(name: str) -> None:
    config = load_config(name)
    assert config.bands == ("g", "r", "i")
    assert config.warnings == ()
    assert config.seed is not None
    assert 50 <= config.size <= 200
    assert sum(one.fraction for one in config.configurations) == 1.0
    assert config.text == example_path(name).read_text(encoding="utf-8")


def test_a_file_comes_before_an_example_of_its_name(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("galaxy_galaxy").write_text(good, encoding="utf-8")
    assert load_config("galaxy_galaxy").name == "Small"


def test_unknown_example() -> None:
    with pytest.raises(ValueError, match="did you mean galaxy_galaxy"):
        example_path("galaxy_galaxi")
    with pytest.raises(ConfigError, match="packaged examples double_source_plane, four_configurations"):
        load_config("galaxy_galaxi")
