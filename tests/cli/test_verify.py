"""The command `verify`."""

from __future__ import annotations

import pytest

from jaxlens import cli
from jaxlens.engine.stopping import Stopped


def test_what_is_no_dataset_is_named(tmp_path, fails) -> None:
    assert "has no manifest.json; give the folder of a dataset" in fails("verify", tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    assert "is no manifest of a dataset (it has no 'format_version')" in fails("verify", tmp_path)


@pytest.mark.parametrize("options", [["--systems", "-1"], ["--seed", "x"]])
def test_wrong_options_are_refused(options, tmp_path) -> None:
    with pytest.raises(SystemExit):
        cli.main(["verify", str(tmp_path), *options])


def test_a_signal_ends_it(tmp_path, monkeypatch) -> None:
    def interrupted(folder, systems, seed):
        raise Stopped(15)

    monkeypatch.setattr("jaxlens.cli.verify.verify", interrupted)
    assert cli.main(["verify", str(tmp_path)]) == 130
