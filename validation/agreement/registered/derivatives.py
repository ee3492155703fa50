"""Derivatives of registered profiles in every argument, against central differences of their own values.

Each row of the arrays is a draw and one direction: a coordinate, or one number of the parameters.  The draws
are those at which formulae may be singular: round lenses on their axes with slopes that are whole numbers and
points at a distance that is a length of the profile, then equal lengths, then usual ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import MassProfile, Profile
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.registered import draws, evaluation
from validation.agreement.registered.evaluation import Arguments, Function
from validation.agreement.registered.stated import CONTINUITY, DERIVATIVES, KINKS, reason, tolerance
from validation.agreement.reporting.rows import OF_THE_PEAK, Row
from validation.agreement.reporting.rows import row as judged_row

# Step of the differences, in units of the scale of each argument.
STEP = 2e-3
# The scale of coordinates (arcsec).
POSITION_SCALE = 0.1
# Offsets in steps; weights of the derivative of sixth order (Fornberg 1988, table 1) and of the value.
OFFSETS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
SLOPE = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0
MIDDLE = np.array([1.0, -6.0, 15.0, 15.0, -6.0, 1.0]) / 20.0
# The same in fourth order, which agree where the profile is smooth: to these parts of slope and value.
SLOPE_4 = np.array([0.0, 1.0, -8.0, 8.0, -1.0, 0.0]) / 12.0
MIDDLE_4 = np.array([0.0, -1.0, 4.0, 4.0, -1.0, 0.0]) / 6.0
SMOOTH_SLOPE, SMOOTH_VALUE = 1e-7, 1e-8
# Distances of the points from the centre (arcsec), beyond the cusps that centres may be.
NEAREST, FARTHEST = 0.3, 3.0
# The points of each row of profiles whose values cost most: the first one, and both axes.
FEW_POINTS = 3
COSTLY = frozenset({"BPL", "SYNTHESIS"})
# Errors of a derivative are in units of the largest of the row, but at least of this part of the value.
LEAST = 1e-3

Drawn = dict[str, np.ndarray]
# `evaluation.function_of` or `evaluation.flux_of`.
FunctionOf = Callable[..., Function]


class Checked(NamedTuple):
    """Errors by direction: (rows,), the names of the rows' directions, and the derivatives themselves."""

    names: tuple[str, ...]
    derivative: np.ndarray
    value: np.ndarray
    drawn: Drawn
    forward: np.ndarray


class Problem(NamedTuple):
    """The draws and points of a profile, each row with a direction: its tangents and its name."""

    drawn: Drawn
    at: Arguments
    directions: Arguments
    names: tuple[str, ...]


def problem(profile: Profile) -> Problem:
    """The rows of a profile: every direction at the first set of draws, then at the next if there is room."""
    names = _direction_names(profile)
    sets = max(1, min(3, draws.ROWS // len(names)))
    row_sets = np.arange(draws.ROWS) // len(names) % sets
    row_names = tuple(names[row % len(names)] for row in range(draws.ROWS))
    drawn = _drawn(profile, row_sets)
    x, y = _some(profile, *_points(profile, drawn, row_sets))
    at = evaluation.arguments(profile, drawn, x, y)
    return Problem(drawn, at, _directions(profile, at, row_names), row_names)


def central_differences(profile: Profile, function_of: FunctionOf) -> Checked:
    """Derivatives, and values, against what the values on both sides say.

    Args:
        profile: a light or mass profile.
        function_of: `evaluation.function_of`, or `evaluation.flux_of`.

    Returns:
        The error of the derivative of each row in units of the largest; and of the value against the
        interpolation between its neighbours along the direction, in units of the peak.  A formula that is
        wrong at a singular value of a parameter differs there.  Of profiles in `stated.KINKS` only points at
        which differences are accurate count.
    """
    rows = problem(profile)
    function = function_of(profile, rows.drawn)
    value, forward = evaluation.along(function, rows.at, rows.directions)
    scale = _scales(profile, rows)
    nearby = _beside(function, rows, STEP * scale)
    expected = np.tensordot(SLOPE, nearby, 1) / STEP
    between = np.tensordot(MIDDLE, nearby, 1)
    found = forward * scale[None, :, None]
    size = np.max(np.abs(value), axis=(0, 2))
    largest = np.maximum(np.max(np.abs(expected), axis=(0, 2)), LEAST * size)
    away, jump = (np.max(np.abs(a), axis=0) for a in (found - expected, value - between))
    if profile.name in KINKS:
        smooth = _smooth(nearby, expected, between, largest[:, None], size[:, None])
        away, jump = np.where(smooth, away, 0.0), np.where(smooth, jump, 0.0)
    derivative, value_error = _over(np.max(away, axis=1), largest), _over(np.max(jump, axis=1), size)
    return Checked(rows.names, derivative, value_error, rows.drawn, forward)


def _smooth(
    nearby: np.ndarray, slope: np.ndarray, middle: np.ndarray, largest: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """Where differences of fourth order agree with those of sixth order, (rows, points)."""
    slopes = np.max(np.abs(np.tensordot(SLOPE_4, nearby, 1) / STEP - slope), axis=0)
    middles = np.max(np.abs(np.tensordot(MIDDLE_4, nearby, 1) - middle), axis=0)
    return (slopes <= SMOOTH_SLOPE * largest) & (middles <= SMOOTH_VALUE * size)


def reverse_error(profile: Profile, function_of: FunctionOf, forward: np.ndarray) -> float:
    """How far reverse mode is from forward mode: of <gradient, tangent> in units of the sum of its terms.

    Args:
        profile: a light or mass profile.
        function_of: `evaluation.function_of`, or `evaluation.flux_of`.
        forward: the derivatives by forward mode, of `central_differences`.
    """
    rows = problem(profile)
    function = function_of(profile, rows.drawn)
    weights = np.cos(0.3 + np.arange(forward.size)).reshape(forward.shape)
    back = evaluation.pulled_back(function, rows.at, weights)
    pairs = zip(jax.tree.leaves(back), jax.tree.leaves(rows.directions), strict=True)
    by_row = sum(np.sum(np.asarray(a, np.float64) * np.asarray(b), axis=1) for a, b in pairs)
    terms = weights * forward
    size = np.sum(np.abs(terms), axis=(0, 2))
    return float(np.max(_over(np.abs(by_row - np.sum(terms, axis=(0, 2))), size)))


def rows() -> list[Row]:
    """Two rows a profile: derivatives, and values beside those of the neighbours; in float64."""
    lines = []
    for kind, registry in (("light", LIGHT_PROFILES), ("mass", MASS_PROFILES)):
        for name, profile in sorted(registry.items()):
            found = central_differences(profile, evaluation.function_of)
            for quantity, errors in ((DERIVATIVES, found.derivative), (CONTINUITY, found.value)):
                limits = tolerance(kind, name, quantity, double=True), reason(kind, name, quantity)
                measure = "of the largest" if quantity == DERIVATIVES else OF_THE_PEAK
                lines.append(judged_row(f"{kind} {name}: {quantity}", errors, limits[0], measure, limits[1]))
    return lines


def at_twice_the_distance(profile: MassProfile) -> tuple[np.ndarray, np.ndarray, Drawn]:
    """The deflection (2, rows, points) at some points, at twice their distance, and the parameters.

    Args:
        profile: a mass profile, whose centre is put at the origin.
    """
    drawn = draws.parameters(profile)
    centers = draws.centers(profile, drawn)
    x, y = (a - c[:, None] for a, c in zip(draws.points(profile, drawn), centers, strict=True))
    drawn |= {key: np.zeros(draws.ROWS) for pair in draws.CENTERS for key in pair if key in drawn}
    function = evaluation.function_of(profile, drawn)
    near, far = (
        evaluation.evaluate(function, evaluation.arguments(profile, drawn, k * x, k * y))[:2] for k in (1, 2)
    )
    return near, far, drawn


def lost_numbers(profile: Profile) -> list[str]:
    """The arguments that are no number and leave all fields of a point finite; in JAX's present precision.

    Args:
        profile: a light or mass profile.
    """
    rows = problem(profile)
    spoilt = jax.tree.map(lambda a, d: jnp.where(d == 1.0, jnp.nan, a), rows.at, rows.directions)
    found = evaluation.evaluate(evaluation.function_of(profile, rows.drawn), spoilt)
    seen = np.isnan(found).any(axis=0).all(axis=1)
    return sorted({name for name, is_seen in zip(rows.names, seen, strict=True) if not is_seen})


def infinite_derivatives(profile: Profile) -> list[str]:
    """The arguments along which values or derivatives are not finite at usual parameters and at the centre.

    Args:
        profile: a light or mass profile.
    """
    drawn = draws.parameters(profile)
    at = evaluation.arguments(profile, drawn, *_some(profile, *draws.points(profile, drawn)))
    names = _direction_names(profile)
    row_names = tuple(names[row % len(names)] for row in range(draws.ROWS))
    function = evaluation.function_of(profile, drawn)
    both = np.stack(evaluation.along(function, at, _directions(profile, at, row_names)))
    finite = np.isfinite(both).all(axis=(0, 1, 3))
    return sorted({name for name, is_finite in zip(row_names, finite, strict=True) if not is_finite})


def _some(profile: Profile, *points: np.ndarray) -> tuple[np.ndarray, ...]:
    """The points of each row, the first ones only if the profile is costly."""
    return tuple(a[:, :FEW_POINTS] for a in points) if profile.name in COSTLY else points


def _over(away: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.asarray(away / np.where(size > 0.0, size, 1.0))


def _direction_names(profile: Profile) -> list[str]:
    """x, y, every number, and every entry of every list as `name[k]`."""
    names = ["x", "y", *profile.of_kind("number")]
    for key in profile.of_kind("list"):
        names += [f"{key}[{k}]" for k in range(draws.entries(profile, key))]
    return names


def _drawn(profile: Profile, row_sets: np.ndarray) -> Drawn:
    """Usual parameters, in the first set made singular, in the second with lengths that are equal."""
    drawn = draws.parameters(profile, seed=1)
    plain, equal = row_sets == 0, row_sets == 1
    for key in profile.of_kind("number"):
        meaning = profile.meanings[key]
        usual = _inside(meaning.low, meaning.high, drawn[key])
        if meaning.low == -meaning.high:
            usual = np.where(plain, 0.0, usual)
        for number in draws.whole_numbers(meaning)[:1]:
            usual = np.where(plain, number, usual)
        drawn[key] = float32_exact(usual)
    lengths = draws.lengths(profile)
    ranges = [(profile.meanings[key].low, profile.meanings[key].high) for key in lengths]
    for first, (low, high) in zip(lengths, ranges, strict=True):
        for other, (least, most) in zip(lengths, ranges, strict=True):
            if other > first and max(low, least) < min(high, most):
                shared = 0.5 * (max(low, least) + min(high, most))
                for key in (first, other):
                    drawn[key] = np.where(equal, float32_exact(np.array(shared)), drawn[key])
    return drawn


def _inside(low: float, high: float, values: np.ndarray) -> np.ndarray:
    """Values that are at least a twentieth of the range from its ends, where formulae may stop."""
    margin = 0.05 * (high - low)
    return np.clip(values, low + margin, high - margin)


def _points(profile: Profile, drawn: Drawn, row_sets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x, y: one at the distance of a length, two on the axes, the others anywhere; exact in float32."""
    rng = np.random.default_rng(draws.ROWS)
    radius = NEAREST * (FARTHEST / NEAREST) ** rng.uniform(size=(draws.ROWS, draws.POINTS))
    angle = rng.uniform(0.0, 2.0 * np.pi, radius.shape)
    lengths = draws.lengths(profile)
    for row in range(draws.ROWS if lengths else 0):
        length = drawn[lengths[row % len(lengths)]][row]
        radius[row, 0], angle[row, 0] = (length if length > NEAREST / 3 else NEAREST), 0.0
    center_x, center_y = draws.centers(profile, drawn)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    x[:, 1], y[:, 1], x[:, 2], y[:, 2] = 0.0, radius[:, 1], -radius[:, 2], 0.0
    return float32_exact(center_x[:, None] + x), float32_exact(center_y[:, None] + y)


def _scales(profile: Profile, rows: Problem) -> np.ndarray:
    """The scale of each row's argument: its value where it is positive, at most the width of its range."""
    scales = np.full(draws.ROWS, POSITION_SCALE)
    for row, name in enumerate(rows.names):
        key = name.split("[")[0]
        if key in profile.kinds:
            meaning = profile.meanings[key]
            width = min(meaning.high - meaning.low, 1.0) or 1.0
            values = rows.drawn[key][row]
            own = float(values if values.ndim == 0 else values[int(name[len(key) + 1 : -1])])
            scales[row] = min(width, own) if meaning.low > 0.0 else width
    return scales


def _directions(profile: Profile, at: Arguments, names: tuple[str, ...]) -> Arguments:
    def of(name: str, like: jax.Array) -> jax.Array:
        chosen = np.array([own == name for own in names], dtype=np.float64)[:, None]
        return jnp.asarray(np.broadcast_to(chosen, like.shape), like.dtype)

    values: dict[str, Any] = {}
    for key, value in at[2].items():
        values[key] = (
            tuple(of(f"{key}[{k}]", entry) for k, entry in enumerate(value))
            if isinstance(value, tuple)
            else of(key, value)
        )
    return of("x", at[0]), of("y", at[1]), values


def _beside(function: Function, rows: Problem, steps: np.ndarray) -> np.ndarray:
    """The values (offsets, fields, rows, points) at OFFSETS steps (rows,) along each row's direction."""
    moves = np.concatenate([k * steps for k in OFFSETS])[:, None]

    def moved(start: jax.Array, direction: jax.Array) -> jax.Array:
        a, d = (np.tile(np.asarray(array), (len(OFFSETS), 1)) for array in (start, direction))
        return jnp.asarray(a + moves * d, start.dtype)

    values = evaluation.evaluate(function, jax.tree.map(moved, rows.at, rows.directions))
    shape = (len(values), len(OFFSETS), *rows.at[0].shape)
    return np.moveaxis(values.reshape(shape), 1, 0)
