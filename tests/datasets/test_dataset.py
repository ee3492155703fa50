"""make_dataset: the right number of systems, the same systems however they are made, and nothing held."""

import dataclasses
import gc
import re
import time
import warnings
import weakref
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.config.errors import ConfigError, ConfigWarning
from jaxlens.datasets.dataset import make_dataset
from jaxlens.engine.batch_size import automatic_batch_size
from jaxlens.engine.executable import Executable
from jaxlens.files.errors import StorageError
from jaxlens.files.hdf5 import Hdf5File
from jaxlens.files.lazy import LazyArray
from jaxlens.files.reader import read
from jaxlens.production import recipe as module
from jaxlens.production.manifest import read_manifest
from jaxlens.production.recipe import sizes


def small(name="galaxy_galaxy", size=10, outdir="unused", num_pix=16, **changes):
    """A packaged example of few and small images."""
    config = load_config(name)
    instrument = dataclasses.replace(config.instrument, num_pix=num_pix)
    return dataclasses.replace(config, instrument=instrument, size=size, outdir=str(outdir), **changes)


class FakeBatch(NamedTuple):
    images: np.ndarray
    values: dict
    overflow: np.ndarray
    finite: np.ndarray
    positions: dict
    planes: np.ndarray | None
    haloes: None = None
    halo_overflow: None = None


class FakeSimulator:
    """System i is an image of the number i; system `crowded` has 20 images of its point source."""

    crowded = -1
    made: list

    def __init__(self, config, label, image_slots=8):
        self.config, self.configuration = config, config.configuration(label)
        lensed = {"lensed_points": ("PLANE_2-OBJECT_2",), "lensed_centres": ()}
        self.scene = type("Scene", (), {"image_slots": image_slots, "planes": (), "products": ()} | lensed)
        self.parameter_names = ("H0",)

    def generate(self, key, n, start=0, planes=False):
        index = start + jnp.arange(n)
        shape = (1, len(self.config.bands), *[self.config.instrument.num_pix] * 2)
        images = jnp.reshape(index, (n, 1, 1, 1)) + jnp.zeros(shape)
        self.made.append((self.scene.image_slots, start, weakref.ref(images)))
        overflow = (index == self.crowded) & (self.scene.image_slots < 20)
        parts = jnp.stack([images] * 4, axis=1) / 4 if planes else None
        return FakeBatch(images, {"H0": index * 1.0}, overflow, index >= 0, {}, parts)

    def with_image_slots(self, slots):
        return type(self)(self.config, self.configuration.label, slots)


def fake_compiled(simulator, size, arrays, positions, devices, measured=True):
    def run(key, indices):
        return simulator.generate(key, size, int(indices[0, 0]), "planes" in arrays)

    return Executable(size, run, lambda batch: batch, None, 0.0)


@pytest.fixture
def fake(monkeypatch):
    """Put the fake in the place of the simulator, and its programs in that of compiled ones."""
    simulator = type("Fake", (FakeSimulator,), {"made": []})
    monkeypatch.setattr(module, "Simulator", simulator)
    monkeypatch.setattr("jaxlens.engine.job.compiled", fake_compiled)
    monkeypatch.setattr("jaxlens.production.chunks.batches_at_once", lambda devices: 1)
    return simulator


def test_sizes_are_exact_and_the_largest_remainders_round_up():
    config = load_config("four_configurations")

    def of(size, *fractions):
        pairs = zip(config.configurations, fractions, strict=True)
        parts = tuple(dataclasses.replace(part, fraction=fraction) for part, fraction in pairs)
        return list(sizes(dataclasses.replace(config, size=size, configurations=parts)).values())

    assert of(10, 0.25, 0.25, 0.25, 0.25) == [3, 3, 2, 2]
    assert of(100, 0.29, 0.57, 0.14, 0.0) == [29, 57, 14, 0]
    assert of(10, 0.33, 0.33, 0.34, 0.0) == [3, 3, 4, 0]
    assert of(10, 0.1, 0.2, 0.15, 0.1) == [1, 2, 2, 1]
    assert of(1, 0.1, 0.2, 0.3, 0.4) == [0, 0, 0, 1]


def test_the_automatic_batch_size_is_a_power_of_two_that_fits():
    def of(num_pix, systems, factor=1):
        config = small(num_pix=num_pix)
        instrument = dataclasses.replace(config.instrument, supersampling_factor=factor)
        config = dataclasses.replace(config, instrument=instrument)
        return [automatic_batch_size(config, systems, platform=platform) for platform in ("cpu", "gpu")]

    assert of(100, 10**6) == [16, 512]
    assert 16 * 3 * 100**2 * 4 <= 2 * 2**20 < 2 * 16 * 3 * 100**2 * 4
    assert 512 * 3 * 100**2 * 4 <= 64 * 2**20 < 2 * 512 * 3 * 100**2 * 4
    assert of(100, 10**6, factor=3) == [1, 32]
    assert of(16, 10**6) == [512, 1024]
    assert of(4096, 10**6) == [1, 1]
    assert [of(16, systems)[0] for systems in (0, 1, 2, 5, 16, 17)] == [1, 1, 2, 8, 16, 32]
    assert automatic_batch_size(small(), 10**6) in of(16, 10**6)


def test_systems_are_in_order_whatever_the_batch_size(fake):
    for batch_size in (1, 3, 10, 64, None):
        dataset = make_dataset(small(), batch_size=batch_size)
        np.testing.assert_array_equal(dataset.images()[:, 2, 5, 5], np.arange(10))
        np.testing.assert_array_equal(dataset.metadata()["H0-i"], np.arange(10))
        np.testing.assert_array_equal(dataset.metadata()["OBJID-g"], np.arange(10))


def test_the_next_chunk_is_under_way_before_a_chunk_is_written(fake, tmp_path, monkeypatch):
    """Otherwise the second would wait here for the first to be written."""
    begun = []

    def append(self, chunk):
        until = time.monotonic() + 30
        while len(fake.made) < min(3, chunk.start // 4 + 2) and time.monotonic() < until:
            time.sleep(0.001)
        begun.append(len(fake.made))

    monkeypatch.setattr(Hdf5File, "append", append)
    make_dataset(small(outdir=tmp_path), True, False, image_file_format="h5", batch_size=4)
    assert begun[0] >= 2
    assert begun[1:] == [3, 3]


@pytest.mark.slow
def test_writing_to_disk_holds_a_few_batches_and_not_the_dataset(fake, tmp_path, monkeypatch):
    most_alive, written = [], []

    def append(self, chunk):
        gc.collect()
        most_alive.append(sum(reference() is not None for _, _, reference in fake.made))
        written.append(chunk.count)

    monkeypatch.setattr(Hdf5File, "append", append)
    dataset = make_dataset(small(size=40, outdir=tmp_path), True, False, image_file_format="h5", batch_size=4)
    assert written == [4] * 10
    assert max(most_alive) <= 5
    assert isinstance(dataset.images(), LazyArray)


def test_a_chunk_with_too_many_images_is_made_again_with_more_slots(fake):
    fake.crowded = 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = make_dataset(small(), batch_size=4)
    made = sorted((slots, start) for slots, start, _ in fake.made)
    assert made == [(8, 0), (8, 4), (8, 8), (16, 4), (32, 4)]
    np.testing.assert_array_equal(dataset.images()[:, 0, 0, 0], np.arange(10))


def test_more_images_than_the_most_slots_are_not_dropped_in_silence(fake, monkeypatch):
    fake.crowded = 5
    monkeypatch.setattr("jaxlens.engine.completion.MAX_IMAGE_SLOTS", 16)
    with pytest.warns(UserWarning, match="CONFIGURATION_1: .* more than 16 images in system 5;"):
        make_dataset(small(), batch_size=4)


def test_a_crowded_system_past_the_end_costs_nothing(fake):
    fake.crowded = 11
    make_dataset(small(), batch_size=4)
    assert len(fake.made) == 3


def test_a_sample_is_the_first_five_and_memory_can_be_left_alone(fake):
    dataset = make_dataset(small(), store_in_memory=False, store_sample=True, batch_size=2)
    np.testing.assert_array_equal(dataset.CONFIGURATION_1_images[:, 0, 0, 0], np.arange(5))
    assert dataset.CONFIGURATION_1_metadata["OBJID-g"].tolist() == [0, 1, 2, 3, 4]
    with pytest.warns(
        UserWarning, match=r"^nothing is kept; give save_to_disk, store_in_memory or store_sample$"
    ):
        nothing = make_dataset(small(), store_in_memory=False)
    assert not hasattr(nothing, "CONFIGURATION_1_images")
    with pytest.raises(ValueError, match="store_in_memory=True"):
        nothing.images("CONFIGURATION_1")


def test_only_the_configurations_that_are_named_are_made(fake):
    config = small("four_configurations")
    name = config.configurations[2].name
    dataset = make_dataset(config, configurations=[name, "CONFIGURATION_1"])
    assert dataset.configurations == ["CONFIGURATION_1", "CONFIGURATION_3"]
    assert len(dataset.images(name)) == 2
    with pytest.raises(ValueError, match="'NOBODY' is not in the file"):
        make_dataset(config, configurations=["NOBODY"])


@pytest.mark.long
def test_a_configuration_without_systems_is_empty_and_has_every_column(tmp_path):
    config = small(size=2, outdir=tmp_path)
    full = config.configurations[0]
    empty = dataclasses.replace(full, label="CONFIGURATION_2", name="NONE", fraction=0.0)
    config = dataclasses.replace(config, configurations=(full, empty))
    dataset = make_dataset(config, save_to_disk=True, image_file_format="h5", batch_size=2)
    assert dataset.CONFIGURATION_1_images.shape == (2, 3, 16, 16)
    assert dataset.CONFIGURATION_2_images.shape == (0, 3, 16, 16)
    assert len(dataset.CONFIGURATION_2_metadata) == 0
    assert list(dataset.CONFIGURATION_2_metadata) == list(dataset.CONFIGURATION_1_metadata)
    stored = read(tmp_path / "CONFIGURATION_2_images.h5")
    assert stored.images.shape == (0, 3, 16, 16)
    assert list(stored.metadata) == list(dataset.CONFIGURATION_1_metadata)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"image_dtype": "float64"}, "image_dtype is 'float64'; it must be 'float32' or 'float16'"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number of at least 1"),
        (
            {"skip_image_generation": True, "solve_lens_equation": True},
            "you cannot skip image generation and solve the lens equation; leave one out",
        ),
        (
            {"skip_image_generation": True, "return_planes": True},
            "you cannot skip image generation and return planes; leave one out",
        ),
        (
            {"skip_image_generation": True, "save_to_disk": True, "csv": False},
            "without images and without the CSV nothing is left to save; leave one out",
        ),
    ],
)
def test_a_wrong_argument_is_explained(wrong, message, fake):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_dataset(small(), **wrong)


@pytest.mark.parametrize(
    ("idle", "message"),
    [
        ({"image_file_format": "h5"}, "image_file_format has no effect without save_to_disk"),
        ({"csv": False}, "csv has no effect without save_to_disk"),
        (
            {"store_sample": True},
            "store_sample has no effect beside store_in_memory, which keeps every system",
        ),
    ],
)
def test_an_argument_that_does_nothing_says_so(idle, message, fake):
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        make_dataset(small(), batch_size=4, **idle)
    assert [warning.filename for warning in caught] == [__file__]


def test_a_failure_midway_keeps_the_shards_that_are_whole_and_nothing_else(fake, tmp_path, monkeypatch):
    original = Hdf5File.append

    def append(self, chunk):
        if self._contents.label == "CONFIGURATION_2" and chunk.start > 0:
            raise OSError(28, "No space left on device")
        original(self, chunk)

    monkeypatch.setattr(Hdf5File, "append", append)
    config = small("four_configurations", size=16, outdir=tmp_path)
    with pytest.raises(StorageError, match=r"CONFIGURATION_2_images.h5: the disk is full"):
        make_dataset(config, save_to_disk=True, image_file_format="h5", batch_size=2)
    assert {path.name for path in tmp_path.iterdir()} == {
        "CONFIGURATION_1_images.h5",
        "CONFIGURATION_1_metadata.csv",
        "config.yaml",
        "manifest.json",
    }
    state = {label: shard.whole for label, shard in read_manifest(tmp_path).shards()}
    assert state == {f"CONFIGURATION_{k}": k == 1 for k in range(1, 5)}


def test_the_progress_bar_counts_systems_and_is_off_when_nobody_watches(fake, capsys):
    make_dataset(small())
    assert capsys.readouterr().err == ""
    make_dataset(small(), verbose=True, batch_size=4)
    shown = capsys.readouterr()
    assert "10/10" in shown.err
    assert shown.out == ""


@pytest.mark.long
def test_without_a_seed_two_datasets_differ_and_either_can_be_made_again():
    one, two = (make_dataset(small(size=2, seed=None), batch_size=2) for _ in range(2))
    assert one.seed != two.seed
    assert not np.array_equal(one.images(), two.images())
    again = make_dataset(small(size=2, seed=one.seed), batch_size=2)
    np.testing.assert_array_equal(again.images(), one.images())


@pytest.mark.slow
@pytest.mark.parametrize("image_format", ["h5", "npy"])
def test_the_same_seed_gives_the_same_bytes(tmp_path, image_format):
    files = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        config = small(outdir=folder, size=3)
        dataset = make_dataset(config, True, False, image_file_format=image_format, batch_size=2)
        files.append(dataset.runs["CONFIGURATION_1"].files)
    one, two = (read(made[0]) for made in files)
    assert one.images.tobytes() == two.images.tobytes()
    assert one.metadata.equals(two.metadata)
    assert files[0][1].read_bytes() == files[1][1].read_bytes()


@pytest.mark.long
def test_any_batch_size_gives_the_same_systems():
    whole = make_dataset(small(size=3), batch_size=3)
    parts = make_dataset(small(size=3), batch_size=2)
    images = whole.images()
    np.testing.assert_allclose(parts.images(), images, rtol=0, atol=1e-5 * np.abs(images).max())
    derived = parts.metadata().filter(regex="-(ra|dec|theta_E)-").columns
    drawn = whole.metadata().columns.difference(derived)
    assert parts.metadata()[drawn].equals(whole.metadata()[drawn])
    np.testing.assert_allclose(parts.metadata()[derived], whole.metadata()[derived], rtol=1e-5, atol=1e-6)


def test_files_hold_what_memory_holds_and_say_how_they_were_made(tmp_path):
    config = small(size=5, outdir=tmp_path)
    dataset = make_dataset(config, save_to_disk=True, image_file_format="h5", batch_size=2)
    stored = read(tmp_path / "CONFIGURATION_1_images.h5")
    np.testing.assert_array_equal(stored.images, dataset.CONFIGURATION_1_images)
    assert stored.metadata.equals(dataset.CONFIGURATION_1_metadata)
    assert stored.attributes["seed"] == config.seed == dataset.seed
    assert stored.attributes["batch_size"] == 2
    assert stored.attributes["units"] == "electrons/s"
    assert stored.attributes["yaml"] == (tmp_path / "config.yaml").read_text()
    assert stored.attributes["configuration"] == config.configurations[0].name
    assert stored.attributes["device"] == jax.devices()[0].device_kind
    assert stored.attributes["images"] == config.name
    assert np.isfinite(stored.images).all()


@pytest.mark.long
def test_without_images_there_are_the_metadata_alone(small_quasar, tmp_path, monkeypatch):
    small_quasar["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    whole = make_dataset(small_quasar, batch_size=4).metadata()
    for name in ("render.render_with", "point_sources.point_source_images"):
        monkeypatch.setattr(f"jaxlens.imaging.{name}", lambda *arguments: pytest.fail("an image is made"))
    jax.clear_caches()
    dataset = make_dataset(small_quasar, save_to_disk=True, skip_image_generation=True, batch_size=4)
    assert not hasattr(dataset, "CONFIGURATION_1_images")
    message = "there are no images; make the dataset without skip_image_generation"
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataset.images()
    assert list(dataset.metadata()) == list(whole)
    for name, column in whole.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(dataset.metadata()[name], column, rtol=1e-5, atol=1e-6, err_msg=name)
        else:
            assert dataset.metadata()[name].equals(column), name
    wanted = ["CONFIGURATION_1_metadata.csv", "config.yaml", "manifest.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == wanted
    with pytest.raises(StorageError, match=r"holds the dataset Small \(4 systems, seed 1, complete\)"):
        make_dataset(small_quasar, save_to_disk=True, skip_image_generation=True, batch_size=4)


def test_a_dataset_of_an_earlier_version_is_not_mixed_with_another(fake, tmp_path):
    (tmp_path / "CONFIGURATION_7_images.npy").touch()
    with pytest.raises(StorageError, match=r"without a manifest \(CONFIGURATION_7_images.npy\); replace it"):
        make_dataset(small(outdir=tmp_path), save_to_disk=True, batch_size=4)
    assert [path.name for path in tmp_path.iterdir()] == ["CONFIGURATION_7_images.npy"]
    make_dataset(small(outdir=tmp_path), save_to_disk=True, batch_size=4, overwrite=True)
    assert not (tmp_path / "CONFIGURATION_7_images.npy").exists()


def test_a_survey_is_handed_to_the_file(fake, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "jaxlens.datasets.dataset.load_config", lambda config, survey, *_: asked.append(survey) or small()
    )
    dataset = make_dataset("galaxy_galaxy", survey="des")
    assert dataset.arguments["survey"] == "des"
    # its numbers are in the dictionary by now
    dataset.regenerate()
    dataset.regenerate(survey="lsst")
    assert asked == ["des", None, "lsst"]


def test_a_number_that_is_not_finite_stops_the_dataset(small_lens, tmp_path):
    """Two tables that are iterated and disagree leave no redshift, and would leave an image of NaN."""
    for k, redshifts in ((1, "0.3\n0.7\n"), (2, "0.8\n0.6\n")):
        (tmp_path / f"{k}.txt").write_text(
            f"PLANE_{k}-REDSHIFT WEIGHT\n{redshifts.replace(chr(10), ' 1' + chr(10))}"
        )
        small_lens.setdefault("DISTRIBUTIONS", {})[f"USERDIST_{k}"] = {
            "FILENAME": str(tmp_path / f"{k}.txt"),
            "MODE": "iterate",
        }
    message = (
        "CONFIGURATION_1: PLANE_1-OBJECT_1-REDSHIFT is not finite in system 1; give DISTRIBUTIONs and tables"
    )
    with pytest.raises(ValueError, match=message):
        make_dataset(small_lens, skip_image_generation=True)


@pytest.mark.long
def test_an_image_that_is_not_finite_stops_the_dataset(small_lens, tmp_path):
    (tmp_path / "t.txt").write_text("seeing WEIGHT\n-1 1\n0.8 1\n")
    small_lens["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(tmp_path / "t.txt"), "MODE": "iterate"}}
    with pytest.warns(ConfigWarning), pytest.raises(ValueError, match="the image is not finite in system 0"):
        make_dataset(small_lens)


def test_one_name_is_a_list_of_one(small_lens):
    dataset = make_dataset(small_lens, configurations="LENSES", skip_image_generation=True)
    assert dataset.configurations == ["CONFIGURATION_1"]


@pytest.mark.long
def test_the_pixel_scale_that_a_table_sets_is_in_the_file(small_lens, tmp_path):
    """An attribute says what all images share; a table can make it differ."""
    small_lens["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    for rows, expected in (("0.2 1\n0.2 1\n", 0.2), ("0.1 1\n0.2 1\n", None)):
        (tmp_path / "t.txt").write_text(f"pixel_scale WEIGHT\n{rows}")
        small_lens["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(tmp_path / "t.txt"), "MODE": "iterate"}}
        make_dataset(small_lens, save_to_disk=True, image_file_format="h5", overwrite=True)
        assert read(tmp_path / "CONFIGURATION_1_images.h5").attributes.get("pixel_scale") == expected


def test_a_configuration_that_is_not_made_may_be_wrong(small_lens):
    """It keeps its share of SIZE; when it is mended, regenerate makes it too."""
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_1"]["FRACTION"] = 0.5
    geometry["CONFIGURATION_2"] = {
        **geometry["CONFIGURATION_1"],
        "NAME": "OTHERS",
        "PLANE_1": {"OBJECT_1": "X"},
    }
    with pytest.raises(ConfigError, match="'X' is no galaxy"):
        make_dataset(small_lens, skip_image_generation=True)
    with pytest.warns(ConfigWarning, match=r"not asked for") as caught:
        dataset = make_dataset(small_lens, skip_image_generation=True, configurations="LENSES")
    assert len(caught) == 2
    assert dataset.configurations == ["CONFIGURATION_1"]
    assert len(dataset.metadata("LENSES")) == 2
    with pytest.raises(ConfigError, match="'X' is no galaxy"):
        dataset.metadata("OTHERS")
    with pytest.raises(ConfigError, match="'X' is no galaxy"):
        make_dataset(dataset.config, skip_image_generation=True)
    with pytest.warns(ConfigWarning, match="not asked for"):
        dataset.regenerate()
    with pytest.raises(ConfigError, match="'X' is no galaxy"):
        dataset.regenerate(configurations=None)
    dataset.config_dict["GEOMETRY"]["CONFIGURATION_2"]["PLANE_1"] = geometry["CONFIGURATION_1"]["PLANE_1"]
    dataset.regenerate(configurations=None)
    assert [len(dataset.metadata(name)) for name in ("LENSES", "OTHERS")] == [2, 2]
