"""Shapes and angles of catalogues in our conventions, which are lenstronomy's.

A position angle phi is in radians from x towards y, where x points to the east (increasing right ascension)
and y to the north.  Axis ratio q and phi give the ellipticity

    e1 = (1 - q) / (1 + q) cos(2 phi),    e2 = (1 - q) / (1 + q) sin(2 phi),

and a shear of modulus gamma, whose images are stretched along phi, is

    gamma1 = gamma cos(2 phi),    gamma2 = gamma sin(2 phi).

Units are read by `jaxlens.catalogs.units`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import MAX_SUGGESTIONS
from jaxlens.catalogs.units import ab_magnitudes, to_unit, unit_of

__all__ = ["ab_magnitudes", "ellipticity", "from_components", "position_angle", "shear", "to_unit", "unit_of"]

T = TypeVar("T")

# The convention of an angle -> the angle phi (radians) of its zero, and 1 where it grows from x towards y.
# Angles differ by a multiple of pi where they mean the same axis.
ANGLES: Mapping[str, tuple[float, int]] = {
    "east_of_north": (math.pi / 2.0, -1),
    "west_of_north": (math.pi / 2.0, 1),
    "north_of_east": (0.0, 1),
    "south_of_east": (0.0, -1),
    "north_of_west": (math.pi, -1),
    "south_of_west": (math.pi, 1),
    "east_of_south": (-math.pi / 2.0, 1),
    "west_of_south": (-math.pi / 2.0, -1),
    # in the axes of an image whose x is ours: from x towards y, from y towards x, from y towards -x
    "x_to_y": (0.0, 1),
    "y_to_x": (math.pi / 2.0, -1),
    "y_to_minus_x": (math.pi / 2.0, 1),
}
EAST_OF_NORTH = "east_of_north"


def _reduced(ratio: np.ndarray) -> np.ndarray:
    """(1 - q) / (1 + q)."""
    return np.asarray((1.0 - ratio) / (1.0 + ratio))


# What measures how far an ellipse of axes a >= b is from a circle -> its (a - b) / (a + b).
FLATTENINGS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    # b / a, or a / b
    "axis_ratio": lambda ratio: _reduced(np.minimum(ratio, 1.0 / ratio)),
    # 1 - b / a, as astronomers write it
    "ellipticity": lambda flattening: _reduced(1.0 - flattening),
    # (a - b) / (a + b), as lenstronomy, and weak lensing (as reduced shear)
    "e": lambda modulus: modulus,
    # (a^2 - b^2) / (a^2 + b^2), also called distortion, chi or polarisation
    "distortion": lambda chi: chi / (1.0 + np.sqrt(1.0 - chi * chi)),
    # sqrt(1 - b^2 / a^2)
    "eccentricity": lambda eccentricity: _reduced(np.sqrt(1.0 - eccentricity * eccentricity)),
}


def position_angle(angle: np.ndarray, unit: str = "", convention: str = EAST_OF_NORTH) -> np.ndarray:
    """The angle from x towards y of an angle in another convention.

    Args:
        angle: the angles, any shape.
        unit: their unit; "" is degrees.
        convention: one of `ANGLES`: `east_of_north` is 0 at the north and 90 degrees at the east.

    Returns:
        phi in radians, float64, of the shape of `angle`.

    Raises:
        CatalogError: if the convention is unknown, or the unit is no angle.

    >>> np.degrees(position_angle(np.array([30.0]))).round(9).tolist()
    [60.0]
    """
    zero, sign = _known(ANGLES, convention, "convention of angles")
    return np.asarray(zero + sign * to_unit(angle, unit.strip() or "deg", "rad"))


def ellipticity(
    values: np.ndarray, phi: np.ndarray, measure: str = "axis_ratio"
) -> tuple[np.ndarray, np.ndarray]:
    """(e1, e2) of an axis ratio, or of another measure, and a position angle.

    Args:
        values: the measure, (rows,).
        phi: the angle of the major axis, radians from x towards y, (rows,): as `position_angle` returns.
        measure: one of `FLATTENINGS`: `axis_ratio` is b / a, `ellipticity` is 1 - b / a.

    Returns:
        e1 and e2, (rows,); NaN where the measure is that of no ellipse.

    Raises:
        CatalogError: if the measure is unknown.

    >>> e1, e2 = ellipticity(np.array([0.6]), np.array([0.0]))
    >>> e1.round(9).tolist(), e2.tolist()
    ([0.25], [0.0])
    """
    modulus_of = _known(FLATTENINGS, measure, "measure of an ellipse")
    with np.errstate(invalid="ignore", divide="ignore"):
        modulus = modulus_of(np.asarray(values, np.float64))
        modulus = np.where((modulus >= 0.0) & (modulus < 1.0), modulus, np.nan)
    return _components(modulus, phi)


def shear(modulus: np.ndarray, phi: np.ndarray, towards: str = "images") -> tuple[np.ndarray, np.ndarray]:
    """(gamma1, gamma2) of a shear's modulus and angle.

    The potential is gamma1 (x^2 - y^2) / 2 + gamma2 x y, lenstronomy's SHEAR.

    Args:
        modulus: gamma, (rows,).
        phi: its angle, radians from x towards y, (rows,): as `position_angle` returns.
        towards: what is at this angle.  `images`: the direction along which images are stretched.  `mass`:
            the mass that makes the shear, as in gravlens and glafic, across which images are stretched.

    Returns:
        gamma1 and gamma2, (rows,).

    Raises:
        CatalogError: if `towards` is something else.
    """
    sign = _known({"images": 1.0, "mass": -1.0}, towards, "direction of a shear")
    return _components(sign * np.asarray(modulus, np.float64), phi)


def from_components(
    first: np.ndarray, second: np.ndarray, convention: str = "x_to_y"
) -> tuple[np.ndarray, np.ndarray]:
    """Modulus and angle of two components that are given in axes of another convention.

    They are modulus cos(2 angle) and modulus sin(2 angle), with an angle in that convention: of
    `east_of_north` the first is positive along the north, and the second along the north-east.

    Args:
        first: the first component, (rows,).
        second: the second one.
        convention: one of `ANGLES`.

    Returns:
        The modulus, and phi in radians from x towards y, (rows,): what `ellipticity` and `shear` need.

    Raises:
        CatalogError: if the convention is unknown.

    >>> modulus, phi = from_components(np.array([0.1]), np.array([0.0]), "east_of_north")
    >>> np.round(shear(modulus, phi), 9).tolist()
    [[-0.1], [0.0]]
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    return np.hypot(first, second), position_angle(np.arctan2(second, first) / 2.0, "rad", convention)


def _components(modulus: np.ndarray, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(invalid="ignore"):
        return modulus * np.cos(2.0 * phi), modulus * np.sin(2.0 * phi)


def _known(known: Mapping[str, T], word: str, kind: str) -> T:
    """What a word stands for.

    Raises:
        CatalogError: if it is unknown; the message has the words that are most alike, or all.
    """
    folded = word.strip().casefold().replace(" ", "_").replace("-", "_")
    if folded in known:
        return known[folded]
    near = difflib.get_close_matches(folded, known, n=MAX_SUGGESTIONS)
    advice = f"did you mean {', '.join(near)}?" if near else f"give one of {', '.join(known)}"
    raise CatalogError(f"{word!r} is no {kind}; {advice}")
