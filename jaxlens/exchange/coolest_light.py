"""Profiles of light in COOLEST's parameters, and back.

    jaxlens                     COOLEST
    SERSIC, SERSIC_ELLIPSE,     Sersic                I_eff = amplitude, b_n = 1.9992 n - 0.3271
    SERSIC_ELLIPSE_Q_PHI
    UNIFORM                     Uniform               A = amplitude
    SHAPELETS                   Shapelets             amps, odd functions of x with the other sign
    INTERPOL                    PixelatedRegularGrid  counts/s per pixel of the observation
    images of a point source    LensedPS              counts/s

A file gives magnitudes, which follow from the flux of a profile and the zero point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.coolest_masses import Values, shape_in, shape_out
from jaxlens.exchange.coolest_template import Number, Pixels, Spread, TemplateProfile
from jaxlens.exchange.errors import ExchangeError
from jaxlens.kernels.fastmath.basis_functions import hermite_integrals
from jaxlens.kernels.light.shapelets import cartesian_orders

# mag: what stands for no light at all.
DARK = 99.0
# radians: how far an image may be turned from a multiple of 90 degrees.
_STRAIGHT = 1e-9
# Magnitudes in a factor e of flux.
_MAGNITUDES = 2.5 / math.log(10.0)


def light_out(profile: str, values: Values, amplitude: float, pixel_size: float) -> TemplateProfile:
    """Light in COOLEST's parameters.

    Args:
        profile: its name in jaxlens.
        values: the arguments of its kernel in one band.
        amplitude: its amplitude in this band.
        pixel_size: the side of a pixel of the observation, arcsec.

    Raises:
        ExchangeError: if COOLEST has no such light.
    """
    if profile in ("SERSIC", "SERSIC_ELLIPSE", "SERSIC_ELLIPSE_Q_PHI"):
        own = {"I_eff": amplitude, "theta_eff": values["R_sersic"], "n": values["n_sersic"]}
        return _analytic("Sersic", {**own, **shape_out(values)})
    if profile == "UNIFORM":
        return _analytic("Uniform", {"A": amplitude})
    if profile == "SHAPELETS":
        place = {"center_x": -values["center_x"], "center_y": values["center_y"]}
        found = _analytic("Shapelets", {"n_max": values["n_max"], "beta": values["beta"], **place})
        amps = mirrored_shapelets([amplitude * value for value in values["amp"]], values["n_max"])
        return TemplateProfile(found.kind, {**found.values, "amps": amps})
    if profile == "INTERPOL":
        pixels = _pixels(values, amplitude * pixel_size**2)
        return TemplateProfile("PixelatedRegularGrid", {"pixels": pixels})
    raise ExchangeError(
        f"is {profile}; light of COOLEST is SERSIC, SERSIC_ELLIPSE, UNIFORM, SHAPELETS, INTERPOL"
    )


def _analytic(kind: str, values: Mapping[str, float]) -> TemplateProfile:
    return TemplateProfile(kind, {name: Number(value) for name, value in values.items()})


def mirrored_shapelets(amps: Sequence[float], n_max: int) -> list[float]:
    """Amplitudes of Cartesian shapelets after x -> -x, which changes the sign of odd functions of x.

    >>> mirrored_shapelets([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2)
    [1.0, -2.0, 3.0, 4.0, -5.0, 6.0]
    """
    return [(-1.0) ** n1 * amp for (n1, _), amp in zip(cartesian_orders(n_max), amps, strict=True)]


def _pixels(values: Values, factor: float) -> Pixels:
    """An image of a galaxy in COOLEST's axes, times a factor."""
    if values["order"] != 1:
        raise ExchangeError(
            f"is INTERPOL with order {values['order']}; COOLEST says no order, which is then 1"
        )
    quarters = round(values["phi_G"] / (math.pi / 2.0))
    if abs(values["phi_G"] - quarters * math.pi / 2.0) > _STRAIGHT:
        turned = f"is INTERPOL turned by {math.degrees(values['phi_G']):g} degrees"
        raise ExchangeError(
            f"{turned}; pixels of COOLEST are along x and y, so phi_G must be a multiple of pi / 2"
        )
    image, scale = np.asarray(values["image"], np.float64), values["scale"] * values["size"]
    if round(values["flip"]):
        image = image[:, ::-1]
    # rows grow upwards, so that np.rot90 turns from y towards x; then x grows to the west
    image = np.rot90(image, -quarters)[:, ::-1]
    left, low = (
        -values["center_x"] - 0.5 * image.shape[1] * scale,
        values["center_y"] - 0.5 * len(image) * scale,
    )
    # beyond its edge an image is as one with zeros around it, and COOLEST's reader wants squares
    side = max(image.shape)
    image = np.pad(image, [(0, side - length) for length in image.shape])
    return Pixels(factor * image, (left, left + side * scale), (low, low + side * scale))


def points_out(x: np.ndarray, y: np.ndarray, flux: np.ndarray) -> TemplateProfile:
    """The images of a point source.

    Args:
        x: where they are in jaxlens, arcsec, (images,).
        y: the other coordinate.
        flux: counts/s, (images,).
    """
    values = {"ra_list": (-x).tolist(), "dec_list": y.tolist(), "amps": flux.tolist()}
    return TemplateProfile("LensedPS", values)


def sersic_flux(theta_eff: float, n: float) -> float:
    """The flux of a Sersic profile with I_eff = 1: 2 pi n theta_eff^2 exp(b_n) b_n^(-2n) Gamma(2n)."""
    b = max(1.9992 * n - 0.3271, 1e-5)
    logarithm = b - 2.0 * n * math.log(b) + math.lgamma(2.0 * n)
    return 2.0 * math.pi * n * theta_eff**2 * math.exp(logarithm)


def magnitude(flux: Number, zero_point: float) -> Number:
    """The magnitude of a flux (counts/s); DARK where there is none.

    Raises:
        ExchangeError: if the flux has a distribution of which that of the magnitude is none of a file.
    """
    value = zero_point - 2.5 * math.log10(flux.value) if flux.value > 0.0 else DARK
    if flux.spread is None:
        return Number(value)
    if flux.spread.kind != "lognormal":
        raise ExchangeError(
            f"has a {flux.spread.kind} distribution of its flux, but files have one of magnitudes"
        )
    mean, width = flux.spread.first, flux.spread.second
    return Number(value, Spread("normal", zero_point - _MAGNITUDES * mean, _MAGNITUDES * width))


def light_in(profile: TemplateProfile, zero_point: float, pixel_size: float) -> tuple[str, dict[str, Any]]:
    """The profile of a file that is light of COOLEST, and its parameters.

    Args:
        profile: the light; no `LensedPS`, which is no profile in jaxlens.
        zero_point: the magnitude of 1 electron/s.
        pixel_size: the side of a pixel of the observation, arcsec.

    Returns:
        The name of the profile; its numbers, lists and `Pixels` by name.

    Raises:
        ExchangeError: if jaxlens has no such light, or files have no such distribution.
    """
    if profile.kind not in _IN:
        raise ExchangeError(f"is {profile.kind}; light is {', '.join(_IN)}, LensedPS")
    return _IN[profile.kind](profile, zero_point, pixel_size)


def _sersic(profile: TemplateProfile, zero_point: float, _: float) -> tuple[str, dict[str, Any]]:
    size, n, shape = profile.number("theta_eff"), profile.number("n"), shape_in(profile)
    unit = sersic_flux(size.value, n.value)
    amplitude = profile.number("I_eff")
    if amplitude.spread and (size.spread or n.spread):
        raise ExchangeError(
            "has distributions of I_eff and of its size or index, from which no magnitude follows"
        )
    own = {"magnitude": magnitude(amplitude.times(unit), zero_point), "R_sersic": size, "n_sersic": n}
    return "SERSIC_ELLIPSE", {**own, **shape}


def _uniform(profile: TemplateProfile, zero_point: float, _: float) -> tuple[str, dict[str, Any]]:
    # the magnitude of a sheet is that of a square arcsec
    return "UNIFORM", {"magnitude": magnitude(profile.number("A"), zero_point)}


def _shapelets(profile: TemplateProfile, zero_point: float, _: float) -> tuple[str, dict[str, Any]]:
    n_max, beta = round(profile.number("n_max").value), profile.number("beta")
    amps = mirrored_shapelets(profile.values["amps"], n_max)
    flux = _shapelets_flux(amps, n_max, beta.value)
    if flux <= 0.0:
        raise ExchangeError(f"is Shapelets of a flux of {flux:g}, which has no magnitude; it must be above 0")
    if beta.spread:
        raise ExchangeError("is Shapelets with a distribution of beta; take its point estimate")
    place = {"center_x": profile.number("center_x").times(-1.0), "center_y": profile.number("center_y")}
    own = {"magnitude": magnitude(Number(flux), zero_point), "n_max": n_max, "amp": amps, "beta": beta}
    return "SHAPELETS", {**own, **place}


def _shapelets_flux(amps: Sequence[float], n_max: int, beta: float) -> float:
    """The flux of Cartesian shapelets: beta^2 sum amp I_n1 I_n2, with the integrals of Hermite functions."""
    integrals = hermite_integrals(n_max + 1)
    orders = cartesian_orders(n_max)
    return beta**2 * sum(
        amp * integrals[n1] * integrals[n2] for (n1, n2), amp in zip(orders, amps, strict=True)
    )


def _image(profile: TemplateProfile, zero_point: float, pixel_size: float) -> tuple[str, dict[str, Any]]:
    pixels: Pixels = profile.values["pixels"]
    scale = pixels.pixel_size
    flux = float(np.sum(pixels.array, dtype=np.float64)) * (scale / pixel_size) ** 2
    if not flux > 0.0:
        raise ExchangeError(f"is an image whose pixels have the sum {flux:g}; a magnitude needs one above 0")
    own = {"image": pixels, "scale": Number(scale), "flip": Number(1.0)}
    x, y = -0.5 * sum(pixels.x), 0.5 * sum(pixels.y)
    place = {"center_x": Number(x), "center_y": Number(y)}
    return "INTERPOL", {"magnitude": magnitude(Number(flux), zero_point), **own, **place}


# Light of COOLEST -> how it is converted.
_IN: Mapping[str, Callable[[TemplateProfile, float, float], tuple[str, dict[str, Any]]]] = {
    "Sersic": _sersic,
    "Uniform": _uniform,
    "Shapelets": _shapelets,
    "PixelatedRegularGrid": _image,
}
