"""Between the axes and angles of jaxlens and those of COOLEST.

With x to the east in jaxlens and to the west in COOLEST, and y to the north in both, an angle phi from x
towards y in jaxlens is the angle 90 degrees - phi east of north in COOLEST.
"""

from __future__ import annotations

import math

from jaxlens.exchange.coolest_template import Number


def east_of_north(phi: float) -> float:
    """Degrees east of north, above -90 and up to 90, of an axis at an angle phi (radians, from x towards y).

    >>> round(east_of_north(math.radians(60.0)), 9), east_of_north(math.pi)
    (30.0, 90.0)
    """
    degrees = math.remainder(90.0 - math.degrees(phi), 180.0)
    return degrees if degrees > -90.0 else 90.0


def from_x(phi: Number) -> Number:
    """The angle (radians, from x towards y) of an axis at some degrees east of north."""
    return phi.times(-math.pi / 180.0, math.pi / 2.0)


def axis_ratio(e1: float, e2: float) -> tuple[float, float]:
    """The axis ratio, and the angle of the major axis (radians, from x towards y), of an ellipticity.

    A modulus of the ellipticity above 1 gives an axis ratio below 0.
    """
    modulus = math.hypot(e1, e2)
    return (1.0 - modulus) / (1.0 + modulus), math.atan2(e2, e1) / 2.0


def ellipticity(q: float, phi: float) -> tuple[float, float]:
    """The ellipticity (e1, e2) of an axis ratio and an angle (radians, from x towards y)."""
    modulus = (1.0 - q) / (1.0 + q)
    return modulus * math.cos(2.0 * phi), modulus * math.sin(2.0 * phi)
