"""A fit holds haloes at what the caller gives, or fits the lens without them, and says so plainly."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator, fit, fit_population
from jaxlens.fitting.fixed_haloes import fitted_lens
from tests.haloes import FIELD, SUBHALOES, THETA_E, halo_document

NONE = {f"{SUBHALOES}-NUMBER": 0, f"{FIELD}-NUMBER": 0}


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(halo_document())


def given(sim: Simulator, number: int) -> dict[str, Any]:
    """Haloes of two images, the second of which has none along the line of sight."""
    found: dict[str, Any] = {f"{SUBHALOES}-NUMBER": number, f"{FIELD}-NUMBER": [number, 0]}
    for one in sim.scene.haloes:
        found |= {f"{one.prefix}-{name}": np.linspace(0.1, 0.9, number) for name in one.arrays}
    return found


def test_without_a_word_about_haloes_it_is_refused(sim: Simulator) -> None:
    words = f"{SUBHALOES}: a fit holds haloes fixed; .*fixed=.'{SUBHALOES}-NUMBER': 0"
    with pytest.raises(ValueError, match=words):
        fit(sim, np.zeros((1, 6, 6)))


def test_no_haloes_are_the_lens_alone(sim: Simulator) -> None:
    lens = fitted_lens(sim, 2, {**NONE, "exposure_time": 3.0}, None)
    assert lens.sim.scene == sim.scene.macro
    assert not lens.sim.population.haloes
    assert lens.fixed == {"exposure_time": 3.0}
    assert lens.haloes[f"{FIELD}-mass"].shape == (2, 8)
    assert not any(np.any(value) for value in lens.haloes.values())


def test_given_haloes_are_fixed_in_all_images(sim: Simulator) -> None:
    lens = fitted_lens(sim, 2, given(sim, 3), [THETA_E])
    assert lens.sim is sim
    assert lens.fixed[f"{FIELD}-NUMBER"].tolist() == [3, 0]
    mass = lens.fixed[f"{SUBHALOES}-mass"]
    assert mass.shape == (2, 6)
    np.testing.assert_allclose(mass, [[0.1, 0.5, 0.9, 0, 0, 0]] * 2)
    planes = sum(sim.scene.field_haloes.planes)
    assert lens.fixed[f"{FIELD}-kappa_sheet"].shape == (2, planes)
    drawn = jax.eval_shape(lambda key: lens.drawn(key, 5), jax.random.key(0))
    assert {name: drawn[name].shape for name in (THETA_E, f"{FIELD}-z")} == {
        THETA_E: (5,),
        f"{FIELD}-z": (5, 8),
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({f"{FIELD}-mass": None}, f"{FIELD}-mass is missing in fixed"),
        ({f"{FIELD}-mass": np.ones(2)}, rf"{FIELD}-mass in fixed has shape \(2,\); give \(2, 3\)"),
        ({f"{FIELD}-mass": np.ones((4, 3))}, rf"{FIELD}-mass in fixed has shape \(4, 3\)"),
        ({f"{FIELD}-x": np.full(3, np.nan)}, f"{FIELD}-x in fixed is not all finite"),
        ({f"{FIELD}-NUMBER": 2.5}, f"{FIELD}-NUMBER in fixed is 2.5; give a whole number"),
        ({f"{FIELD}-NUMBER": 9}, "is 9, and there is room for 8 haloes; give a larger MAX_HALOES"),
        ({f"{FIELD}-NUMBER": None}, f"{FIELD}: a fit holds haloes fixed"),
        ({f"{FIELD}-kappa_sheet": np.ones(1)}, rf"{FIELD}-kappa_sheet in fixed has shape \(1,\)"),
    ],
)
def test_haloes_that_do_not_fit_are_refused(sim: Simulator, change: dict[str, Any], words: str) -> None:
    fixed = {name: value for name, value in (given(sim, 3) | change).items() if value is not None}
    with pytest.raises(ValueError, match=words):
        fitted_lens(sim, 2, fixed, None)


def test_a_halo_cannot_be_free(sim: Simulator) -> None:
    with pytest.raises(ValueError, match=f"{FIELD}-mass is in free, .*MASS_PROFILE of the lens"):
        fitted_lens(sim, 1, NONE, [f"{FIELD}-mass"])


def test_a_file_without_haloes_is_as_before() -> None:
    plain = Simulator(halo_document(subhaloes=None, field=None))
    lens = fitted_lens(plain, 1, None, None)
    assert (lens.sim, lens.macro, lens.fixed) == (plain, plain, {})


def test_numbers_of_haloes_are_none_of_a_population_fit(sim: Simulator) -> None:
    path = "SPECIES.GALAXY_1.SUBSTRUCTURE.M_min"
    assert path in sim.hyperparameters
    with pytest.raises(ValueError, match=f"{path} in free is a number of .*train a network"):
        fit_population(sim, np.zeros((30, 1, 6, 6)), free=[path])
