"""The packaged examples are files that one would copy: they load, in colour, without a remark."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config import ConfigError, example_files, example_path, examples, load_config
from jaxlens.config.model import Galaxy
from jaxlens.config.naming import transients

BAOBAB = ("baobab_covariance", "baobab_diagonal", "baobab_empirical", "baobab_hierarchical")
NAMES = (
    *BAOBAB,
    "des_quasars",
    "double_source_plane",
    "four_configurations",
    "galaxy_galaxy",
    "lens_or_not",
    "lensed_quasar",
    "lensed_supernova",
    "lensed_supernova_series",
    "line_of_sight",
    "om10",
    "realistic_lsst",
    "slacs",
    "subhaloes_cdm",
    "subhaloes_wdm",
)
# those of one band
ONE_BAND = {
    **dict.fromkeys(BAOBAB, "F160W"),
    "line_of_sight": "VIS",
    "slacs": "F814W",
    "subhaloes_cdm": "F814W",
    "subhaloes_wdm": "F814W",
}
SERIES = ("des_quasars", "lensed_supernova_series")


def test_names_and_descriptions() -> None:
    assert tuple(examples()) == NAMES
    assert all(text.endswith(".") and len(text) > 40 for text in examples().values())


@pytest.mark.parametrize("name", NAMES)
def test_example(name: str) -> None:
    config = load_config(name)
    colours = ("g", "r", "i", "z") if name in (*SERIES, "realistic_lsst") else ("g", "r", "i")
    assert config.bands == ((ONE_BAND[name],) if name in ONE_BAND else colours)
    assert {one.series is not None for one in config.configurations} == {name in SERIES}
    assert config.warnings == ()
    assert config.seed is not None
    assert 50 <= config.size <= 200
    assert sum(one.fraction for one in config.configurations) == pytest.approx(1.0)
    files = example_files(name)
    assert (config.text == files[0].read_text(encoding="utf-8")) == (len(files) == 1)
    # a file that names tables is kept with their absolute paths
    assert all(str(table) in config.text for table in files[1:])


def test_a_file_comes_before_an_example_of_its_name(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("galaxy_galaxy").write_text(good, encoding="utf-8")
    assert load_config("galaxy_galaxy").name == "Small"


def test_unknown_example() -> None:
    with pytest.raises(ValueError, match="did you mean galaxy_galaxy"):
        example_path("galaxy_galaxi")
    with pytest.raises(ConfigError, match="packaged examples baobab_covariance, baobab_diagonal"):
        load_config("galaxy_galaxi")


def test_the_haloes_of_dark_matter() -> None:
    """Cold and warm subhaloes of one lens, and haloes along the line of sight; each number that is drawn."""
    lenses = {name: load_config(name).configurations[0] for name in ("subhaloes_cdm", "subhaloes_wdm")}
    found = {}
    for name, one in lenses.items():
        galaxy = one.planes[0].objects[0][1]
        assert isinstance(galaxy, Galaxy)
        assert galaxy.substructure is not None
        assert one.line_of_sight is None
        found[name] = {key for key, number in galaxy.substructure.parameters if number.draws}
    assert {"f_sub"} <= found["subhaloes_cdm"]
    assert {"Sigma_sub", "half_mode_mass"} <= found["subhaloes_wdm"]
    field = load_config("line_of_sight").configurations[0].line_of_sight
    assert field is not None
    assert field.sheets
    assert len(field.planes) == 2


def test_the_populations_of_hierarchical_inference() -> None:
    """One to train on, and three to test on that are narrower, shifted, and correlated."""
    config = load_config("baobab_hierarchical")
    names = ["TRAINING", "CENTRED_TEST", "SHIFTED_TEST", "CORRELATED_TEST"]
    assert [one.name for one in config.configurations] == names
    lenses = [one.planes[0].objects[0][1] for one in config.configurations]
    slopes = [dict(one.mass[0].parameters)["gamma"].draws[0] for one in lenses if isinstance(one, Galaxy)]
    spreads = [dict(draw.parameters).get("sigma") for draw in slopes]
    assert spreads == [0.1, 0.01, 0.01, None]
    assert [dict(draw.parameters).get("mean") for draw in slopes] == [0.7, 0.7, 0.8, None]


def test_the_quasars_are_doubles_quads_and_single() -> None:
    """Each with its own cadence and model; the grid of the walks is shared."""
    config = load_config("des_quasars")
    assert [one.name for one in config.configurations] == [
        "DOUBLES",
        "QUADS",
        "SINGLE_QUASARS",
        "QUADS_OF_A_TABLE",
    ]
    models = [transients(one)[0][1] for one in config.configurations]
    assert [model.name for model in models] == ["agn_drw"] * 3 + ["lightcurve"]
    assert {len(one.series.cadence.pointings) for one in config.configurations if one.series} == {3}
    assert models[0].library.digest == models[1].library.digest


def test_the_table_of_a_quasar_covers_every_night_and_delay() -> None:
    """A table has no flux outside its days, so that an image would vanish there."""
    config = load_config("des_quasars")
    (_, model), series = transients(config.configurations[3])[0], config.configurations[3].series
    assert series is not None
    times, day = model.library.arrays["times"], series.cadence.arrays["day"]
    assert times[0] < day.min() - 300.0
    assert times[-1] > day.max()


@pytest.mark.long
@pytest.mark.parametrize(("label", "images"), [("DOUBLES", 2), ("QUADS", 4)])
def test_the_quasars_have_the_images_that_their_names_say(label: str, images: int) -> None:
    sim = Simulator("des_quasars", label)
    params = sim.sample(jax.random.key(8, impl="threefry2x32"), 64)
    assert set(np.asarray(sim.image_positions(params)["PLANE_2-OBJECT_2"].found).tolist()) == {images}
