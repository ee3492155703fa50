"""Angles of COOLEST, east of north, and those of jaxlens, from x (east) towards y (north)."""

from __future__ import annotations

import math

import pytest

from jaxlens.exchange.coolest_axes import axis_ratio, east_of_north, ellipticity, from_x
from jaxlens.exchange.coolest_template import Number, Spread
from jaxlens.exchange.errors import ExchangeError


@pytest.mark.parametrize(
    ("phi", "degrees"), [(0.0, 90.0), (90.0, 0.0), (60.0, 30.0), (120.0, -30.0), (180.0, 90.0)]
)
def test_an_axis_east_of_north(phi: float, degrees: float) -> None:
    assert east_of_north(math.radians(phi)) == pytest.approx(degrees)
    back = from_x(Number(degrees)).value
    assert math.remainder(back - math.radians(phi), math.pi) == pytest.approx(0.0, abs=1e-12)


def test_ellipticities_and_axis_ratios() -> None:
    q, phi = axis_ratio(0.1, -0.25)
    assert 0.0 < q < 1.0
    assert ellipticity(q, phi) == pytest.approx((0.1, -0.25))
    assert axis_ratio(0.0, 0.0)[0] == 1.0
    # as of no ellipse
    assert axis_ratio(1.0, 0.5)[0] < 0.0


def test_numbers_with_distributions() -> None:
    assert Number(1.0, Spread("normal", 2.0, 0.5)).times(-2.0, 1.0) == Number(
        -1.0, Spread("normal", -3.0, 1.0)
    )
    assert Number(1.0, Spread("uniform", 0.0, 3.0)).times(-1.0) == Number(-1.0, Spread("uniform", -3.0, -0.0))
    log = Number(1.0, Spread("lognormal", 0.5, 0.2))
    assert log.times(math.e).spread == Spread("lognormal", 1.5, 0.2)
    with pytest.raises(ExchangeError, match="log-normal"):
        log.times(-1.0)
