"""TIMESERIES: OBJECTS, NITES, PEAK and DIFFERENCE, and the parameters that a configuration gets by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.naming import by_epoch_names, microlensing_names, named_quantities
from jaxlens.config.updates import config_dict, set_parameters

Load = Callable[[tuple[tuple[str, str], ...]], Config]
SERIES = "    NOISE_SOURCE_1: POISSON_NOISE\n"


def with_series(series: str, model: str = "flat") -> tuple[tuple[str, str], ...]:
    """The changes to good.yaml that give AGN a MODEL, and CONFIGURATION_1 a TIMESERIES."""
    return (
        ("    NAME: AGN\n", f"    NAME: AGN\n    MODEL: {model}\n"),
        (SERIES, f"{SERIES}    TIMESERIES: {{{series}}}\n"),
    )


def names(config: Config) -> dict[str, object]:
    """The quantities of CONFIGURATION_1 by name."""
    return dict(named_quantities(config.cosmology, config.instrument, config.configurations[0]))


def test_nites_list(load_edited: Load) -> None:
    """A list is one pointing with these nights in every band, from day 0."""
    config = load_edited(with_series("OBJECTS: [AGN], NITES: [-3, 0, 10.5]"))
    series = config.configurations[0].series
    assert series is not None
    assert config.configurations[1].series is None
    assert series.objects == ("PLANE_2-OBJECT_2",)
    assert series.cadence.pointings == ("POINTING_1",)
    assert series.cadence.reference_mjd == 0.0
    np.testing.assert_array_equal(series.cadence.arrays["day"][0], [[-3, -3], [0, 0], [10.5, 10.5]])
    np.testing.assert_array_equal(series.cadence.count, [[3, 3]])
    assert isinstance(hash(config), int)


def test_nites_array(load_edited: Load) -> None:
    """A dictionary may have an array."""
    tree = config_dict(load_edited(with_series("OBJECTS: [AGN], NITES: [0]")))
    tree["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["NITES"] = np.arange(0, 22, 7)
    series = load_config(tree).configurations[0].series
    assert series is not None
    np.testing.assert_array_equal(series.cadence.arrays["day"][0, :, 0], [0, 7, 14, 21])


def test_model_replaces_the_magnitude(load_edited: Load) -> None:
    config = load_edited(with_series("OBJECTS: [AGN], NITES: [0, 1]"))
    found = names(config)
    assert {"PLANE_2-OBJECT_2-MAG", "PLANE_2-OBJECT_2-COLOR", "PLANE_2-OBJECT_2-sep", "PEAK"} <= found.keys()
    assert "PLANE_2-OBJECT_2-magnitude" not in found
    assert found["PEAK"].support() == (0.0, 0.0)


@pytest.mark.parametrize(
    ("peak", "bounds"),
    [
        ("7", {"PEAK": (7.0, 7.0)}),
        (
            "{DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: -20, maximum: 200}}}",
            {"PEAK": (-20.0, 200.0)},
        ),
        ("{AGN: 4}", {"PLANE_2-OBJECT_2-PEAK": (4.0, 4.0)}),
    ],
    ids=["number", "distribution", "by object"],
)
def test_peak(load_edited: Load, peak: str, bounds: dict[str, tuple[float, float]]) -> None:
    found = names(load_edited(with_series(f"OBJECTS: [AGN], NITES: [0, 1], PEAK: {peak}")))
    assert {name: one.support() for name, one in found.items() if name.endswith("PEAK")} == bounds


def test_peak_of_an_object_with_a_problem(load_edited: Load) -> None:
    """Only the problem is reported, and not that the object is none of OBJECTS."""
    series = "OBJECTS: [AGN], NITES: [0, 1], PEAK: {AGN: 4}"
    with pytest.raises(ConfigError, match="'flatt' is not a model") as error:
        load_edited(with_series(series, "flatt"))
    assert "PEAK" not in str(error.value)


def test_by_epoch_names(load_edited: Load) -> None:
    seeing = "seeing: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.7, maximum: 1.0}}}"
    pixels = "pixel_scale: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.2, maximum: 0.3}}}"
    edits = with_series("OBJECTS: [AGN], NITES: [0, 1]", "variablenoise")
    config = load_edited((*edits, ("seeing: 0.9", seeing), ("pixel_scale: 0.2", pixels)))
    expected = {"seeing", "PLANE_2-OBJECT_2-STEP", "PLANE_2-OBJECT_2-NOISE"}
    assert by_epoch_names(config.instrument, config.configurations[0]) == expected
    assert not by_epoch_names(config.instrument, config.configurations[1])


def test_difference(load_edited: Load) -> None:
    for written, expected in (("1", 1), ("static", "static")):
        edits = with_series(f"OBJECTS: [AGN], NITES: [0, 1], DIFFERENCE: {{TEMPLATE: {written}}}")
        series = load_edited(edits).configurations[0].series
        assert series is not None
        assert series.template == expected


def test_microlensing_names(load_edited: Load) -> None:
    """One factor for each image: six slots behind one deflector, one where nothing lenses the source."""
    factor = "{DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.5, maximum: 2}}, BY_EPOCH: yes}"
    model = f"{{NAME: flat, MICROLENSING: {factor}}}"
    edits = with_series("OBJECTS: [AGN], NITES: [0, 1]", model)
    config = load_edited(edits)
    configuration = config.configurations[0]
    factors = {f"PLANE_2-OBJECT_2-MICROLENSING_{i}" for i in range(6)}
    found = {name for name in names(config) if "MICROLENSING" in name}
    assert found == factors
    assert {names(config)[name].path for name in factors} == {"SPECIES.POINTSOURCE_1.MODEL.MICROLENSING"}
    assert factors <= by_epoch_names(config.instrument, configuration)
    assert microlensing_names("PLANE_1-OBJECT_1", configuration) == ("MICROLENSING_0",)
    foreground = (("HOST: SOURCE", "HOST: Foreground"), ("      sep: 0.1\n      sep_unit: arcsec\n", ""))
    tree = config_dict(config)
    uniform = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.9, "maximum": 1.1}}}
    set_parameters(tree, config, "CONFIGURATION_1", {"PLANE_2-OBJECT_2-MICROLENSING_0": uniform})
    changed = load_config(tree).configurations[0]
    assert factors <= by_epoch_names(config.instrument, changed)
    star = load_edited((*edits, *foreground))
    assert [name for name in names(star) if "MICROLENSING" in name] == ["PLANE_2-OBJECT_2-MICROLENSING_0"]


def test_update_param(load_edited: Load) -> None:
    """Numbers of MODEL, PEAK and NITES are set by their names; the others of a string stay as they are."""
    config = load_edited(with_series("OBJECTS: [AGN], NITES: [0, 1]"))
    tree = config_dict(config)
    values = {"PLANE_2-OBJECT_2-MAG": 19.5, "PEAK": 3.0, "NITES": [0.0, 4.0, 8.0]}
    set_parameters(tree, config, "CONFIGURATION_1", values)
    assert tree["SPECIES"]["POINTSOURCE_1"]["MODEL"] == {"NAME": "flat_random", "MAG": 19.5}
    changed = load_config(tree)
    found, before = names(changed), names(config)
    assert found["PLANE_2-OBJECT_2-MAG"].support() == (19.5, 19.5)
    assert found["PLANE_2-OBJECT_2-COLOR"] == before["PLANE_2-OBJECT_2-COLOR"]
    assert found["PEAK"].support() == (3.0, 3.0)
    assert changed.configurations[0].series.cadence.epochs == 3
    set_parameters(tree, changed, "CONFIGURATION_1", {"PLANE_2-OBJECT_2-MODEL": "static"})
    assert "PLANE_2-OBJECT_2-MAG" not in names(load_config(tree))


def test_one_object_needs_no_list(load_edited: Load) -> None:
    one, several = (load_edited(with_series(f"OBJECTS: {o}, NITES: [0, 1]")) for o in ("AGN", "[AGN]"))
    assert one.configurations == several.configurations


def test_userdist_columns(load_edited: Load, tmp_path: Path) -> None:
    """Tables set the numbers of a MODEL, PEAK, and no other num_exposures than 1."""
    header = "WEIGHT PLANE_2-OBJECT_2-COLOR-g CONFIGURATION_1-PEAK CONFIGURATION_1-num_exposures seeing"
    (tmp_path / "t.txt").write_text(f"{header}\n1 0.5 12 1 0.8\n1 0.6 13 2 0.9\n")
    tables = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    edits = (*with_series("OBJECTS: [AGN], NITES: [0, 1]"), ("GEOMETRY:\n", tables))
    config = load_edited(edits)
    columns = [(one.parameter, one.band) for one in config.joints[0].columns]
    assert columns == [
        ("PLANE_2-OBJECT_2-COLOR", "g"),
        ("PEAK", None),
        ("num_exposures", None),
        ("seeing", None),
    ]
    assert config.warnings == (
        "t.txt:3: CONFIGURATION_1-num_exposures: is 2, and rows like it have 50% of the weight; "
        "it must be at least 0.99 and at most 1.01",
    )
