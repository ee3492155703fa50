"""The command: what it makes, what it says, and its exit codes."""

import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.image import imread

from jaxlens import cli
from jaxlens.config import example_path, examples
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.files.reader import find, read


@pytest.fixture
def config_file(tmp_path):
    """The galaxy_galaxy example with small images, and OUTDIR in the test's folder."""
    text = re.sub(r"numPix: \d+", "numPix: 16", example_path("galaxy_galaxy").read_text())
    path = tmp_path / "small.yaml"
    path.write_text(text.replace("OUTDIR: GalaxyGalaxy", f"OUTDIR: {tmp_path / 'from_file'}"))
    return str(path)


@pytest.fixture
def dataset(config_file, tmp_path):
    """The folder of a dataset of three systems."""
    assert cli.main(["generate", config_file, "--size", "3", "--outdir", str(tmp_path / "out")]) == 0
    return tmp_path / "out"


def fails(capsys, *argv):
    """The message on stderr of a command that must end with 1 and without a traceback."""
    assert cli.main([str(word) for word in argv]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def test_generate_writes_hdf5_and_a_table_and_says_so(config_file, tmp_path, capsys):
    outdir = tmp_path / "out"
    options = ["--size", "5", "--seed", "3", "--outdir", str(outdir), "--batch-size", "2"]
    assert cli.main(["generate", config_file, *options]) == 0
    said = capsys.readouterr().out
    assert sorted(path.name for path in outdir.iterdir()) == [
        "CONFIGURATION_1_images.h5",
        "CONFIGURATION_1_metadata.csv",
    ]
    assert f"{outdir}/CONFIGURATION_1_images.h5" in said
    assert "GALAXY_GALAXY" in said
    assert "5 systems x 3 bands" in said
    assert ", batches of 2, " in said
    assert "without compilation" in said
    stored = read(outdir / "CONFIGURATION_1_images.h5")
    assert stored.images.shape == (5, 3, 16, 16)
    assert (stored.attributes["seed"], stored.attributes["batch_size"]) == (3, 2)
    assert len(pd.read_csv(outdir / "CONFIGURATION_1_metadata.csv")) == 5


def test_generate_uses_the_files_own_folder_and_seed(config_file, tmp_path, capsys):
    argv = ["generate", config_file, "--size", "2", "--format", "npy", "--no-csv"]
    assert cli.main(argv) == 0
    assert [path.name for path in (tmp_path / "from_file").iterdir()] == ["CONFIGURATION_1_images.npy"]
    assert "seed 1;" in capsys.readouterr().out


def test_generate_makes_the_configurations_that_are_named(tmp_path, capsys):
    argv = ["generate", "four_configurations", "--size", "1", "--outdir", str(tmp_path)]
    assert cli.main([*argv, "--configuration", "CONFIGURATION_4", "--configuration", "SUPERNOVAE"]) == 0
    assert list(find(tmp_path)) == ["CONFIGURATION_3", "CONFIGURATION_4"]


def test_check_has_no_complaint_about_the_examples(capsys):
    for name in examples():
        assert cli.main(["check", name]) == 0
        assert capsys.readouterr().out == f"{name}: no problems\n"


def test_check_lists_every_problem(tmp_path, capsys):
    text = example_path("galaxy_galaxy").read_text()
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace("SIZE: 100", "SIZE: -4").replace("NAME: SIE", "NAME: SIEE"))
    said = fails(capsys, "check", path)
    assert "SIZE" in said
    assert "SIEE" in said
    assert all(line.startswith(f"{path}:") for line in said.splitlines())


def test_check_prints_warnings_and_goes_on(tmp_path, capsys):
    path = tmp_path / "less.yaml"
    path.write_text(example_path("galaxy_galaxy").read_text().replace("FRACTION: 1.0", "FRACTION: 0.5"))
    assert cli.main(["check", str(path)]) == 0
    captured = capsys.readouterr()
    assert "warning: " in captured.err
    assert "FRACTION" in captured.err
    assert "no problems" in captured.out


@pytest.mark.parametrize("command", ["check", "generate"])
def test_a_file_that_is_not_there_is_named(command, capsys):
    assert "nowhere.yaml" in fails(capsys, command, "nowhere.yaml")


def test_a_configuration_that_is_not_there_is_named(config_file, capsys):
    said = fails(capsys, "generate", config_file, "--configuration", "SPICY")
    assert "'SPICY' is not in the file; it has CONFIGURATION_1 (GALAXY_GALAXY)" in said


def test_an_unwritable_outdir_is_named(config_file, tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")
    said = fails(capsys, "generate", config_file, "--outdir", tmp_path / "file" / "out")
    assert f"{tmp_path}/file/out: Not a directory; choose an OUTDIR" in said


def test_a_full_disk_is_named_and_nothing_stays(config_file, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "CONFIGURATION_1_images.npy.partial").symlink_to("/dev/full")
    argv = ["generate", config_file, "--size", "2", "--format", "npy", "--outdir", tmp_path / "out"]
    assert "the disk is full; free some space" in fails(capsys, *argv)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_lack_of_memory_is_explained(config_file, capsys, monkeypatch):
    def fail(*arguments, **more):
        raise MemoryError("CONFIGURATION_1: there is not enough memory for one system at a time")

    monkeypatch.setattr("jaxlens.cli.generate.make_dataset", fail)
    assert fails(capsys, "generate", config_file).startswith("jaxlens: CONFIGURATION_1: there is not enough")


def test_ctrl_c_is_130(config_file, tmp_path, capsys, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxlens.files.hdf5.Hdf5File.append", interrupt)
    argv = ["generate", config_file, "--size", "1", "--outdir", str(tmp_path / "out")]
    assert cli.main(argv) == 130
    assert "interrupted" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


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
    argv = ["generate", config_file, "--size", "3", "--outdir", str(tmp_path / "out"), "--metadata-only"]
    assert cli.main(argv) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["CONFIGURATION_1_metadata.csv"]
    said = capsys.readouterr().out
    assert "images/s" not in said
    assert "jaxlens view" not in said
    assert said.endswith("seed 1\n")


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
def test_options_that_do_not_go_together_are_named(config_file, tmp_path, capsys, options, message):
    argv = ["generate", config_file, "--outdir", tmp_path / "out", "--metadata-only", *options]
    assert fails(capsys, *argv) == f"jaxlens: {message}\n"
    assert not (tmp_path / "out").exists()


def test_remarks_are_printed_once(tmp_path, capsys):
    path = tmp_path / "less.yaml"
    path.write_text(example_path("galaxy_galaxy").read_text().replace("FRACTION: 1.0", "FRACTION: 0.5"))
    argv = ["generate", str(path), "--size", "2", "--outdir", str(tmp_path / "out"), "--metadata-only"]
    assert cli.main(argv) == 0
    said = capsys.readouterr().err
    assert said.count("the FRACTIONs sum to 0.5; only that share of SIZE is made") == 1
    assert said.startswith("warning: ")


def test_generate_and_check_take_a_survey(config_file, tmp_path, capsys):
    options = ["--size", "2", "--outdir", str(tmp_path / "out"), "--metadata-only", "--survey", "euclid"]
    preset = yaml.safe_load(survey_path("euclid").read_text())
    band = preset["SURVEY"]["PARAMETERS"]["BANDS"]
    path = tmp_path / "one_band.yaml"
    document = yaml.safe_load(Path(config_file).read_text())
    for species in document["SPECIES"].values():
        species["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 21.0
    path.write_text(yaml.safe_dump(document))
    assert cli.main(["check", str(path), "--survey", "euclid"]) == 0
    assert capsys.readouterr().out == f"{path}: no problems\n"
    assert cli.main(["generate", str(path), *options]) == 0
    table = pd.read_csv(tmp_path / "out" / "CONFIGURATION_1_metadata.csv")
    assert table[f"pixel_scale-{band}"].tolist() == [preset["IMAGE"]["PARAMETERS"]["pixel_scale"]] * 2
    capsys.readouterr()
    for command in ("check", "generate"):
        said = fails(capsys, command, path, "--survey", "euclyd")
        assert said == "jaxlens: survey='euclyd' is not known; did you mean euclid?\n"


def test_surveys_are_listed_printed_and_copied(tmp_path, capsys):
    assert cli.main(["surveys"]) == 0
    said = capsys.readouterr().out
    assert all(name in said and description in said for name, description in surveys().items())
    assert cli.main(["surveys", "lsst"]) == 0
    text = survey_path("lsst").read_text()
    assert capsys.readouterr().out.rstrip() == text.rstrip()
    assert cli.main(["surveys", "lsst", "--copy-to", str(tmp_path / "mine")]) == 0
    assert (tmp_path / "mine" / "lsst.yaml").read_text() == text
    assert cli.main(["surveys", "--copy-to", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == len(surveys())
    capsys.readouterr()
    assert fails(capsys, "surveys", "lst") == "jaxlens: survey='lst' is not known; did you mean lsst?\n"


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["draw"],
        ["generate", "galaxy_galaxy", "--size", "0"],
        ["generate", "galaxy_galaxy", "--size", "many"],
        ["generate", "galaxy_galaxy", "--seed", "-1"],
        ["generate", "galaxy_galaxy", "--seed", str(2**32)],
        ["generate", "galaxy_galaxy", "--format", "fits"],
    ],
)
def test_a_wrong_option_is_explained(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(argv)
    assert ended.value.code == 2
    assert "usage: jaxlens" in capsys.readouterr().err


def test_view_writes_a_picture_beside_the_files(dataset, capsys):
    assert cli.main(["view", str(dataset)]) == 0
    assert f"{dataset}/view.png" in capsys.readouterr().out
    assert np.ptp(imread(dataset / "view.png")) > 0


def test_view_writes_where_it_is_told(dataset, tmp_path):
    assert cli.main(["view", str(dataset), "--save", str(tmp_path / "here.png")]) == 0
    assert (tmp_path / "here.png").exists()
    assert not (dataset / "view.png").exists()


def test_view_of_nothing_or_to_nowhere_is_explained(dataset, tmp_path, capsys):
    capsys.readouterr()
    assert "give the OUTDIR of a dataset" in fails(capsys, "view", tmp_path / "nothing")
    assert "nowhere" in fails(capsys, "view", dataset, "--save", tmp_path / "nowhere" / "x.png")


def test_examples_are_listed_with_their_descriptions(capsys):
    assert cli.main(["examples"]) == 0
    said = capsys.readouterr().out
    assert all(name in said and description in said for name, description in examples().items())


def test_examples_are_copied(tmp_path, capsys):
    assert cli.main(["examples", "lensed_quasar", "--copy-to", str(tmp_path / "mine")]) == 0
    copy = tmp_path / "mine" / "lensed_quasar.yaml"
    assert copy.read_text() == example_path("lensed_quasar").read_text()
    assert cli.main(["examples", "--copy-to", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == len(examples())


def test_a_copy_does_not_overwrite_a_file_that_was_changed(tmp_path, capsys):
    (tmp_path / "lensed_quasar.yaml").write_text("mine")
    said = fails(capsys, "examples", "lensed_quasar", "--copy-to", tmp_path)
    assert "lensed_quasar.yaml" in said
    assert (tmp_path / "lensed_quasar.yaml").read_text() == "mine"


def test_an_example_that_is_not_there_is_named(capsys):
    assert "lensed_quasr" in fails(capsys, "examples", "lensed_quasr")


def test_the_module_is_the_command():
    command = [sys.executable, "-m", "jaxlens", "check", "nowhere.yaml"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("nowhere.yaml")
