"""`jaxlens inject`: words by band, what is printed, and what is an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from jaxlens import cli
from jaxlens.cli import inject as command
from jaxlens.injection.inject import Injection

CARDS = {
    **{"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": -30.0},
    **{"CRPIX1": 20.5, "CRPIX2": 20.5, "CDELT1": -0.25 / 3600.0, "CDELT2": 0.25 / 3600.0},
}


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Images of the bands g and r, without zero point and gain."""
    paths = [tmp_path / "a.fits", tmp_path / "b.fits"]
    for path in paths:
        fits.PrimaryHDU(np.zeros((40, 40), np.float32), fits.Header(CARDS)).writeto(path)
    return paths


@pytest.fixture
def unlensed_file(tmp_path: Path, tiny: str) -> str:
    """The tiny file without mass, which compiles quickly."""
    lines = tiny.splitlines()
    first = next(i for i, line in enumerate(lines) if "MASS_PROFILE_1" in line)
    (tmp_path / "tiny.yaml").write_text("\n".join(lines[:first] + lines[first + 4 :]))
    return str(tmp_path / "tiny.yaml")


def test_words_become_arguments(
    unlensed_file: str, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def remember(config: object, *positional: object, **named: object) -> Injection:
        given.update(named, images=positional[0], positions=positional[1])
        return Injection(tmp_path, pd.DataFrame({"status": ["injected"]}), {}, (), 1)

    monkeypatch.setattr(command, "inject", remember)
    words = ["inject", unlensed_file, f"g={images[0]}", f"r={images[1]}", "--out", "here", "--no-noise"]
    words += ["--zero-point", "g=25", "r=26.5", "--stamp", "31", "--psf", "a.fits", "b.fits", "--seed", "3"]
    words += ["--mask-planes", "BAD", "7", "--keep-clear", "2.5", "--number", "4", "--cutouts", "--strict"]
    assert cli.main(words) == 0
    assert given["images"] == {"g": str(images[0]), "r": str(images[1])}
    assert (given["positions"], given["number"], given["out"], given["seed"]) == (None, 4, Path("here"), 3)
    assert (given["zero_point"], given["stamp"], given["gain"]) == ({"g": 25.0, "r": 26.5}, 31, None)
    assert (given["psf"], given["mask_planes"]) == (["a.fits", "b.fits"], ["BAD", "7"])
    assert (given["noise"], given["cutouts"], given["strict"], given["overwrite"]) == (
        False,
        True,
        True,
        False,
    )
    assert (given["keep_clear"], given["bright_sigma"], given["truth_format"]) == (2.5, 5.0, "csv")


@pytest.mark.long
def test_systems_are_injected_by_band(
    unlensed_file: str, images: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "places.csv").write_text("ra,dec,id\n10.0,-30.0,one\n80.0,-30.0,two\n")
    named = [f"r={images[0]}", f"i={images[1]}"]
    options = ["--zero-point", "r=25", "i=24", "--gain", "3", "--positions", tmp_path / "places.csv"]
    words = ["inject", unlensed_file, *named, "--out", tmp_path / "out", *options]
    assert cli.main([str(word) for word in words]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "2 positions: 1 injected, 1 outside; seed 1"
    assert out[1:4] == [f"  {tmp_path}/out/{name}" for name in ("a.fits", "b.fits", "injected.csv")]
    table = pd.read_csv(tmp_path / "out" / "injected.csv")
    assert table["id"].tolist() == ["one", "two"]
    # two Gaussians of magnitudes 20 and 21
    total = 10.0**-8 + 10.0**-8.4
    assert table["flux-r"][0] == pytest.approx(total * 10.0**10, rel=1e-3)
    assert table["flux-i"][0] == pytest.approx(total * 10.0**9.6, rel=1e-3)
    truth = pd.read_csv(tmp_path / "out" / "truth" / "galaxies.csv")
    assert set(truth["id"]) == {"one"}


def test_wrong_words_are_errors(
    unlensed_file: str, images: list[Path], tmp_path: Path, fails: Callable[..., str]
) -> None:
    g, r = images
    out = ("--out", tmp_path / "out")
    assert "b.fits' has no band of g, r, i; write BAND=VALUE" in fails(
        "inject", unlensed_file, f"g={g}", r, *out
    )
    assert "'z=a.fits' has no band of g, r, i; write BAND=VALUE" in fails(
        "inject", unlensed_file, "z=a.fits", *out
    )
    assert "'x' is no number; give one" in fails(
        "inject", unlensed_file, f"g={g}", *out, "--zero-point", "g=x"
    )
    assert "a.fits has no zero point" in fails("inject", unlensed_file, f"g={g}", *out, "--number", 2)
    given = ("--zero-point", 25, "--number", 2)
    assert "a.fits has no gain that fits its unit" in fails("inject", unlensed_file, f"g={g}", *out, *given)
    assert "give a table with ra and dec" in fails(
        "inject", unlensed_file, f"g={g}", *out, "--zero-point", 25, "--no-noise"
    )
