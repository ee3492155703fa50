"""How many planes of haloes there are in front of each plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import ConfigError, load_config

Document = Callable[..., dict[str, Any]]


def test_planes_are_nowhere_farther_apart_than_dz(with_haloes: Document) -> None:
    """The largest gap in front of the source is that behind the nearest lens."""
    redshift = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.3, "maximum": 0.6}}}
    sight = {"dz": 0.1, "PARAMETERS": {"normalization": 0.0}}
    config = load_config(with_haloes(line_of_sight=sight, z_lens=redshift, z_source=1.51))
    found = config.configurations[0].line_of_sight
    assert found
    assert found.planes == (6, 13)


def test_the_number_is_finite(with_haloes: Document) -> None:
    sight = {"dz": 1e-4, "PARAMETERS": {"normalization": 0.0}}
    with pytest.raises(ConfigError, match=r"LINE_OF_SIGHT.dz: has 15000 planes of haloes; the limit is 2000"):
        load_config(with_haloes(line_of_sight=sight))
