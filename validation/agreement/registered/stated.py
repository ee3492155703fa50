"""Tolerances of registered profiles, where they are not the usual ones, each with its reason."""

from __future__ import annotations

from typing import NamedTuple

# The names of quantities.
BRIGHTNESS, AT_CENTER, FLUX, FLUX_INTEGRAL = (
    "surface brightness",
    "surface brightness at the centre",
    "total flux",
    "integral of the brightness",
)
DEFLECTION, POTENTIAL, GRADIENT, HESSIAN = (
    "deflection",
    "potential",
    "gradient of the potential",
    "second derivatives",
)
# Derivatives in every argument, and values at singular arguments against those beside them.
DERIVATIVES, CONTINUITY = "derivatives", "values between their neighbours"

# The usual tolerances of values in float64 and in float32, in units of the peak.
DOUBLE, SINGLE = 1e-9, 1e-5
# The usual tolerances of other quantities in float64: second derivatives are differences in part.
OTHERS = {HESSIAN: 1e-6, DERIVATIVES: 1e-6, CONTINUITY: 1e-8, FLUX_INTEGRAL: 1e-6}
# And in float32, where sums of many points lose digits.
OTHERS_SINGLE = {FLUX_INTEGRAL: 1e-4}


class Stated(NamedTuple):
    """The tolerances of one quantity of a profile in float64 and in float32, and why they are not the usual.

    Where `not_compared` is True lenstronomy is no reference, and the errors are shown only.
    """

    double: float
    single: float
    reason: str
    not_compared: bool = False


AXIS_RATIO = "lenstronomy keeps the axis ratio 1e-8 away from 1"
LAST_RADIUS = "the light ends at 1000 R_sersic, beyond which the formula of the flux has this much for n = 5"

SQUARE = "the image ends at a square, over which the quadrature in radius and angle is coarse"
EDGE = "within a pixel of the edge the light falls to zero, and a position in float32 is a part of a pixel"
RADIAL = "lenstronomy's potential is interpolated as psi / r^2, and zero within the first radius"

# By kind of profile, name, and quantity.
STATED: dict[tuple[str, str, str], Stated] = {
    **{
        ("light", name, FLUX_INTEGRAL): Stated(0.05, 0.05, SQUARE)
        for name in ("INTERPOL", "SLIT_STARLETS", "SLIT_STARLETS_GEN2")
    },
    ("light", "INTERPOL", BRIGHTNESS): Stated(DOUBLE, 3e-5, EDGE),
    ("light", "CORE_SERSIC", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("light", "SERSIC", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("light", "SERSIC_ELLIPSE", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("mass", "RADIAL_INTERPOL", POTENTIAL): Stated(1e-7, SINGLE, RADIAL),
    **{
        ("mass", name, quantity): Stated(1e-8, SINGLE, AXIS_RATIO)
        for name in ("SIE", "NIE")
        for quantity in (DEFLECTION, POTENTIAL)
    },
}
# Mass profiles whose potential has another zero point in lenstronomy, and which.
ZERO_POINTS: dict[str, str] = {}


def tolerance(kind: str, name: str, quantity: str, double: bool) -> float | None:
    """The tolerance of a quantity; None where it is shown and not judged.

    Args:
        kind: "light" or "mass".
        name: the profile.
        quantity: such as "deflection".
        double: whether the values are float64.
    """
    stated = STATED.get((kind, name, quantity))
    if stated is not None:
        return None if stated.not_compared else (stated.double if double else stated.single)
    return OTHERS.get(quantity, DOUBLE) if double else OTHERS_SINGLE.get(quantity, SINGLE)


def reason(kind: str, name: str, quantity: str) -> str:
    """Why the tolerance of a quantity is not the usual one; "" where it is."""
    stated = STATED.get((kind, name, quantity))
    zero_point = ZERO_POINTS.get(name, "") if (kind, quantity) == ("mass", "potential") else ""
    return "; ".join(text for text in (stated.reason if stated else "", zero_point) if text)
