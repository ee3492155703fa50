"""The numbers of a file that are fitted: their bounds, their coordinates, and the file that has new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.populations.hyperparameters import (
    FreeHyperparameter,
    coordinates,
    free_hyperparameters,
    hyperparameters_at,
)

MASS = "SPECIES.GALAXY_1.MASS_PROFILE_1"
LIGHT = "SPECIES.GALAXY_1.LIGHT_PROFILE_1"


def drawn(name: str, **parameters: Any) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def test_bounds_are_those_of_widths_of_ends_and_of_the_parameter(varied: dict[str, Any]) -> None:
    inf = np.inf
    bounds = {
        f"{MASS}.e1.mean": (-1.0, 1.0),
        f"{MASS}.e1.std": (0.0, inf),
        f"{LIGHT}.R_sersic.mean": (0.0, inf),
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.R_sersic.mean": (-inf, inf),
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.R_sersic.sigma": (0.0, inf),
        "SURVEY.seeing.g": (0.0, inf),
        "SURVEY.sky_brightness": (-inf, inf),
        f"{LIGHT}.center_x.maximum": (pytest.approx(-0.1), inf),
        f"{MASS}.theta_E.minimum": (0.0, inf),
        f"{MASS}.theta_E.maximum": (f"{MASS}.theta_E.minimum", inf),
    }
    found = free_hyperparameters(Simulator(varied), list(bounds))
    assert {one.path: (one.low, one.high) for one in found} == bounds


def test_bounds_of_distributions_of_populations(varied: dict[str, Any]) -> None:
    """Slopes have none, whatever the parameter; scales are above zero; ends have those of the parameter."""
    inf = np.inf
    lens = varied["SPECIES"]["GALAXY_1"]
    lens["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = drawn("power_law", index=-2.0, minimum=0.5, maximum=3.0)
    light = lens["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["R_sersic"] = drawn("rayleigh", scale=0.7)
    light["magnitude"] = drawn("number_counts", slope=0.35, minimum=18.0, maximum=22.0)
    bounds = {
        f"{MASS}.theta_E.index": (-inf, inf),
        f"{MASS}.theta_E.minimum": (0.0, 3.0),
        f"{LIGHT}.R_sersic.scale": (0.0, inf),
        f"{LIGHT}.magnitude.slope": (-inf, inf),
        f"{LIGHT}.magnitude.maximum": (18.0, inf),
    }
    found = free_hyperparameters(Simulator(varied), list(bounds))
    assert {one.path: (one.low, one.high) for one in found} == bounds


def test_a_number_comes_after_the_one_that_bounds_it(varied: dict[str, Any]) -> None:
    ends = [f"{MASS}.theta_E.{end}" for end in ("maximum", "minimum")]
    assert [one.path for one in free_hyperparameters(Simulator(varied), ends)] == ends[::-1]


def test_coordinates_lead_back_and_never_out_of_bounds(x64: None) -> None:
    free = (
        FreeHyperparameter("any"),
        FreeHyperparameter("above", 1.0),
        FreeHyperparameter("below", high=2.0),
        FreeHyperparameter("between", -1.0, 3.0),
        FreeHyperparameter("behind", "between"),
    )
    numbers = {"any": -4.0, "above": 1.5, "below": -7.0, "between": 0.5, "behind": 0.75}
    z = np.asarray(jax.jit(lambda values: coordinates(free, values))(numbers))
    at = jax.jit(lambda z: hyperparameters_at(free, z))
    assert {k: float(v) for k, v in at(z).items()} == pytest.approx(numbers)
    for shift in (-20.0, 20.0):
        far = at(z + shift)
        assert far["above"] > 1.0
        assert far["below"] < 2.0
        assert -1.0 < far["between"] < 3.0
        assert far["behind"] > far["between"]
    tangent = np.linspace(0.5, 1.0, len(z))
    _, derivatives = jax.jvp(at, (z,), (tangent,))
    after, before = at(z + 1e-6 * tangent), at(z - 1e-6 * tangent)
    for path, derivative in derivatives.items():
        assert float(derivative) == pytest.approx(float((after[path] - before[path]) / 2e-6), rel=1e-6)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ([], "free is empty; give the paths"),
        (f"{MASS}.e1.std", "free is a text; give a list of paths"),
        ([f"{MASS}.theta_e.maximum"], f"no number of the file; did you mean {MASS}.theta_E.maximum?"),
        ([f"{MASS}.e1.std"] * 2, r"e1.std stands in free 2 times; name it once"),
        (
            ["SPECIES.GALAXY_2.LIGHT_PROFILE_1.n_sersic.maximum"],
            "n_sersic.maximum belongs to the discrete distribution uniform_int; .* use a distribution with",
        ),
    ],
)
def test_what_cannot_be_free_is_refused(varied: dict[str, Any], paths: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        free_hyperparameters(Simulator(varied), paths)


def test_arrays_and_tables_are_refused(varied: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "table.txt").write_text("WEIGHT PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E\n1 0.9\n2 1.1\n")
    table = {"FILENAME": str(tmp_path / "table.txt"), "MODE": "sample"}
    varied["DISTRIBUTIONS"] = {"USERDIST_1": table}
    light = varied["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["n_sersic"] = drawn("categorical", values=[1, 2], weights=[1, 1])
    sim = Simulator(varied)
    for path in ("DISTRIBUTIONS.USERDIST_1.values", "SPECIES.GALAXY_2.LIGHT_PROFILE_1.n_sersic.values"):
        with pytest.raises(ValueError, match=f"{path} is an array of numbers, .* the path of one number"):
            free_hyperparameters(sim, [path])


def test_a_number_that_stands_on_its_bound_is_refused(varied: dict[str, Any]) -> None:
    varied["IMAGE"]["PARAMETERS"]["read_noise"] = 0
    with pytest.raises(ValueError, match=r"IMAGE.read_noise starts at 0; it must start above 0"):
        free_hyperparameters(Simulator(varied), ["IMAGE.read_noise"])


def test_the_place_of_copies_is_not_fitted(varied: dict[str, Any]) -> None:
    """POSITION has no entry that is a distribution of the file."""
    copies = {"NAME": "SOURCE", "NUMBER": 2, "POSITION": {"within": 3}}
    varied["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = copies
    sim = Simulator(varied)
    (path,) = (path for path in sim.hyperparameters if path.endswith("POSITION.sep.maximum"))
    with pytest.raises(ValueError, match="is of the POSITION of copies, which cannot be fitted"):
        free_hyperparameters(sim, [path])
