"""`python -m validation.speed.gpu` without its extra, and its comparison with the committed file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from validation.speed import compiled, gpu
from validation.speed.bounds import WATCHED
from validation.speed.gpu_programs import ROWS


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled, "_PLUGINS", ("jax_plugins.no_such_plugin", "no_such_package.plugin"))
    assert gpu.main([]) == 1
    assert 'no card is needed, but the extra: pip install "jaxlens-sim[cuda]"' in capsys.readouterr().err


def test_a_row_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        gpu.main(["Z"])
    assert "Z is no row and no file; the rows are A, A-value, A-gradient" in capsys.readouterr().err


def test_the_committed_file_has_every_row_and_what_is_compared() -> None:
    committed = json.loads(gpu.RESULTS.read_text())
    assert list(committed["rows"]) == list(ROWS)
    assert all(row[figure] > 0 for row in committed["rows"].values() for figure in WATCHED)


def test_the_comparison_fails_where_a_row_has_grown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = json.loads(gpu.RESULTS.read_text())
    assert gpu._checked(committed, gpu.RESULTS) == 0
    committed["rows"]["A"]["kB_per_system"] /= 1.2
    committed["jax"] = "0.1"
    smaller = tmp_path / "smaller.json"
    smaller.write_text(json.dumps(committed))
    assert gpu._checked(json.loads(gpu.RESULTS.read_text()), smaller) == 1
    message = capsys.readouterr().err
    assert "the file is of jax 0.1" in message
    assert "A: kB_per_system has grown" in message
