"""The command `generate`: what it makes, what it prints, and what it refuses.

All images are of the tiny lens in batches of two, so that one program makes them all.
"""

import contextlib
import errno
import os
import re

import h5py
import pandas as pd
import pytest
import yaml

from jaxlens import cli
from jaxlens.config import example_path
from jaxlens.config.surveys import survey_path
from jaxlens.files.reader import read

TWO = ["--size", "2", "--batch-size", "2"]
# What a folder of a dataset has beside images and tables.
RECORD = ["config.yaml", "manifest.json"]


def _no_space(*arguments):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_generate_writes_hdf5_and_a_table_and_says_so(config_file, tmp_path, capsys):
    outdir = tmp_path / "out"
    options = ["--size", "5", "--seed", "3", "--outdir", str(outdir), "--batch-size", "2"]
    assert cli.main(["generate", config_file, *options]) == 0
    text = capsys.readouterr().out
    assert names(outdir) == ["CONFIGURATION_1_images.h5", "CONFIGURATION_1_metadata.csv", *RECORD]
    assert f"{outdir}/CONFIGURATION_1_images.h5" in text
    assert "TINY_LENS" in text
    assert "5 systems x 3 bands" in text
    assert ", batches of 2, " in text
    assert "without compilation" in text
    stored = read(outdir / "CONFIGURATION_1_images.h5")
    assert stored.images.shape == (5, 3, 16, 16)
    assert (stored.attributes["seed"], stored.attributes["batch_size"]) == (3, 2)
    assert len(pd.read_csv(outdir / "CONFIGURATION_1_metadata.csv")) == 5
    assert cli.main(["view", str(outdir)]) == 0
    assert (outdir / "view.png").exists()


def test_generate_uses_the_files_own_folder_and_seed(config_file, tmp_path, capsys):
    assert cli.main(["generate", config_file, *TWO, "--format", "npy", "--no-csv"]) == 0
    assert names(tmp_path / "from_file") == ["CONFIGURATION_1_images.npy", *RECORD]
    assert "seed 1;" in capsys.readouterr().out


def test_a_full_disk_is_named_nothing_half_written_stays_and_resume_goes_on(
    config_file, tmp_path, fails, monkeypatch, capsys
):
    argv = ["generate", config_file, *TWO, "--format", "npy", "--outdir", str(tmp_path / "out"), "--quiet"]
    with monkeypatch.context() as full:
        full.setattr("jaxlens.files.npy.NpyFile.append", _no_space)
        assert "the disk is full; free some space" in fails(*argv)
    assert names(tmp_path / "out") == RECORD
    assert "0 of 1 shards are whole); resume it (resume=True, or generate --resume), replace" in fails(*argv)
    capsys.readouterr()
    assert cli.main([*argv, "--resume"]) == 0
    # --quiet
    assert capsys.readouterr() == ("", "")
    assert "CONFIGURATION_1_images.npy" in names(tmp_path / "out")


def test_ctrl_c_is_130(config_file, tmp_path, capsys, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxlens.files.hdf5.Hdf5File.append", interrupt)
    assert cli.main(["generate", config_file, *TWO, "--outdir", str(tmp_path / "out")]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert names(tmp_path / "out") == RECORD


def test_generate_makes_the_configurations_that_are_named(tiny, tmp_path):
    document = yaml.safe_load(tiny)
    lens = document["GEOMETRY"]["CONFIGURATION_1"]
    called = {f"CONFIGURATION_{k}": name for k, name in enumerate(("FIRST", "SECOND", "THIRD", "FOURTH"), 1)}
    document["GEOMETRY"] = {label: lens | {"NAME": name, "FRACTION": 0.25} for label, name in called.items()}
    (tmp_path / "four.yaml").write_text(yaml.safe_dump(document))
    chosen = ["--configuration", "CONFIGURATION_4", "--configuration", "THIRD"]
    argv = ["generate", str(tmp_path / "four.yaml"), "--size", "8", "--batch-size", "2", "--metadata-only"]
    assert cli.main([*argv, *chosen, "--outdir", str(tmp_path / "out")]) == 0
    files = ["CONFIGURATION_3_metadata.csv", "CONFIGURATION_4_metadata.csv", *RECORD]
    assert names(tmp_path / "out") == files


def test_a_configuration_that_is_not_there_is_named(config_file, fails):
    text = fails("generate", config_file, "--configuration", "SPICY")
    assert "'SPICY' is not in the file; it has CONFIGURATION_1 (TINY_LENS)" in text


def test_an_unwritable_outdir_is_named(config_file, tmp_path, fails):
    (tmp_path / "file").write_text("not a folder")
    text = fails("generate", config_file, "--outdir", tmp_path / "file" / "out")
    assert f"{tmp_path}/file/out: Not a directory; choose an OUTDIR" in text


def test_every_option_reaches_the_dataset(config_file, monkeypatch):
    given = {}

    def keep(config, **arguments):
        given.update(arguments, size=config.size, seed=config.seed, outdir=config.outdir)
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxlens.cli.generate.make_dataset", keep)
    options = ["--size", "7", "--seed", "8", "--outdir", "here", "--format", "npy", "--batch-size", "4"]
    flags = [
        "--no-csv",
        "--planes",
        "--solve-lens-equation",
        "--metadata-only",
        "--configuration",
        "TINY_LENS",
        "--resume",
        "--overwrite",
        "--allow-mixed",
        "--quiet",
    ]
    shards = ["--shard-size", "16", "--shard", "3/4", "--workers", "2", "--image-dtype", "float16"]
    assert cli.main(["generate", config_file, *options, *flags, *shards]) == 130
    assert given.pop("check")() is None
    assert given == {
        "size": 7,
        "seed": 8,
        "outdir": "here",
        "image_file_format": "npy",
        "batch_size": 4,
        "csv": False,
        "return_planes": True,
        "solve_lens_equation": True,
        "skip_image_generation": True,
        "configurations": ["TINY_LENS"],
        "save_to_disk": True,
        "store_in_memory": False,
        "progress": False,
        "resume": True,
        "overwrite": True,
        "allow_mixed": True,
        "shard_size": 16,
        "part": (3, 4),
        "workers": 2,
        "image_dtype": "float16",
        "compression": None,
        "products": False,
    }


def test_a_folder_is_one_dataset(config_file, tmp_path, capsys, fails):
    """It is refused until it is resumed or overwritten; what is not the dataset's own stays."""
    argv = ["generate", config_file, *TWO, "--outdir", str(tmp_path / "out"), "--quiet"]
    assert cli.main([*argv, "--seed", "1"]) == 0
    assert cli.main(["view", str(tmp_path / "out")]) == 0
    (tmp_path / "out" / "notes").mkdir()
    made = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}
    text = fails(*argv, "--seed", "2")
    assert (
        "holds the dataset Tiny (2 systems, seed 1, complete); replace it (overwrite=True, --overwrite)"
        in text
    )
    assert "its seed is 1, not 2" in fails(*argv, "--seed", "2", "--resume")
    assert cli.main([*argv, "--seed", "1", "--resume"]) == 0
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}
    options = ["--seed", "2", "--format", "npy", "--overwrite"]
    assert cli.main([*argv, *options]) == 0
    new = ["CONFIGURATION_1_images.npy", "CONFIGURATION_1_metadata.csv", *RECORD, "notes", "view.png"]
    assert names(tmp_path / "out") == new
    assert (tmp_path / "out" / "view.png").read_bytes() == made["view.png"]


@pytest.mark.parametrize(("text", "right"), [("4/4", "0/4 to 3/4"), ("1", "no K/N, as 0/4")])
def test_a_shard_that_does_not_exist_is_named(config_file, tmp_path, capsys, text, right):
    argv = ["generate", config_file, "--outdir", str(tmp_path / "out"), "--shard", text]
    with contextlib.suppress(SystemExit):
        assert cli.main(argv) == 1
    assert right in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_generate_writes_planes_and_image_positions(tmp_path, capsys):
    text = re.sub(r"numPix: \d+", "numPix: 16", example_path("lensed_quasar").read_text())
    (tmp_path / "small.yaml").write_text(text.replace("pixel_scale: 0.05", "pixel_scale: 0.25"))
    argv = ["generate", str(tmp_path / "small.yaml"), "--size", "2", "--outdir", str(tmp_path / "out")]
    assert cli.main([*argv, "--planes", "--solve-lens-equation"]) == 0
    assert f"{tmp_path}/out/CONFIGURATION_1_planes.h5" in capsys.readouterr().out
    with h5py.File(tmp_path / "out" / "CONFIGURATION_1_planes.h5") as file:
        assert file["LensedQuasar"].shape == (2, 4, 3, 16, 16)
    table = read(tmp_path / "out" / "CONFIGURATION_1_images.h5").metadata
    assert table["PLANE_2-OBJECT_2-num_source_images-g"].isin([2, 4]).all()


def test_generate_can_make_the_table_alone(config_file, tmp_path, capsys):
    argv = ["generate", config_file, *TWO, "--outdir", str(tmp_path / "out"), "--metadata-only"]
    assert cli.main(argv) == 0
    assert names(tmp_path / "out") == ["CONFIGURATION_1_metadata.csv", *RECORD]
    text = capsys.readouterr().out
    assert "images/s" not in text
    assert "jaxlens view" not in text
    assert text.endswith("seed 1\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--solve-lens-equation"],
            "you cannot skip image generation and solve the lens equation; leave one out",
        ),
        (["--planes"], "you cannot skip image generation and return planes; leave one out"),
        (["--no-csv"], "without images and without the CSV nothing is left to save; leave one out"),
    ],
)
def test_options_that_do_not_go_together_are_named(config_file, tmp_path, options, message, fails):
    argv = ["generate", config_file, "--outdir", tmp_path / "out", "--metadata-only", *options]
    assert fails(*argv) == f"jaxlens: {message}\n"
    assert not (tmp_path / "out").exists()


def test_warnings_of_the_file_are_printed_once(tiny, tmp_path, capsys):
    path = tmp_path / "less.yaml"
    path.write_text(tiny.replace("FRACTION: 1.0", "FRACTION: 0.5"))
    options = ["--size", "4", "--batch-size", "2", "--outdir", str(tmp_path / "out"), "--metadata-only"]
    argv = ["generate", str(path), *options]
    assert cli.main(argv) == 0
    text = capsys.readouterr().err
    assert text.count("the FRACTIONs sum to 0.5; only that share of SIZE is made") == 1
    assert text.startswith("warning: ")


def test_generate_and_check_take_a_survey(config_file, tmp_path, capsys, fails):
    options = [*TWO, "--outdir", str(tmp_path / "out"), "--metadata-only", "--survey", "euclid"]
    preset = yaml.safe_load(survey_path("euclid").read_text())
    band = preset["SURVEY"]["PARAMETERS"]["BANDS"]
    assert cli.main(["check", config_file, "--survey", "euclid"]) == 0
    assert capsys.readouterr().out == f"{config_file}: no problems\n"
    assert cli.main(["generate", config_file, *options]) == 0
    table = pd.read_csv(tmp_path / "out" / "CONFIGURATION_1_metadata.csv")
    assert table[f"pixel_scale-{band}"].tolist() == [preset["IMAGE"]["PARAMETERS"]["pixel_scale"]] * 2
    capsys.readouterr()
    for command in ("check", "generate"):
        text = fails(command, config_file, "--survey", "euclyd")
        assert text == "jaxlens: survey='euclyd' is not known; did you mean euclid?\n"


SECOND = """  CONFIGURATION_2:
    NAME: OTHERS
    FRACTION: 0.5
    PLANE_1: {OBJECT_1: HALO, PARAMETERS: {REDSHIFT: -1}}
"""
HALO = """  GALAXY_3:
    NAME: HALO
    MASS_PROFILE_1: {NAME: NFX, PARAMETERS: {Rs: 5, alpha_Rs: 1}}
GEOMETRY:
"""


def test_what_is_wrong_with_another_configuration_is_a_warning(config_file, tmp_path, capsys, fails):
    path = tmp_path / "tiny.yaml"
    text = path.read_text().replace("FRACTION: 1.0", "FRACTION: 0.5").replace("GEOMETRY:\n", HALO)
    path.write_text(text + SECOND)
    problems = fails("check", path).splitlines()
    assert [line.split(": ")[1] for line in problems] == [
        "SPECIES.GALAXY_3.MASS_PROFILE_1.NAME",
        "GEOMETRY.CONFIGURATION_2.PLANE_1.PARAMETERS.REDSHIFT",
    ]
    assert fails("generate", path, *TWO).splitlines() == problems
    assert fails("generate", path, *TWO, "--configuration", "OTHERS").splitlines() == problems
    options = ["--size", "8", "--batch-size", "2", "--configuration", "TINY_LENS"]
    assert cli.main(["generate", str(path), *options]) == 0
    captured = capsys.readouterr()
    aside = [f"warning: {line} (in CONFIGURATION_2, not asked for)" for line in problems]
    assert [line for line in captured.err.splitlines() if line.startswith("warning")] == aside
    assert "CONFIGURATION_1 (TINY_LENS): 4 systems" in captured.out
    assert cli.main(["check", str(path), "--configuration", "CONFIGURATION_1"]) == 0
    assert capsys.readouterr().err.splitlines() == aside


def test_a_species_in_no_configuration_is_a_warning(config_file, tmp_path, capsys):
    path = tmp_path / "tiny.yaml"
    path.write_text(path.read_text().replace("GEOMETRY:\n", HALO))
    assert cli.main(["generate", str(path), *TWO, "--quiet"]) == 0
    text = "SPECIES.GALAXY_3: HALO is in no configuration, so it is never used"
    assert capsys.readouterr().err == f"warning: {path}:25: {text}\n"
