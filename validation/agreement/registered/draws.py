"""Parameters of any registered profile over its usual ranges, and the points at which it is evaluated.

A draw is a dictionary: a number is (ROWS,), a list (ROWS, entries), an integer (), and a table the array
itself.  It depends on the profile's name alone, so that a new profile changes no other one's references.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import numpy as np

from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import LightProfile, Profile
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.registered.tables import table

# Draws of each profile, and the points of each of them.
ROWS, POINTS = 48, 8
# Draws that are round and centred, in the first of which slopes are whole numbers.
ROUND_ROWS = 4
# Draws, at the end, whose numbers are at the ends of their ranges.
END_ROWS = 4
# Of the points of a draw: the centre, one close to it, and one on a circle whose radius is a parameter.
CENTER, CLOSE, ON_CIRCLE = 0, 1, 2
# Distances of the other points from the centre (arcsec).
NEAREST, FARTHEST = 0.05, 10.0
# Ranges that span more than this factor are drawn in the logarithm.
WIDE = 8.0
# The names of the two coordinates of a centre.
CENTERS = (("center_x", "center_y"), ("ra_0", "dec_0"), ("com_x", "com_y"), ("start_x", "start_y"))

Drawn = dict[str, np.ndarray]


def parameters(profile: Profile, seed: int = 0) -> Drawn:
    """Usual parameters of a profile, each exact in float32.

    Args:
        profile: a light or mass profile.
        seed: a further number that changes the draws.
    """
    kind = "light" if isinstance(profile, LightProfile) else "mass"
    rng = np.random.default_rng((zlib.crc32(f"{kind} {profile.name}".encode()), seed))
    return {key: _value(rng, profile, key) for key in profile.parameters}


def frozen(profile: Profile, drawn: Drawn) -> Drawn:
    """The parameters that are kept with reference values: all but tables, which are large.

    Args:
        profile: a light or mass profile.
        drawn: its parameters.
    """
    return {key: value for key, value in drawn.items() if profile.kinds[key] != "table"}


def thawed(profile: Profile, kept: Mapping[str, np.ndarray]) -> Drawn:
    """The parameters of which `frozen` kept some.

    Args:
        profile: a light or mass profile.
        kept: the parameters of a group of reference values.
    """
    return dict(kept) | {key: table(profile.name, key) for key in profile.of_kind("table")}


def _value(rng: np.random.Generator, profile: Profile, key: str) -> np.ndarray:
    meaning, kind = profile.meanings[key], profile.kinds[key]
    if kind == "integer":
        return np.array(int(meaning.low))
    if kind == "table":
        return table(profile.name, key)
    if kind == "list":
        return float32_exact(_inside(rng, meaning, (ROWS, entries(profile, key))))
    return float32_exact(_numbers(rng, meaning))


def entries(profile: Profile, key: str) -> int:
    """How many entries a list has: those of a basis up to the order n_max, or what its meaning says."""
    if "n_max" not in profile.kinds:
        return profile.meanings[key].entries
    order = int(profile.meanings["n_max"].low)
    return (order + 1) ** 2 if profile.name.endswith("POLAR_EXP") else (order + 1) * (order + 2) // 2


def _numbers(rng: np.random.Generator, meaning: Meaning) -> np.ndarray:
    """(ROWS,) values: round and centred draws first, in the middle anywhere, at the end the ends."""
    values = _inside(rng, meaning, (ROWS,))
    if meaning.low == -meaning.high:
        values[:ROUND_ROWS] = 0.0
    whole = whole_numbers(meaning)
    for row, value in zip(range(ROUND_ROWS), whole, strict=False):
        values[row] = value
    values[-END_ROWS:] = rng.choice([meaning.low, meaning.high], END_ROWS)
    return values


def _inside(rng: np.random.Generator, meaning: Meaning, shape: tuple[int, ...]) -> np.ndarray:
    low, high = meaning.low, meaning.high
    if low > 0.0 and high > WIDE * low:
        return np.asarray(low * (high / low) ** rng.uniform(size=shape))
    return rng.uniform(low, high, shape)


def whole_numbers(meaning: Meaning) -> list[float]:
    """The whole numbers inside the range of a number without a unit, at which formulae may be singular."""
    if meaning.unit or meaning.low == -meaning.high:
        return []
    return [float(n) for n in range(int(np.floor(meaning.low)) + 1, int(np.ceil(meaning.high)))]


def lengths(profile: Profile) -> list[str]:
    """The parameters that are lengths, at which a radial formula may be singular."""
    return [
        key
        for key in profile.of_kind("number")
        if profile.meanings[key].unit == "arcsec" and profile.meanings[key].low >= 0.0
    ]


def centers(profile: Profile, drawn: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """x, y (ROWS,) of the profile's centre, or zeros."""
    for names in CENTERS:
        if names[0] in profile.parameters:
            return drawn[names[0]], drawn[names[1]]
    return np.zeros(ROWS), np.zeros(ROWS)


def points(profile: Profile, drawn: Mapping[str, np.ndarray], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """x, y (ROWS, POINTS) in arcsec, exact in float32.

    Args:
        profile: a light or mass profile.
        drawn: its parameters.
        seed: a further number that changes the points.
    """
    rng = np.random.default_rng((zlib.crc32(profile.name.encode()), 1, seed))
    radius = NEAREST * (FARTHEST / NEAREST) ** rng.uniform(size=(ROWS, POINTS))
    angle = rng.uniform(0.0, 2.0 * np.pi, (ROWS, POINTS))
    radius[:, CENTER] = 0.0
    radius[:, CLOSE] *= 0.1
    for row, key in zip(range(ROWS), _in_turn(lengths(profile)), strict=False):
        radius[row, ON_CIRCLE], angle[row, ON_CIRCLE] = drawn[key][row], 0.0
    center_x, center_y = centers(profile, drawn)
    x = center_x[:, None] + radius * np.cos(angle)
    y = center_y[:, None] + radius * np.sin(angle)
    return float32_exact(x), float32_exact(y)


def _in_turn(keys: list[str]) -> Iterator[str]:
    while keys:
        yield from keys
