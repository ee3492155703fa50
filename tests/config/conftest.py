"""A small configuration that is right, and a way to change and load it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
