"""The command `convert`, and `view` of what it writes."""

import h5py
import numpy as np
import pytest

from jaxlens import cli, load
from jaxlens.cli.stops import check_of
from jaxlens.engine.stopping import Stop, Stopped


@pytest.fixture
def dataset(config_file, tmp_path):
    """Three systems in two shards of HDF5 files."""
    argv = ["generate", config_file, "--size", "3", "--batch-size", "2", "--shard-size", "2", "--quiet"]
    assert cli.main([*argv, "--outdir", str(tmp_path / "out")]) == 0
    return tmp_path / "out"


@pytest.mark.long
def test_a_dataset_is_converted_and_drawn(dataset, tmp_path, capsys, fails):
    assert cli.main(["view", str(dataset)]) == 0
    picture = (dataset / "view.png").read_bytes()
    capsys.readouterr()
    argv = ["convert", str(dataset), "--format", "npy", "--outdir", str(tmp_path / "npy")]
    assert cli.main(argv) == 0
    text = capsys.readouterr().out
    assert text == f"{tmp_path}/npy: npy; check it with: jaxlens verify {tmp_path}/npy\n"
    names = {path.name for path in (tmp_path / "npy").glob("*.npy")}
    assert names == {f"CONFIGURATION_1_images-0000{k}-of-00002.npy" for k in range(2)}
    assert cli.main(["verify", str(tmp_path / "npy"), "--systems", "0"]) == 0
    assert cli.main(["view", str(tmp_path / "npy")]) == 0
    assert (tmp_path / "npy" / "view.png").read_bytes() == picture
    assert "holds the dataset Tiny" in fails(*argv)
    options = ["--image-dtype", "float16", "--compression", "lzf", "--shard-size", "9", "--overwrite"]
    assert cli.main([*argv, "--format", "h5", *options]) == 0
    with h5py.File(tmp_path / "npy" / "CONFIGURATION_1_images.h5") as file:
        assert file["Tiny"].dtype == np.float16
        assert file["Tiny"].compression == "lzf"
    # the picture is not the dataset's
    assert (tmp_path / "npy" / "view.png").exists()


def test_view_draws_what_is_whole(dataset, capsys):
    """Of one shard only, and of parts that were merged."""
    for path in dataset.glob("*.h5"):
        if "-of-" not in path.name:
            path.unlink()
    assert cli.main(["view", str(dataset)]) == 0
    assert load(dataset).images().shape == (3, 3, 16, 16)


def test_what_is_no_dataset_is_explained(tmp_path, fails):
    argv = ["convert", tmp_path, "--format", "npy", "--outdir", tmp_path / "npy"]
    assert "give the OUTDIR of a dataset" in fails(*argv)
    assert not (tmp_path / "npy").exists()


def test_a_signal_ends_the_work_between_two_steps():
    with Stop(print) as stop:
        check = check_of(stop, "go on")
        check()
        stop.requested = 15
        with pytest.raises(Stopped, match="go on") as ended:
            check()
        stop.requested = None
    assert ended.value.remark == "go on"
