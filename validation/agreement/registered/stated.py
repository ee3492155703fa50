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
OTHERS = {HESSIAN: 3e-6, DERIVATIVES: 1e-6, CONTINUITY: 1e-8, FLUX_INTEGRAL: 1e-6}
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


INNERMOST = "lenstronomy's NFW ends at 1e-6 Rs, within which are the innermost radii of the fit"
AXIS_RATIO = "lenstronomy keeps the axis ratio 1e-8 away from 1"
LOST_DIGITS = "lenstronomy's formula loses digits near the centre, where ours is the integral by mpmath"
CONSTANT_INSIDE = "lenstronomy's potential is the integral of a deflection that is constant in 0.001 arcsec"
MOVED_SLOPE = "where a slope is a whole number, lenstronomy takes one beside it"
EDGE = "the brightness has edges, at which the quadrature is coarse"
GRID = "potential and deflection are interpolated each on its own, as in lenstronomy"
LAST_RADIUS = "the light ends at 1000 R_sersic, beyond which the formula of the flux has this much for n = 5"
KINK_AT_ROUND = "lenstronomy's definition has the modulus of the ellipticity, which has a kink at zero"
JUMPS = "the derivatives of the deflection jump at r_trunc and twice that, where some points are"
SQUARE = "the image has pixels and ends at a square, over which this quadrature is coarse"
SHARP_EDGE = "the edge is sharp"
BEFORE_DISTORTION = "as in lenstronomy the flux is that before the distortion"

COARSE_CORE = "lenstronomy transforms a convergence with a core of 1e-3 Rs: its narrow Gaussians are wrong"
WRONG_SIGNS = "terms of lenstronomy's alpha_y have the wrong sign: it is not the gradient of its potential"

COARSE_TABLE = (
    "lenstronomy interpolates a table of the convergence, constant beyond 10 Rs: 3e-4 of the peak within; "
    "tests/kernels/mass/test_spherical.py compares such lenses with the projected density"
)

CUT_SERIES = "lenstronomy's series is cut off: near the centre it is not the gradient of its potential"

# By kind of profile, name, and quantity.
STATED: dict[tuple[str, str, str], Stated] = {
    ("light", "CORE_SERSIC", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("light", "SERSIC", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("light", "SERSIC_ELLIPSE", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    **{
        ("mass", name, POTENTIAL): Stated(1e-4, 1e-4, CONSTANT_INSIDE)
        for name in ("CNFW", "CNFW_ELLIPSE_POTENTIAL")
    },
    **{
        ("mass", name, DEFLECTION): Stated(1e-8, SINGLE, LOST_DIGITS)
        for name in ("CNFW", "CNFW_ELLIPSE_POTENTIAL")
    },
    ("mass", "coreBURKERT", POTENTIAL): Stated(
        0.0, 0.0, "lenstronomy's is zero near the centre and jumps to a constant more", not_compared=True
    ),
    **{
        ("light", name, FLUX_INTEGRAL): Stated(1e-2, 1e-2, SQUARE)
        for name in ("INTERPOL", "SLIT_STARLETS", "SLIT_STARLETS_GEN2")
    },
    ("mass", "INTERPOL", GRADIENT): Stated(0.0, 0.0, GRID, not_compared=True),
    ("mass", "INTERPOL_SCALED", GRADIENT): Stated(0.0, 0.0, GRID, not_compared=True),
    ("mass", "RADIAL_INTERPOL", POTENTIAL): Stated(
        1e-2, 1e-2, "lenstronomy interpolates the potential over r^2, ours is the integral of the deflection"
    ),
    ("mass", "SYNTHESIS", DEFLECTION): Stated(3e-3, 3e-3, INNERMOST),
    ("mass", "SYNTHESIS", POTENTIAL): Stated(3e-3, 3e-3, INNERMOST),
    ("mass", "SYNTHESIS", HESSIAN): Stated(1e-2, 1e-2, INNERMOST),
    **{
        ("mass", "SHAPELETS_POLAR", quantity): Stated(
            0.0, 0.0, "lenstronomy's deflection is not the gradient of its potential", not_compared=True
        )
        for quantity in (DEFLECTION, HESSIAN)
    },
    ("mass", "PSEUDO_DPL", DEFLECTION): Stated(1e-3, 1e-3, MOVED_SLOPE),
    ("mass", "PSEUDO_DPL", HESSIAN): Stated(1e-3, 1e-3, MOVED_SLOPE),
    ("mass", "SERSIC_ELLIPSE_KAPPA", DEFLECTION): Stated(1e-8, SINGLE, "lenstronomy's quadrature"),
    **{
        ("light", name, AT_CENTER): Stated(1e-8, SINGLE, "lenstronomy's formula loses digits there")
        for name in ("HERNQUIST", "HERNQUIST_ELLIPSE")
    },
    ("light", "ELLIPSOID", FLUX_INTEGRAL): Stated(0.1, 0.1, EDGE),
    ("light", "INTERPOL", FLUX_INTEGRAL): Stated(1e-2, 1e-2, EDGE),
    ("light", "LINE_PROFILE", FLUX_INTEGRAL): Stated(0.0, 0.0, EDGE, not_compared=True),
    ("light", "PL_SERSIC", FLUX_INTEGRAL): Stated(1e-2, 1e-2, EDGE),
    ("light", "SLIT_STARLETS", FLUX_INTEGRAL): Stated(1e-2, 1e-2, EDGE),
    ("light", "SLIT_STARLETS_GEN2", FLUX_INTEGRAL): Stated(1e-2, 1e-2, EDGE),
    ("light", "PL_SERSIC", AT_CENTER): Stated(
        0.0, 0.0, "lenstronomy has no number there and shows 0", not_compared=True
    ),
    ("mass", "SHIFT", POTENTIAL): Stated(0.0, 0.0, "lenstronomy's potential is zero", not_compared=True),
    ("light", "SERSIC_ELLIPSE_Q_PHI", FLUX_INTEGRAL): Stated(1e-4, 1e-4, LAST_RADIUS),
    ("light", "SERSIC_ELLIPSE_FLEXION", FLUX_INTEGRAL): Stated(
        0.0, 0.0, BEFORE_DISTORTION, not_compared=True
    ),
    ("mass", "SIS_TRUNCATED", CONTINUITY): Stated(1e-7, 1e-7, JUMPS),
    ("light", "ELLIPSOID", CONTINUITY): Stated(0.0, 0.0, SHARP_EDGE, not_compared=True),
    **{
        ("light", name, FLUX_INTEGRAL): Stated(0.0, 0.0, SHARP_EDGE, not_compared=True)
        for name in ("ELLIPSOID", "LINE_PROFILE")
    },
    **{
        ("mass", "GNFW_ELLIPSE_GAUSS_DEC", quantity): Stated(0.0, 0.0, COARSE_CORE, not_compared=True)
        for quantity in (DEFLECTION, POTENTIAL, HESSIAN)
    },
    **{
        ("mass", "GreenBoschNFW", quantity): Stated(0.0, 0.0, COARSE_TABLE, not_compared=True)
        for quantity in (DEFLECTION, POTENTIAL, HESSIAN)
    },
    **{
        ("mass", "BPL", quantity): Stated(0.0, 0.0, CUT_SERIES, not_compared=True)
        for quantity in (DEFLECTION, HESSIAN)
    },
    ("mass", "BPL", GRADIENT): Stated(1e-8, SINGLE, "the potential is a sum of nodes along the ray"),
    ("mass", "SHAPELETS_POLAR", DEFLECTION): Stated(0.0, 0.0, WRONG_SIGNS, not_compared=True),
    **{
        (kind, f"{count}CHAMELEON", quantity): Stated(1e-8, SINGLE, AXIS_RATIO)
        for count in ("", "DOUBLE_", "TRIPLE_")
        for kind, quantities in (("light", (AT_CENTER, BRIGHTNESS)), ("mass", (DEFLECTION, POTENTIAL)))
        for quantity in quantities
    },
    **{
        ("mass", name, quantity): Stated(1e-8, SINGLE, AXIS_RATIO)
        for name in ("SIE", "NIE", "CURVED_ARC_TAN_DIFF")
        for quantity in (DEFLECTION, POTENTIAL)
    },
}
# Profiles that jump somewhere, or whose derivatives do, so that they are no differences there, and why.
KINKS: dict[str, str] = {
    **{f"{count}CHAMELEON": KINK_AT_ROUND for count in ("", "DOUBLE_", "TRIPLE_")},
    "ARC_PERT": "cos(m phi) jumps at phi = pi, unless m is a whole number",
    "BPL": "the deflection has the power 5/2 of R - r_c, as the slope of the density jumps",
    "CNFW_ELLIPSE_POTENTIAL": "lenstronomy's ellipse has a kink at e = 0",
    "CURVED_ARC_CONST": "nothing is deflected beyond the circle of the arc",
    "CURVED_ARC_CONST_MST": "nothing is deflected beyond the circle of the arc",
    "ElliSLICE": "the mass ends at an ellipse",
    "ELLIPSOID": SHARP_EDGE,
    "HERNQUIST_ELLIPSE_CSE": "the scale radius lies along the major axis, which has a kink at e = 0",
    "INTERPOL": "the interpolation is linear",
    "INTERPOL_SCALED": "the interpolation is linear",
    "LINE_PROFILE": SHARP_EDGE,
    "PL_SERSIC": "the brightness jumps at r_c by a percent, as outside it is an approximation",
    "RADIAL_INTERPOL": "the interpolation is linear",
    "SERSIC_ELLIPSE_KAPPA": "the axis ratio is 1 - |e|, which has a kink at e = 0",
    "SIS_TRUNCATED": JUMPS,
    "SLIT_STARLETS": "the interpolation is linear",
    "SLIT_STARLETS_GEN2": "the interpolation is linear",
    "TABULATED_DEFLECTIONS": "the interpolation is linear",
}
# Mass profiles whose potential has another zero point in lenstronomy, and which.
ZERO_POINTS: dict[str, str] = {}

# Mass profiles whose deflection at the centre depends on the direction from which one comes; it is zero here,
# and that of the direction of x in lenstronomy.
NO_DEFLECTION_AT_CENTER = frozenset(
    {
        *("MULTIPOLE", "MULTIPOLE_ELL", "EPL_BOXYDISKY", "EPL_BOXYDISKY_ELL"),
        *("EPL_MULTIPOLE_M3M4", "EPL_MULTIPOLE_M3M4_ELL"),
        *("EPL_MULTIPOLE_M1M3M4", "EPL_MULTIPOLE_M1M3M4_ELL"),
    }
)


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
    kink = KINKS.get(name, "") if quantity in (DERIVATIVES, CONTINUITY) else ""
    return "; ".join(text for text in (stated.reason if stated else "", zero_point, kink) if text)
