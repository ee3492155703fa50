"""The command `fit` of a whole sample: what is asked for, printed and given back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jaxlens import cli
from jaxlens.engine.stopping import Stopped
from jaxlens.modelling.samples.flags import Flag
from jaxlens.modelling.samples.record import Record
from jaxlens.modelling.samples.runs import Sample

GOOD = Record(
    "J1",
    "fitted",
    theta_E=1.2,
    theta_E_error=0.01,
    chi_square=110.0,
    degrees_of_freedom=100,
    model="SIE",
    converged=True,
    reached=9,
    starts=32,
    seconds=20.0,
    compilation=40.0,
)
DOUBTFUL = replace(
    GOOD, name="J2", theta_E=1.0, seconds=22.0, compilation=0.0, flags=(Flag("poor fit", "..."),)
)
BROKEN = Record("J3", "failed", error="ValueError: no pixel")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `fit_sample` is called with; it gives the records that stand under `gives`."""
    given: dict[str, Any] = {"gives": (GOOD, DOUBTFUL)}

    def fit_sample(source: Path, config: Any, out: Path, **options: Any) -> Sample:
        given.update(options, source=source, config=config, out=out)
        if isinstance(given["gives"], BaseException):
            raise given["gives"]
        for record in given["gives"]:
            options["told"](record)
        return Sample(given["gives"], out, options["published"])

    monkeypatch.setattr("jaxlens.cli.fit_sample.fit_sample", fit_sample)
    return given


def test_every_option_reaches_the_run(asked: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "published.csv").write_text("name,bSIE,theta_E\nJ1,1.25,1.1\n")
    options = ["--only", "J1", "J2", "--limit", "1", "--resume", "--retry", "--starts", "8", "--draws", "99"]
    options += ["--radius", "2.5", "--models", "SIE", "EPL + shear", "--fixed", "H0=71", "--seed", "4"]
    options += ["--published", str(tmp_path / "published.csv"), "--published-column", "bSIE", "--no-pages"]
    options += ["--no-shapelets"]
    argv = ["fit", "lenses", "--config", "slacs", "--out", str(tmp_path / "out"), *options]
    assert cli.main(argv) == 0
    assert asked["source"] == Path("lenses")
    assert asked["config"].bands == ("F814W",)
    assert asked["out"] == tmp_path / "out"
    assert asked["options"] == {
        "starts": 8,
        "draws": 99,
        "radius": 2.5,
        "models": ["SIE", "EPL + shear"],
        "shapelets": False,
        "fixed": {"H0": 71.0},
    }
    assert asked["published"].columns == ("bSIE",)
    assert (asked["only"], asked["limit"], asked["seed"]) == (["J1", "J2"], 1, 4)
    assert (asked["resume"], asked["overwrite"], asked["retry"], asked["pages"]) == (True, False, True, False)


def test_each_lens_has_a_line_and_the_sample_its_times(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["fit", "lenses", "--config=slacs", "--out", str(tmp_path / "out")]) == 0
    assert asked["options"] == {}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("J1               theta_E 1.2000 +- 0.0100, chi2/dof 1.100, SIE, 9/32 starts")
    assert lines[1].endswith("22.0 s, poor fit")
    assert lines[2] == "2 of 2 lenses fitted, 1 of them flagged"
    assert lines[3] == "22 s a lens (median), and 40 s of compilation for all"
    assert lines[4:] == [str(tmp_path / "out" / name) for name in ("results.csv", "lenses")]
    assert cli.main(["fit", "lenses", "--config=slacs", "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_failed_lens_is_an_error_at_the_end(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked["gives"] = (BROKEN, GOOD)
    assert cli.main(["fit", "lenses", "--config", "slacs", "--out", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert "1 of 2 lenses fitted" in captured.out
    assert captured.err == "jaxlens: J3 has failed: ValueError: no pixel\n"


def test_a_stopped_run_says_how_to_go_on(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked["gives"] = Stopped(remark="1 of 3 lenses are done; go on with --resume")
    assert cli.main(["fit", "lenses", "--config", "slacs", "--out", str(tmp_path / "out")]) == 130
    assert "1 of 3 lenses are done; go on with --resume" in capsys.readouterr().err


def test_what_is_wrong_is_explained(fails: Callable[..., str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "there is no such folder or table" in fails(
        "fit", tmp_path / "no", "--config", "slacs", "--out", out
    )
    text = fails("fit", tmp_path, "--config", "slac", "--out", out)
    assert re.search("did you mean slacs|packaged examples", text)
    (tmp_path / "p.csv").write_text("name,mass\nA,1\n")
    argv = ("fit", tmp_path, "--config", "slacs", "--out", out, "--published", tmp_path / "p.csv")
    assert "has no column of Einstein radii" in fails(*argv)


def test_the_help_of_each_use_names_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    for argv, words in [
        (["fit", "--help"], "DIR_OR_TABLE --config CONFIG"),
        (["fit", "--config", "x", "--help"], "one sub-folder for each lens"),
    ]:
        with pytest.raises(SystemExit):
            cli.main(argv)
        assert words in " ".join(capsys.readouterr().out.split())
