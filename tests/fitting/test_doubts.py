"""What makes a result doubtful is said, with the numbers and the images that it concerns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens.fitting.doubts import CONVERGED, KINK, UNFINISHED, confidence, warnings

MASS, LIGHT, SHEAR = (f"PLANE_1-OBJECT_1-{name}_PROFILE_1" for name in ("MASS", "LIGHT", "SHEAR"))


def said(n: int = 3, **changes: Any) -> tuple[str, ...]:
    """The warnings of a fit of `n` images with two parameters and two starts, of which nothing is wrong."""
    none = np.zeros((n, 2), bool)
    given: dict[str, Any] = {
        "names": ("a", "b"),
        "states": [CONVERGED] * n,
        "agreed": ~none,
        "followed": ~none,
        "failed": none,
        "at_bound": none,
        "diverged": none,
        "sigmas": np.zeros((n, 2)),
        "two_bounds": np.array([False, True]),
        "params": {},
    }
    return warnings(**given | changes)


def of(n: int, *places: tuple[int, ...]) -> np.ndarray:
    found = np.zeros((n, 2), bool)
    for place in places:
        found[place] = True
    return found


def test_a_good_fit_has_no_warnings() -> None:
    assert said() == ()


def test_warnings_name_the_images_that_they_concern() -> None:
    states = [CONVERGED, KINK, UNFINISHED]
    texts = said(
        states=states,
        agreed=np.array([[True, True], [True, False], [True, False]]),
        followed=np.array([[True, True], [True, True], [True, False]]),
        diverged=of(3, (0, 0), (1, 0)),
        at_bound=of(3, (1, 1)),
        failed=of(3, (2, 0), (2, 1)),
    )
    assert [text.split(" (")[1] for text in texts] == [
        "image 2 of 3)",
        "image 1 of 3)",
        "image 1 of 3)",
        "images 0, 1 of 3)",
        "image 2 of 3)",
        "image 1 of 3)",
    ]
    starts = [
        "no maximum was reached within the steps",
        "no step leads up any more, but no maximum was reached: the likelihood has a kink",
        "of the starts that were followed to the end only one came to the best model",
        "the optimizer ran away",
        "the posterior is not finite at 2 of 2 starts",
        "b sits on a bound of its prior",
    ]
    for text, start in zip(texts, starts, strict=True):
        assert text.startswith(start)
    (one,) = said(1, states=[UNFINISHED])
    assert one.endswith(" (the image)")


def test_an_end_far_out_in_its_prior_is_named_with_its_distance() -> None:
    sigmas = np.array([[3.9, 9.0], [-6.31, 0.0], [7.0, 0.0]])
    (text,) = said(sigmas=sigmas, at_bound=of(3, (2, 0)))[1:]
    # between two bounds no place is far, and what sits on a bound is said elsewhere
    assert text == "a is 6.3 standard deviations of its prior from its median (image 1 of 3)"


def test_a_mass_off_its_light_and_a_large_shear_are_named() -> None:
    params = {
        f"{MASS}-theta_E": np.array([1.5, 1.5]),
        f"{MASS}-center_x": np.array([0.0, 0.18]),
        f"{MASS}-center_y": np.array([0.1, 0.0]),
        f"{LIGHT}-center_x": np.zeros(2),
        f"{LIGHT}-center_y": np.zeros(2),
        f"{SHEAR}-gamma1": np.array([0.19, 0.12]),
        f"{SHEAR}-gamma2": np.array([0.0, -0.17]),
    }
    assert said(2, params=params) == (
        f"the centre of {MASS} is 0.180 arcsec from that of {LIGHT}, and theta_E is 1.500 (image 1 of 2)",
        f"the shear of {SHEAR} is 0.21, and that of most lenses below 0.2 (image 1 of 2)",
    )
    without = {name: value for name, value in params.items() if LIGHT not in name}
    assert len(said(2, params=without)) == 1
    (polar,) = said(2, params={f"{SHEAR}-gamma_ext": np.array([0.3, 0.1])})
    assert polar.startswith(f"the shear of {SHEAR} is 0.30")


@pytest.mark.parametrize(
    ("chi_square", "agreed", "state", "texts", "start"),
    [
        (1010.0, [True, True], CONVERGED, (), "sure: chi-square is 1.01 per degree of freedom, reached from"),
        (1010.0, [True, False], CONVERGED, (), "doubtful: "),
        (1010.0, [True, True], CONVERGED, ("a sits on a bound (image 0 of 2)",), "doubtful: "),
        (1010.0, [True, True], CONVERGED, ("a sits on a bound (image 1 of 2)",), "sure: "),
        (1010.0, [True, True], KINK, (), "wrong: chi-square is 1.01 per degree of freedom, at a kink, reach"),
        (1500.0, [True, True], CONVERGED, (), "wrong: chi-square is 1.50 per degree of freedom (11 standard"),
    ],
)  # fmt: skip
def test_how_sure_a_fit_is(
    chi_square: float, agreed: list[bool], state: str, texts: tuple[str, ...], start: str
) -> None:
    found = confidence(
        np.array([chi_square, 1000.0]),
        np.array([1000, 1000]),
        np.array([agreed, [True, True]]),
        np.ones((2, 2), bool),
        [state, CONVERGED],
        texts,
    )
    assert found[0].startswith(start)
