"""Two configurations have one digest where they make the same systems, wherever their files lie."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens.config import load_config
from jaxlens.config.identity import config_digest, input_digests

TABLE = "WEIGHT exposure_time-g\n1 90\n2 100\n"
WITH_TABLE = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\n"


def write(folder: Path, text: str, **files: str) -> Path:
    """A configuration file in a folder, with tables beside it."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.txt").write_text(content)
    (folder / "c.yaml").write_text(text)
    return folder / "c.yaml"


def test_the_digest_is_the_same_on_every_machine(good: str) -> None:
    """A known value; with another one no dataset of an older version can be resumed."""
    expected = "6ab19b7ddf866c688c8d7635312fcf35adb79ba37ef505e5936eb419e925b365"
    assert config_digest(load_config(yaml.safe_load(good))) == expected


def test_what_makes_no_difference(good: str, tmp_path: Path) -> None:
    """The order of keys, comments, how numbers are written, OUTDIR, image_dtype, and INPUT."""
    one = load_config(write(tmp_path, good))
    tree = yaml.safe_load(good)
    other = {key: tree[key] for key in reversed(tree)}
    other["DATASET"]["PARAMETERS"] |= {"OUTDIR": "elsewhere", "SIZE": 4.0, "image_dtype": "float16"}
    assert config_digest(load_config(other)) == config_digest(one)
    (tmp_path / "species.yaml").write_text(yaml.safe_dump(tree["SPECIES"]))
    other["SPECIES"] = {"INPUT": "species.yaml"}
    included = load_config(write(tmp_path, yaml.safe_dump(other)))
    assert config_digest(included) == config_digest(one)
    assert included.input_files == ()
    assert config_digest(replace(one, size=5)) != config_digest(one)
    assert config_digest(replace(one, seed=5)) != config_digest(one)
    assert config_digest(load_config(write(tmp_path, good.replace("numPix: 16", "numPix: 17")))) != (
        config_digest(one)
    )


def test_a_table_may_move_but_not_change(good: str, tmp_path: Path) -> None:
    first = load_config(write(tmp_path / "a", good + WITH_TABLE, t=TABLE))
    moved = load_config(write(tmp_path / "b", good + WITH_TABLE.replace("t.txt", "u.txt"), u=TABLE))
    assert first.input_files == (str(tmp_path / "a" / "t.txt"),)
    assert input_digests(first) == {first.input_files[0]: hashlib.sha256(TABLE.encode()).hexdigest()}
    assert config_digest(first) == config_digest(moved)
    changed = load_config(write(tmp_path / "b", good + WITH_TABLE, t=TABLE.replace("90", "91")))
    assert config_digest(changed) != config_digest(first)


def test_of_two_distributions_the_last_one_counts(good: str, tmp_path: Path) -> None:
    second = WITH_TABLE + "  USERDIST_2: {FILENAME: u.txt, MODE: sample}\n"
    turned = second.replace("USERDIST_1", "USERDIST_3")
    lines = turned.splitlines(keepends=True)
    tables = {"t": TABLE, "u": TABLE.replace("90", "91")}
    one = load_config(write(tmp_path, good + turned, **tables))
    other = load_config(write(tmp_path, good + lines[0] + lines[2] + lines[1], **tables))
    assert config_digest(one) != config_digest(other)


def test_kernels_and_backgrounds(good: str, tmp_path: Path) -> None:
    """An extension stays; a folder's digest is that of the files that were read in it."""
    text = good.replace("psf_type: GAUSSIAN", "psf_type: PIXEL\n    kernel_point_source: 'k.fits[1]'")
    text += "BACKGROUNDS: {PATH: sky, CONFIGURATIONS: [CONFIGURATION_1]}\n"
    path = write(tmp_path, text)
    kernel = np.ones((3, 3))
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(kernel)]).writeto(tmp_path / "k.fits")
    (tmp_path / "sky").mkdir()
    bands = load_config(yaml.safe_load(good)).bands
    for band in bands:
        fits.writeto(tmp_path / "sky" / f"{band}.fits", np.ones((2, 16, 16), np.float32))
    config = load_config(path)
    names = ["k.fits", "sky", *(f"sky/{band}.fits" for band in sorted(bands))]
    assert config.input_files == tuple(str(tmp_path / name) for name in names)
    before = input_digests(config)
    assert list(before) == list(config.input_files)
    (tmp_path / "sky" / "README").write_text("not read")
    assert input_digests(load_config(path)) == before
    shutil.copytree(tmp_path, tmp_path / "copy")
    assert config_digest(load_config(tmp_path / "copy" / "c.yaml")) == config_digest(config)
    fits.writeto(tmp_path / "sky" / f"{bands[0]}.fits", np.zeros((2, 16, 16), np.float32), overwrite=True)
    after = input_digests(config)
    assert [path for path in after if after[path] != before[path]] == [
        str(tmp_path / "sky"),
        str(tmp_path / "sky" / f"{bands[0]}.fits"),
    ]
    assert config_digest(config) != config_digest(load_config(tmp_path / "copy" / "c.yaml"))


def test_a_file_that_is_gone(good: str, tmp_path: Path) -> None:
    config = load_config(write(tmp_path, good + WITH_TABLE, t=TABLE))
    (tmp_path / "t.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"t\.txt"):
        input_digests(config)


def test_packaged_tables_are_no_inputs() -> None:
    """They come with the version; the digest of a packaged example does not depend on where that lies."""
    config = load_config("lensed_supernova_series")
    assert config.input_files == ()
    assert "cadence.csv" in config.text
    assert config_digest(config) == config_digest(load_config(config))
