"""What is doubtful is said, and what is not is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.modelling.samples.flags import flags


def test_a_good_fit_has_no_flag(fake: Callable[..., Any]) -> None:
    assert flags(fake()) == []


@pytest.mark.parametrize(
    ("changed", "words", "sentence"),
    [
        ({"converged": False}, "not converged", "did not reach a maximum"),
        ({"reached": 3}, "few starts", "3 of 32 starts ended here; give --starts 128"),
        ({"start_log_posterior": (-50.0, -50.1, -55.0)}, "second solution", "ended at theta_E 1.800"),
        ({"chi_square": 190.0}, "poor fit", "is 2.00"),
        ({"chi_square": float("nan")}, "poor fit", "is nan"),
        ({"at_bound": (True, False, False)}, "at a bound", "MASS_PROFILE_1-theta_E sits on a bound"),
        ({"unconstrained": (0.0, -5.0, 0.0)}, "far from its prior", "center_x lies more than 4 prior"),
        ({"gamma1": -0.3}, "strong shear", "the shear is 0.30"),
        ({"center_x": 0.2}, "mass off its light", "is 0.20 arcsec from that of the light"),
        ({"sigma": (0.05, 0.01, 0.01)}, "wide error", "0.050 arcsec, over 3% of it"),
    ],
)
def test_each_doubt_has_its_words(
    fake: Callable[..., Any], changed: dict[str, Any], words: str, sentence: str
) -> None:
    (found,) = flags(fake(**changed))
    assert found.words == words
    assert sentence in found.sentence
