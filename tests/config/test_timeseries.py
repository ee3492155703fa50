"""TIMESERIES: OBJECTS, NITES, PEAK and DIFFERENCE, and the parameters that a configuration gets by them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from jaxlens.config import Config
from jaxlens.config.naming import by_epoch_names, named_quantities

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


def test_by_epoch_names(load_edited: Load) -> None:
    seeing = "seeing: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.7, maximum: 1.0}}}"
    edits = with_series("OBJECTS: [AGN], NITES: [0, 1]", "variablenoise")
    config = load_edited((*edits, ("seeing: 0.9", seeing)))
    expected = {"seeing", "PLANE_2-OBJECT_2-STEP", "PLANE_2-OBJECT_2-NOISE"}
    assert by_epoch_names(config.instrument, config.configurations[0]) == expected
    assert not by_epoch_names(config.instrument, config.configurations[1])
