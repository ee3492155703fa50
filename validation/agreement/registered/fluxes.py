"""The integral of the surface brightness of registered profiles, by quadrature in ln(radius) and angle."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, LightProfile
from validation.agreement.registered import draws, evaluation
from validation.agreement.registered.stated import FLUX_INTEGRAL, reason, tolerance
from validation.agreement.reporting.rows import Row, precision, row

# Every so many of a profile's draws.
EVERY = 8
# The trapezoidal rule in ln(radius / arcsec) from -END to END, which for smooth light that vanishes at both
# ends converges exponentially.
END = 18.0
RADII = 300
ANGLES = 48


def flux_errors(profile: LightProfile) -> np.ndarray:
    """Relative difference of the integral and the total flux, of some draws.

    Args:
        profile: a profile whose total flux is finite.
    """
    drawn = draws.parameters(profile)
    some = {
        key: value[::EVERY] if profile.kinds[key] in ("number", "list") else value
        for key, value in drawn.items()
    }
    steps, width = np.linspace(-END, END, RADII, retstep=True)
    radius = np.repeat(np.exp(steps), ANGLES)
    angle = np.tile(np.arange(ANGLES) * 2.0 * np.pi / ANGLES, RADII)
    center_x, center_y = (c[::EVERY, None] for c in draws.centers(profile, drawn))
    x, y = center_x + radius * np.cos(angle), center_y + radius * np.sin(angle)
    at = evaluation.arguments(profile, some, x, y)
    light = evaluation.evaluate(evaluation.function_of(profile, some), at)[0]
    integral = np.sum(light * radius**2, axis=1) * width * 2.0 * np.pi / ANGLES
    first = evaluation.arguments(profile, some, x[:, : draws.POINTS], y[:, : draws.POINTS])
    flux = evaluation.evaluate(evaluation.flux_of(profile, some), first)[0, :, 0]
    return np.asarray(np.abs(integral / flux - 1.0))


def rows() -> list[Row]:
    """A row a profile with a finite flux, in JAX's present precision."""
    return [
        row(
            f"{name}: integral of the surface brightness is the total flux",
            flux_errors(LIGHT_PROFILES[name]),
            tolerance("light", name, FLUX_INTEGRAL, precision() == "float64"),
            "relative",
            reason("light", name, FLUX_INTEGRAL),
        )
        for name in with_flux()
    ]


def with_flux() -> list[str]:
    """The light profiles whose flux is finite: not a uniform sky, whose flux is that of a square arcsec."""
    return [name for name, light in sorted(LIGHT_PROFILES.items()) if light.total_flux and name != "UNIFORM"]
