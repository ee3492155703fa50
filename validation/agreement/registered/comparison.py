"""A registered profile against its reference values: one error a draw and quantity."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import LightProfile, MassProfile
from validation.agreement import references
from validation.agreement.registered import draws, evaluation
from validation.agreement.registered.stated import (
    AT_CENTER,
    BRIGHTNESS,
    DEFLECTION,
    FLUX,
    GRADIENT,
    HESSIAN,
    NO_DEFLECTION_AT_CENTER,
    POTENTIAL,
    ZERO_POINTS,
    reason,
    tolerance,
)
from validation.agreement.reporting.rows import OF_THE_PEAK, Row, precision, row

# Sets of points, each with a peak of its own.
CENTER, CLOSE, AROUND = slice(0, 1), slice(1, 2), slice(2, None)
# Smallest peak of a light profile around its centre, in units of the brightest point of the draw.
FAINTEST_PEAK = 1e-9
# Smallest unit of errors of second derivatives, in |alpha| / arcsec.
LEAST_HESSIAN = 1e-6

Group = Mapping[str, np.ndarray]
Errors = dict[str, np.ndarray]


def light_errors(profile: LightProfile, group: Group) -> Errors:
    """Errors (rows,) of the surface brightness and, where lenstronomy has one, of the total flux.

    The centre, the point close to it and the others are compared in units of their own peaks.
    """
    drawn = draws.thawed(profile, references.parameters(group))
    at = evaluation.arguments(profile, drawn, group["x"], group["y"])
    ours = evaluation.evaluate(evaluation.function_of(profile, drawn), at)[0]
    theirs = group["surface_brightness"]
    ours = np.where(group["compared"], ours, theirs)
    faintest = FAINTEST_PEAK * np.max(np.abs(theirs), axis=1)
    sets = [_over_peak(ours[:, s] - theirs[:, s], theirs[:, s], faintest) for s in (CENTER, CLOSE, AROUND)]
    errors = {AT_CENTER: sets[0], BRIGHTNESS: np.maximum(sets[1], sets[2])}
    if "total_flux" in group and profile.total_flux is not None:
        flux = evaluation.evaluate(evaluation.flux_of(profile, drawn), at)[0, :, 0]
        errors[FLUX] = np.abs(flux / group["total_flux"] - 1.0)
    return errors


def mass_errors(profile: MassProfile, group: Group) -> Errors:
    """Errors (rows,) of the deflection and, where lenstronomy has one, of the potential."""
    drawn = draws.thawed(profile, references.parameters(group))
    at = evaluation.arguments(profile, drawn, group["x"], group["y"])
    ours = evaluation.evaluate(evaluation.function_of(profile, drawn), at)
    return field_errors(profile, ours, group)


def field_errors(profile: MassProfile, ours: np.ndarray, group: Group) -> Errors:
    """As `mass_errors`, of deflection and potential (2 or 3, rows, points).

    The points around the centre are compared in units of their peak, those in it and close to it in units of
    the peak of all.

    Args:
        profile: the profile.
        ours: the fields of `evaluation.function_of`.
        group: the reference values.
    """
    theirs = np.stack([group["alpha_x"], group["alpha_y"]])
    ours = np.where(group["compared"], ours, 0.0)
    if profile.name in NO_DEFLECTION_AT_CENTER:
        ours[:2, :, CENTER], theirs[:, :, CENTER] = 0.0, 0.0
    size, away = (np.max(np.abs(a), axis=0) for a in (theirs, ours[:2] - theirs))
    peak = np.max(size, axis=1)
    near, around = (
        _over_peak(away[:, s], size[:, s], least) for s, least in ((slice(0, 2), peak), (AROUND, 0.0))
    )
    errors = {DEFLECTION: np.maximum(near, around)}
    if "potential" in group and profile.potential is not None:
        errors[POTENTIAL] = _potential_error(profile.name, ours[2], group)
    return errors


def _potential_error(name: str, ours: np.ndarray, group: Group) -> np.ndarray:
    """Over the peak; of the differences from their mean where lenstronomy's zero point is another one.

    The peak is that of the potential or of the deflection times the distance between the points, which is
    what it changes by.  The centre, where the potential of a point mass is infinite, is left out.
    """
    compared = group["compared"][:, 1:]
    away = np.where(compared, ours[:, 1:] - group["potential"][:, 1:], 0.0)
    if name in ZERO_POINTS:
        mean = np.sum(away, axis=1, keepdims=True) / np.maximum(np.sum(compared, axis=1, keepdims=True), 1)
        away = np.where(compared, away - mean, 0.0)
    distance = np.ptp(group["x"], axis=1) + np.ptp(group["y"], axis=1)
    change = distance * np.max(np.hypot(group["alpha_x"], group["alpha_y"]), axis=1)
    return _over_peak(away, group["potential"][:, 1:], change)


def _over_peak(away: np.ndarray, theirs: np.ndarray, least: np.ndarray | float) -> np.ndarray:
    """max|away| / max|theirs| of each row; absolute where the peak is zero."""
    peak = np.maximum(np.max(np.abs(theirs), axis=1), least)
    return np.asarray(np.max(np.abs(away), axis=1) / np.where(peak > 0.0, peak, 1.0))


def derivative_errors(profile: MassProfile, group: Group) -> Errors:
    """Errors of all that `mass_errors` has, of grad psi = alpha, and of the second derivatives, (rows,).

    Half of the rows are differentiated in x, the others in y.  The gradient of the potential is compared in
    units of the peak of the deflection, second derivatives in units of the largest at the same point.
    """
    drawn = draws.thawed(profile, references.parameters(group))
    at = evaluation.arguments(profile, drawn, group["x"], group["y"])
    in_x = np.arange(draws.ROWS) % 2 == 0
    function = evaluation.function_of(profile, drawn)
    ours, derivative = evaluation.along(function, at, evaluation.axis_directions(at, in_x))
    errors = field_errors(profile, ours, group)
    of_x = in_x[:, None]
    if profile.potential is not None:
        alpha = np.where(of_x, ours[0], ours[1])
        peak = np.max(np.abs(ours[:2]), axis=(0, 2))
        errors[GRADIENT] = _over_peak(derivative[2] - alpha, alpha, peak)
    theirs = np.where(of_x, [group["f_xx"], group["f_yx"]], [group["f_xy"], group["f_yy"]])
    errors[HESSIAN] = _hessian_error(derivative[:2], theirs, group)
    return errors


def _hessian_error(ours: np.ndarray, theirs: np.ndarray, group: Group) -> np.ndarray:
    largest = np.max([np.abs(group[key]) for key in ("f_xx", "f_xy", "f_yx", "f_yy")], axis=0)
    least = LEAST_HESSIAN * np.maximum(np.abs(group["alpha_x"]), np.abs(group["alpha_y"]))
    size = np.maximum(largest, least)
    away = np.max(np.abs(ours - theirs), axis=0) / np.where(size > 0.0, size, 1.0)
    return np.asarray(np.max(np.where(group["hessian_compared"], away, 0.0), axis=1))


def all_errors(name: str, kind: str, group: Group) -> Errors:
    """All errors of a profile of the registry in JAX's present precision.

    Args:
        name: the profile.
        kind: "light" or "mass".
        group: its reference values.
    """
    if kind == "light":
        return light_errors(LIGHT_PROFILES[name], group)
    if precision() == "float64":
        return derivative_errors(MASS_PROFILES[name], group)
    return mass_errors(MASS_PROFILES[name], group)


def judged(name: str, kind: str, group: Group) -> list[Row]:
    """A row a quantity of a profile.

    Args:
        name: the profile.
        kind: "light" or "mass".
        group: its reference values.
    """
    return [
        row(
            f"{name}: {quantity}, usual parameters",
            errors,
            tolerance(kind, name, quantity, precision() == "float64"),
            "relative" if quantity == FLUX else OF_THE_PEAK,
            "; ".join(filter(None, (reason(kind, name, quantity), left_out(group)))),
        )
        for quantity, errors in all_errors(name, kind, group).items()
    ]


def left_out(group: Group) -> str:
    """How many points are not compared; "" if all are."""
    count = int(np.sum(~group["compared"]))
    return f"without {count} points where lenstronomy's values jump or are no numbers" if count else ""


def rows(kind: str, names: Collection[str] | None = None) -> list[Row]:
    """The rows of all profiles that have reference values, or of some.

    Args:
        kind: "light" or "mass".
        names: of the profiles; all if it is not given.
    """
    groups = references.load(f"{kind}_profiles")
    chosen = groups if names is None else {name: groups[name] for name in names}
    return [line for name, group in chosen.items() for line in judged(name, kind, group)]
