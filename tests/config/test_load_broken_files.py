"""Every way to get a configuration wrong, with the exact problems that must be reported.

The table is in `broken/*.yaml`: the changes to `good.yaml`, the text of other `files` by name, the shape of
FITS `cubes` by name, and the problems in order.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens import cli
from jaxlens.config import Config, ConfigError

TABLE = [
    pytest.param(row, tuple(map(tuple, row["change"])), tuple(row["says"]), id=f"{path.stem}-{name}")
    for path in sorted((Path(__file__).parent / "broken").glob("*.yaml"))
    for name, row in yaml.safe_load(path.read_text(encoding="utf-8")).items()
]


def test_the_table_is_there() -> None:
    assert len(TABLE) >= 100


@pytest.mark.parametrize(("row", "edits", "says"), TABLE)
def test_broken_file(
    row: dict[str, Any],
    edits: tuple[tuple[str, str], ...],
    says: tuple[str, ...],
    load_edited: Callable[[tuple[tuple[str, str], ...]], Config],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """In Python all problems are in one ConfigError; `jaxlens check` prints them and exits with 1."""
    _write(tmp_path, row)
    with pytest.raises(ConfigError) as caught:
        load_edited(edits)
    assert caught.value.problems == says
    assert str(caught.value) == "\n".join(says)
    assert cli.main(["check", "c.yaml"]) == 1
    assert capsys.readouterr().err.splitlines() == [line for say in says for line in say.splitlines()]


def _write(folder: Path, row: dict[str, Any]) -> None:
    """The other files of a row of the table."""
    for name in (*row.get("files", {}), *row.get("cubes", {})):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    for name, text in row.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, shape in row.get("cubes", {}).items():
        fits.writeto(folder / name, np.zeros(shape, np.float32))


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
