"""A small configuration that is right, and a way to change and load it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens.config import Config, load_config

Edits = tuple[tuple[str, str], ...]


@pytest.fixture(scope="session")
def good() -> str:
    """The text of `good.yaml`."""
    return (Path(__file__).parent / "good.yaml").read_text(encoding="utf-8")


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Config]:
    """Load a text from a file that messages call `c.yaml`."""

    def load(text: str) -> Config:
        monkeypatch.chdir(tmp_path)
        Path("c.yaml").write_text(text, encoding="utf-8")
        return load_config("c.yaml")

    return load


@pytest.fixture
def load_edited(good: str, load_text: Callable[[str], Config]) -> Callable[[Edits], Config]:
    """Load `good.yaml` with each (old, new) replaced once."""

    def load(edits: Edits) -> Config:
        text = good
        for old, new in edits:
            assert text.count(old) >= 1, f"good.yaml has no {old!r}"
            text = text.replace(old, new, 1)
        return load_text(text)

    return load


@pytest.fixture
def with_haloes(good: str) -> Callable[..., dict[str, Any]]:
    """The dictionary of `good.yaml` with SUBSTRUCTURE of LENS, LINE_OF_SIGHT, and redshifts of the planes."""

    def change(
        substructure: dict[str, Any] | None = None,
        line_of_sight: dict[str, Any] | None = None,
        z_lens: object = 0.5,
        z_source: object = 1.5,
    ) -> dict[str, Any]:
        document = yaml.safe_load(good)
        configuration = document["GEOMETRY"]["CONFIGURATION_1"]
        for plane, redshift in (("PLANE_1", z_lens), ("PLANE_2", z_source)):
            configuration[plane]["PARAMETERS"] = {"REDSHIFT": redshift}
        if substructure is not None:
            document["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"] = substructure
        if line_of_sight is not None:
            document["LINE_OF_SIGHT"] = line_of_sight
        return document

    return change
