"""What is measured on systems whose numbers are known, and on the packaged file itself."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import jaxlens
from validation.realism import FILE, page, published, survey
from validation.realism.systems import Made, copies

WIDTHS = {"g": 0.9, "r": 0.9, "i": 0.9, "z": 0.9}


def some(noise: float) -> Made:
    """Three systems of noise alone, with two, no and three galaxies of the field."""
    rng = np.random.default_rng(1)
    images = rng.normal(0.0, noise, (3, 4, 64, 64)).astype(np.float32)
    values: dict[str, np.ndarray] = {
        "seeing": np.tile(list(WIDTHS.values()), (3, 1)),
        "magnitude_zero_point": np.full((3, 4), 28.0),
        "PLANE_1-OBJECT_2-NUMBER": np.array([2.0, 0.0, 3.0]),
    }
    for k in range(1, 4):
        values[f"PLANE_1-OBJECT_2_{k}-LIGHT_PROFILE_1-magnitude"] = np.full((3, 4), 20.0 + k)
    return Made(values, ("g", "r", "i", "z"), images, images, np.zeros_like(images))


def test_only_copies_that_are_shown_count() -> None:
    found = copies(some(1.0), "PLANE_1-OBJECT_2", "LIGHT_PROFILE_1-magnitude")
    assert sorted(found) == [21.0, 21.0, 22.0, 22.0, 23.0]


def test_the_depth_is_that_of_the_noise() -> None:
    """A point source at 5 sigma has 5 sqrt(4 pi) widths times the noise of a pixel."""
    one = some(0.1)
    assert survey.dark_variance(one, 2) == pytest.approx(0.01, rel=0.03)
    rows = {row.quantity: row.measured for row in survey._conditions([one], "i", 2)}
    area = 4.0 * np.pi * (0.9 / 2.35482 / 0.2) ** 2
    depth = float(rows["depth in i, 5 sigma, of a point source [mag]"])
    assert depth == pytest.approx(28.0 - 2.5 * np.log10(5.0 * 0.1 * np.sqrt(area)), abs=0.02)


def test_a_page_gets_its_tables() -> None:
    text = "before\n<!-- gap -->\nold\n<!-- end -->\nafter"
    assert page.with_table(text, "gap", "new") == "before\n<!-- gap -->\nnew\n<!-- end -->\nafter"
    with pytest.raises(ValueError, match="no place for survey"):
        page.with_table(text, "survey", "new")


@pytest.mark.long
def test_the_file_keeps_what_it_selects() -> None:
    """Sixteen lenses: their Einstein radii, magnifications, and numbers of galaxies nearby."""
    sim = jaxlens.Simulator(FILE, "LENSED")
    batch = sim.generate(jax.random.key(5, impl="threefry2x32"), 16)
    values = {name: np.asarray(value) for name, value in batch.values.items()}
    assert np.isfinite(np.asarray(batch.images)).all()
    assert values["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"].min() >= 0.6
    assert values["SELECTION_TRIES"].min() >= 1.0
    density = published.galaxies(24.0) * np.pi * survey.WITHIN**2 / 3600.0
    count = values["PLANE_1-OBJECT_2-NUMBER"].sum()
    assert abs(count - 16 * density) < 4.0 * np.sqrt(16 * density)
    # colours follow from the redshift: g - r of lens galaxies grows with it
    light = values["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"]
    assert np.corrcoef(light[:, 0] - light[:, 1], values["PLANE_1-OBJECT_1-REDSHIFT"])[0, 1] > 0.9
