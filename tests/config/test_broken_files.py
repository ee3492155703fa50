"""Every way to get a configuration wrong, with the exact lines that must be said about it.

The table is in `broken/*.yaml`: the changes to `good.yaml`, and the problems in order.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from jaxlens import cli
from jaxlens.config import Config, ConfigError

TABLE = [
    pytest.param(tuple(map(tuple, row["change"])), tuple(row["says"]), id=f"{path.stem}-{name}")
    for path in sorted((Path(__file__).parent / "broken").glob("*.yaml"))
    for name, row in yaml.safe_load(path.read_text(encoding="utf-8")).items()
]


def test_the_table_is_there() -> None:
    assert len(TABLE) >= 100


@pytest.mark.parametrize(("edits", "says"), TABLE)
def test_broken_file(
    edits: tuple[tuple[str, str], ...],
    says: tuple[str, ...],
    load_edited: Callable[[tuple[tuple[str, str], ...]], Config],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In Python all problems are in one ConfigError; `jaxlens check` prints them and exits with 1."""
    with pytest.raises(ConfigError) as caught:
        load_edited(edits)
    assert caught.value.problems == says
    assert str(caught.value) == "\n".join(says)
    assert cli.main(["check", "c.yaml"]) == 1
    assert capsys.readouterr().err.splitlines() == [line for say in says for line in say.splitlines()]


def test_all_problems_come_at_once(load_edited: Callable[..., Config]) -> None:
    """One mistake a section: each is found, in the order of the file."""
    with pytest.raises(ConfigError) as caught:
        load_edited(
            (
                ("SIZE: 4", "SIZE: -4"),
                ("Om0: 0.3", "Om: 0.3"),
                ("numPix: 16", "numPix: 0"),
                ("seeing: 0.9", "seeing: soft"),
                ("NAME: SIE", "NAME: SEI"),
                ("REDSHIFT: 1.0", "REDSHIFT: 0.1"),
                ("FRACTION: 0.5", "FRACTION: 0.7"),
            )
        )
    lines = [int(problem.split(":")[1]) for problem in caught.value.problems]
    assert lines == [4, 7, 9, 13, 20, 35, 59, 71]
