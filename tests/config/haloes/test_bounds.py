"""For how many haloes there is room, and what is said where that is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import ConfigError, load_config
from jaxlens.config.haloes.bounds import CHANCE, described
from jaxlens.config.haloes.names import named_haloes
from jaxlens.config.model import Configuration, LineOfSight
from jaxlens.kernels.halos.counts import SMALLEST_UNIFORM, largest_count

Document = Callable[..., dict[str, Any]]
NUMBERS = {"Sigma_sub": 0.01, "radius": 2.0}
SIGHT = {"dz": 0.1, "PARAMETERS": {"M_min": 1e8, "cone_radius": 2.0}}


def configuration(document: dict[str, Any]) -> Configuration:
    return load_config(document).configurations[0]


def test_a_bound_is_exceeded_in_the_whole_run_with_a_small_chance(with_haloes: Document) -> None:
    """SIZE is 4, and there are two configurations; a draw is never in the last 2^-24 of its distribution."""
    document = with_haloes({"PARAMETERS": NUMBERS}, SIGHT)
    for prefix, haloes in named_haloes(configuration(document)):
        assert haloes.mean > 0.0, prefix
        assert haloes.bound == largest_count(haloes.mean * 1.0001, CHANCE / 8)
    document["DATASET"]["PARAMETERS"]["SIZE"] = 10**6
    for _, haloes in named_haloes(configuration(document)):
        assert haloes.bound == largest_count(haloes.mean * 1.0001, SMALLEST_UNIFORM)


def test_a_window_has_room_for_the_haloes_of_a_plane(with_haloes: Document) -> None:
    found = configuration(with_haloes(line_of_sight=SIGHT)).line_of_sight
    assert isinstance(found, LineOfSight)
    assert found.planes == (5, 10)
    assert found.mean / 15 < found.window < found.bound


def test_max_haloes_takes_the_place_of_the_bound(with_haloes: Document) -> None:
    found = dict(named_haloes(configuration(with_haloes({"MAX_HALOES": 5000, "PARAMETERS": NUMBERS}))))
    assert found["PLANE_1-OBJECT_1-SUBSTRUCTURE"].bound == 5000


def test_max_haloes_below_the_mean_has_a_warning(with_haloes: Document) -> None:
    (found,) = load_config(with_haloes({"MAX_HALOES": 2, "PARAMETERS": NUMBERS})).warnings
    assert "haloes, and MAX_HALOES is 2; systems with more are made again with more room" in found


def test_what_has_no_bound_needs_max_haloes(with_haloes: Document) -> None:
    """A number that follows a RELATION may be any; a mean may be too large for the memory."""
    follows = {"RELATION": {"NAME": "size_of_dispersion", "PARAMETERS": {"sigma_v": 200.0}}}
    with pytest.raises(ConfigError) as error:
        load_config(with_haloes({"PARAMETERS": {**NUMBERS, "radius": follows}}))
    (found,) = error.value.problems
    assert ".SUBSTRUCTURE: has a mean number of haloes without a largest value, since a distribution" in found
    assert found.endswith("add TRUNCATE: [low, high], or give MAX_HALOES, the largest number of haloes")
    with pytest.raises(ConfigError, match=r"has up to [0-9]+ haloes, on average .* raise M_min, or give MAX"):
        load_config(with_haloes({"PARAMETERS": {"Sigma_sub": 10.0, "radius": 10.0}}))
    numbers = {**NUMBERS, "radius": follows}
    assert load_config(with_haloes({"MAX_HALOES": 50, "PARAMETERS": numbers}))


def test_each_bound_is_described(with_haloes: Document) -> None:
    subhaloes, sight = described(configuration(with_haloes({"PARAMETERS": NUMBERS}, SIGHT)))
    assert subhaloes.startswith("PLANE_1-OBJECT_1-SUBSTRUCTURE: up to ")
    assert "haloes, on average " in subhaloes
    assert sight.startswith("LINE_OF_SIGHT: up to ")
    assert sight.endswith(" at most, in 15 planes")
