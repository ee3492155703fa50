"""Blur and point-source stamps under every kind of PSF, against lenstronomy.

Errors of stamps are in units of the Gaussian's peak, not the image's: little or nothing of the stamp of a
source beyond the edge is in the image.  lenstronomy samples the Gaussian at pixel centers, shifts it
bilinearly and cuts it at 5 sigma.  The difference from the Gaussian's integral over each pixel
(`point_source: exact`), and the flux beyond the cut, are shown and not judged.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.optics import Optics, blur, stamped
from jaxlens.kernels.psf import gaussian as psf
from jaxlens.kernels.psf import stamps
from jaxlens.kernels.psf.resampling import resampled_side
from validation.agreement import references
from validation.agreement.inputs.psf_settings import KERNELS, Setting
from validation.agreement.references import Group
from validation.agreement.reporting.rows import (
    Findings,
    Picture,
    Row,
    peak_errors,
    precision,
    row,
    worst_and_median,
)

# Tolerance in units of the peak.
TOLERANCE = {"float64": 1e-9, "float32": 1e-5}
OF_THE_FLUX = "of the source's flux"
# Pixels along a side of the images with stamps, by the name of their array.
STAMPS = {"image_even": 16, "image_odd": 15}
# Pixels along an image that holds all of the widest stamp.
WHOLE = 81


def check(quick: bool) -> Findings:
    """Both ways to blur, on even and odd images, and stamps in all places."""
    groups = references.load("psf")
    step = 4 if quick else 1
    thinned = {
        name: {key: array[::step] for key, array in groups[name].items()}
        for name in ("blur_even", "blur_odd", "stamp")
    }
    findings = Findings()
    for name in ("blur_even", "blur_odd"):
        _check_blur(thinned[name], name.removeprefix("blur_"), findings)
    _check_stamps(thinned["stamp"], findings)
    for name in list(KERNELS)[::step]:
        findings.rows += _kernel_rows(name, groups[name])
    return findings


def _kernel_rows(name: str, group: Group) -> list[Row]:
    """Blur and stamps with a kernel of pixels, as a configuration would have them."""
    optics = _optics(KERNELS[name], group)
    kernel = jnp.asarray(group["kernel"])[None] if optics.psf == "PIXEL" else None
    params = {"pixel_scale": jnp.ones(())}
    if kernel is None:
        params |= {"seeing": jnp.asarray(group["fwhm"]), "moffat_beta": jnp.asarray(group["beta"])}
    light, flux = jnp.asarray(group["light"])[None], jnp.asarray(group["flux"])[None]
    blurred = jax.jit(partial(blur, optics))(params, light, kernel)
    points = jax.jit(partial(stamped, optics))(params, flux, group["x"], group["y"], kernel)
    return [
        row(f"{name}: {operation}", peak_errors(np.asarray(found), group[key][None]), TOLERANCE[precision()])
        for operation, key, found in (("blur", "blurred", blurred), ("stamps", "stamped", points))
    ]


def _optics(setting: Setting, group: Group) -> Optics:
    """The Optics that `jaxlens.imaging.optics.optics` makes of a configuration with this setting."""
    side, radius = setting.side, int(group.get("radius", 0)) or None
    point_radius = radius
    if side is not None:
        point_radius = resampled_side(side, setting.kernel_factor, setting.point_factor) // 2
    return Optics(
        psf="MOFFAT" if side is None else "PIXEL",
        num_pix=setting.num_pix,
        supersampling=setting.supersampling,
        blur_factor=setting.supersampling if setting.convolution else 1,
        point_factor=setting.point_factor,
        exact_points=False,
        kernel_factor=setting.kernel_factor,
        supersampling_kernel_size=setting.supersampling_kernel_size,
        convolution_kernel_size=setting.convolution_kernel_size,
        radius=radius,
        point_radius=point_radius,
    )


def _sigma(group: Group) -> jax.Array:
    """Width in pixels (cases,)."""
    return psf.fwhm_to_sigma(jnp.asarray(group["seeing"])) / jnp.asarray(group["pixel_scale"])


def _check_blur(group: Group, parity: str, findings: Findings) -> None:
    """Rows of both blurs; pictures of the shifted sums."""
    image, sigma = jnp.asarray(group["image"]), _sigma(group)[:, None, None]
    radius = max(psf.blur_radius(float(s)) for s in np.ravel(sigma))
    shifted = np.asarray(_blur(image, sigma, radius), dtype=np.float64)
    product = np.asarray(jax.jit(psf.gaussian_blur_by_matrix)(image, sigma), dtype=np.float64)
    tolerance = TOLERANCE[precision()]
    shape = "{} x {} pixels".format(*image.shape[1:])
    for how, found in (("sums of shifted images", shifted), ("matrix products", product)):
        errors = peak_errors(found, group["blurred"])
        findings.rows.append(row(f"Gaussian blur by {how}, {shape}", errors, tolerance))
    if parity == "even":
        errors = peak_errors(shifted, group["blurred"])
        findings.pictures += worst_and_median(errors, partial(_blur_picture, group, shifted))


@partial(jax.jit, static_argnames="radius")
def _blur(image: jax.Array, sigma: jax.Array, radius: int) -> jax.Array:
    return psf.gaussian_blur(image, sigma, radius)


def _blur_picture(group: Group, blurred: np.ndarray, case: int, which: str) -> Picture:
    theirs = group["blurred"][case]
    seeing, scale = group["seeing"][case], group["pixel_scale"][case]
    return Picture(
        f"Gaussian blur, seeing {seeing:.3g} arcsec on pixels of {scale:.3g} arcsec ({which} case)",
        "surface brightness",
        blurred[case],
        theirs,
        1e-3 * float(np.abs(theirs).max()),
        "a thousandth of the peak",
    )


def _check_stamps(group: Group, findings: Findings) -> None:
    """Rows of lenstronomy's stamp on even and odd images, and of its approximations."""
    for name, num_pix in STAMPS.items():
        peak = 1.0 / np.maximum(1.0, 2.0 * np.pi * np.asarray(_sigma(group)) ** 2)
        errors = np.abs(_stamps(group, num_pix) - group[name]).max(axis=(1, 2)) / peak
        title = f"point source's stamp, {num_pix} x {num_pix} pixels"
        findings.rows.append(row(title, errors, TOLERANCE[precision()], "of the Gaussian's peak"))
    findings.rows += _approximations(group)


def _stamps(group: Group, num_pix: int, exact: bool = False, middle: bool = False) -> np.ndarray:
    """Every source of unit flux alone on an image: (cases, num_pix, num_pix).

    With `middle` it is moved by whole pixels to the middle of the image.
    """
    places = np.array([group[axis] / group["pixel_scale"] for axis in ("ra", "dec")])
    x, y = jnp.asarray(places - np.round(places) if middle else places) + (num_pix - 1) / 2.0
    return np.asarray(_alone(x, y, _sigma(group), num_pix, exact), dtype=np.float64)


@partial(jax.jit, static_argnames=("num_pix", "exact"))
def _alone(x: jax.Array, y: jax.Array, sigma: jax.Array, num_pix: int, exact: bool) -> jax.Array:
    flux = jnp.ones((1, 1), dtype=x.dtype)

    def stamp(x: jax.Array, y: jax.Array, sigma: jax.Array) -> jax.Array:
        return stamps.stamp_point_sources(flux, x[None], y[None], sigma[None], num_pix, exact)[0]

    return jax.vmap(stamp)(x, y, sigma)


def _approximations(group: Group) -> list[Row]:
    """The stamp against the integral of the Gaussian over each pixel, and its loss of flux."""
    sigma = np.asarray(_sigma(group))
    group = {key: array[sigma < WHOLE / 13] for key, array in group.items()}
    sigma = sigma[sigma < WHOLE / 13]
    interpolated, exact = (_stamps(group, WHOLE, exact, middle=True) for exact in (False, True))
    apart = np.abs(interpolated - exact).max(axis=(1, 2))
    lost = 1.0 - interpolated.sum(axis=(1, 2))
    narrow = sigma < 1.0
    remark = "lenstronomy's convention, and jaxlens's by default; the other is `point_source: exact`"
    cut = "moved out of the box of 5 sigma by the bilinear shift"
    return [
        row("stamp - exact stamp, sigma < 1 pixel", apart[narrow], None, OF_THE_FLUX, remark),
        row("stamp - exact stamp, sigma >= 1 pixel", apart[~narrow], None, OF_THE_FLUX, remark),
        row("flux that the stamp loses", np.abs(lost), None, OF_THE_FLUX, cut),
    ]
