"""Lenses of the kind of SLACS in HST images, made by lenstronomy: what `jaxlens.fit_lens` is tried on.

Their numbers are correlated as those of galaxies are: the velocity dispersion sets the Einstein radius, the
size and the brightness of a lens, and its slope is steeper where it is large; the ellipticity and the centre
of the mass are near those of the light.  The sources are galaxies with arms and knots.  The light has passed
a PSF that is an ellipse with wings, and the PSF that a fit is given is 3% wider and round.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from validation.extras import lenstronomy_version
from validation.modelling.source_stack import SIDE, galaxy_image

NUM_PIX, PIXEL_SCALE = 80, 0.05
# The kernel with which images are made has so many samples along a pixel.
FACTOR = 3
# Pixels from the middle of a kernel to its border.
REACH = 12
# The PSF: the widths of its two Gaussians, arcsec, the share of the wide one, and its axis ratio.
WIDTHS, WINGS, RATIO, TURNED = (0.042, 0.11), 0.2, 0.93, 0.6
# How much wider the PSF is that a fit is given.
WIDER = 1.03
# counts/s of the sky's noise in a pixel, and seconds.
BACKGROUND, EXPOSURE = 0.008, 2000.0
ZERO_POINT = 25.94
# Einstein radii, arcsec, of the lenses that are kept: all arcs are in the image.
RADII = (0.7, 1.3)
# Galaxies of the stack, and the median of the scales of their discs, arcsec: half-light radii of 0.2.
GALAXIES, DISC = 40, 0.12
MASS, SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"


class Mock(NamedTuple):
    """One lens as it is observed.

    Attributes:
        image: counts/s, (n, n).
        sigma: the true standard deviation of the noise, (n, n).
        kernel: the PSF that a fit is given.
        factor: its samples along a pixel.
        truth: the true numbers of the mass by their names in a fit.
    """

    image: np.ndarray
    sigma: np.ndarray
    kernel: np.ndarray
    factor: int
    truth: dict[str, float]


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """The numbers of a lens: those of its mass, its light and its source.

    Args:
        rng: the random numbers.

    Returns:
        `mass`, `shear`, `light` (two Sersic profiles), `source` (an image of the stack: its number, place,
        angle and size), and the magnitudes of the lens and of the arcs.
    """
    while True:
        dispersion = float(rng.normal(250.0, 35.0))
        # 4 pi (sigma / c)^2 in arcsec, times the ratio of distances
        radius = 1.802 * (dispersion / 250.0) ** 2 * float(rng.uniform(0.5, 0.7))
        if RADII[0] <= radius <= RADII[1]:
            break
    size = 0.9 * (dispersion / 250.0) ** 1.3 * float(np.exp(0.12 * rng.standard_normal()))
    ratio, angle = rng.uniform(0.6, 0.98), rng.uniform(0.0, np.pi)
    own = (1.0 - ratio) / (1.0 + ratio) * np.array([np.cos(2.0 * angle), np.sin(2.0 * angle)])
    centre = 0.03 * rng.standard_normal(2)
    outer = own * rng.normal(1.1, 0.15) + 0.02 * rng.standard_normal(2)
    mass = own * rng.normal(0.9, 0.25) + 0.03 * rng.standard_normal(2)
    middle = centre + 0.01 * rng.standard_normal(2)
    source = _place(rng, radius)
    return {
        "mass": {
            "theta_E": radius,
            "gamma": float(2.05 + 0.06 * (dispersion - 250.0) / 35.0 + 0.12 * rng.standard_normal()),
            **_named(mass, middle),
        },
        "shear": dict(zip(("gamma1", "gamma2"), (0.035 * rng.standard_normal(2)).tolist(), strict=True)),
        "light": [
            {"share": 0.45, "R_sersic": 0.5 * size, "n_sersic": 4.0, **_named(own, centre)},
            {"share": 0.55, "R_sersic": 1.4 * size, "n_sersic": 1.5, **_named(outer, centre)},
        ],
        "source": source,
        "lens_magnitude": float(
            18.0 - 2.0 * np.log10(dispersion / 250.0) * 2.5 + 0.3 * rng.standard_normal()
        ),
        "arc_magnitude": float(rng.normal(21.0, 0.5)),
    }


def _named(ellipticity: np.ndarray, centre: np.ndarray) -> dict[str, float]:
    names = ("e1", "e2", "center_x", "center_y")
    return dict(zip(names, [*ellipticity.tolist(), *centre.tolist()], strict=True))


def _place(rng: np.random.Generator, radius: float) -> dict[str, float]:
    """Where a source is and how large; its area is uniform within 0.3 Einstein radii."""
    away, angle = 0.3 * radius * np.sqrt(rng.uniform()), rng.uniform(0.0, 2.0 * np.pi)
    return {
        "galaxy": int(rng.integers(GALAXIES)),
        "disc": float(np.exp(rng.normal(np.log(DISC), 0.3))),
        "turned": float(rng.uniform(-np.pi, np.pi)),
        "center_x": float(away * np.cos(angle)),
        "center_y": float(away * np.sin(angle)),
    }


def kernel(factor: int, wider: float = 1.0, ratio: float = RATIO, integrated: bool = True) -> np.ndarray:
    """The PSF, two Gaussians with one axis ratio, of unit sum.

    Args:
        factor: samples along a pixel.
        wider: factor on its width.
        ratio: of its axes.
        integrated: whether a sample is the mean over its square, or the PSF at its middle.
    """
    side, fine = 2 * REACH * factor + 1, 7 if integrated else 1
    points = (np.arange(side * fine) - (side * fine - 1) / 2.0) / fine * PIXEL_SCALE / factor
    along = np.cos(TURNED) * points[None, :] + np.sin(TURNED) * points[:, None]
    across = np.cos(TURNED) * points[:, None] - np.sin(TURNED) * points[None, :]
    square = along**2 * ratio + across**2 / ratio
    shares = (1.0 - WINGS, WINGS)
    light = sum(
        share / (wider * width) ** 2 * np.exp(-0.5 * square / (wider * width) ** 2)
        for share, width in zip(shares, WIDTHS, strict=True)
    )
    found = np.asarray(light).reshape(side, fine, side, fine).mean((1, 3))
    return np.asarray(found / found.sum())


def given_kernel(wrong: bool = True) -> tuple[np.ndarray, int]:
    """The PSF that a fit is given, and its samples along a pixel.

    Args:
        wrong: whether it is wider than the true one, round, and sampled once a pixel: the PSF at the middles
            of pixels, whose light is that of squares already.  The true one is as the images were made.
    """
    return (kernel(1, WIDER, 1.0, integrated=False), 1) if wrong else (kernel(FACTOR), FACTOR)


def made_mock(numbers: dict[str, Any], rng: np.random.Generator, wrong: bool = True) -> Mock:
    """The image of a lens.

    Args:
        numbers: as `drawn` gives them; a source without `galaxy` is an exponential disc.
        rng: of the noise.
        wrong: whether the PSF that goes with it is slightly wrong.
    """
    clean = clean_image(numbers)
    depth = numbers.get("depth", 1.0)
    sigma = np.sqrt(BACKGROUND**2 + np.maximum(clean, 0.0) / EXPOSURE) / np.sqrt(depth)
    truth = {f"{MASS}-{name}": value for name, value in numbers["mass"].items()}
    truth |= {f"{SHEAR}-{name}": value for name, value in numbers["shear"].items()}
    return Mock(clean + sigma * rng.standard_normal(clean.shape), sigma, *given_kernel(wrong), truth)


def clean_image(numbers: dict[str, Any]) -> np.ndarray:
    """The image without noise, counts/s, by lenstronomy."""
    lenstronomy_version()
    from lenstronomy.LightModel.light_model import LightModel

    profiles = numbers["light"]
    light = LightModel(["SERSIC_ELLIPSE"] * len(profiles))
    own = [{"amp": 1.0} | {k: v for k, v in p.items() if k != "share"} for p in profiles]
    totals = light.total_flux(own)
    for profile, node, total in zip(profiles, own, totals, strict=True):
        node["amp"] = profile["share"] / float(total)
    source, node = _source(numbers["source"])
    flux = [10.0 ** (0.4 * (ZERO_POINT - numbers[f"{part}_magnitude"])) for part in ("lens", "arc")]
    arcs = _image(numbers, source, [node], None, None)
    lens = _image(numbers, None, None, light, own)
    return np.asarray(flux[0] * lens + flux[1] * arcs / arcs.sum())


def _source(place: dict[str, float]) -> tuple[Any, dict[str, Any]]:
    """The model of the source in lenstronomy, and its numbers."""
    from lenstronomy.LightModel.light_model import LightModel

    centre = {name: place[name] for name in ("center_x", "center_y")}
    if "galaxy" not in place:
        shape = {"R_sersic": 1.678 * place["disc"], "n_sersic": 1.0, "e1": place["e1"], "e2": place["e2"]}
        return LightModel(["SERSIC_ELLIPSE"]), {"amp": 1.0, **shape, **centre}
    # the stack's discs have a scale of a tenth of a side
    scale = place["disc"] / (SIDE / 10.0)
    image = {"image": galaxy_image(int(place["galaxy"])), "scale": scale, "phi_G": place["turned"]}
    return LightModel(["INTERPOL"]), {"amp": 1.0, **image, **centre}


def _image(numbers: dict[str, Any], source: Any, source_numbers: Any, light: Any, own: Any) -> np.ndarray:
    from lenstronomy.Data.imaging_data import ImageData
    from lenstronomy.Data.psf import PSF
    from lenstronomy.ImSim.image_model import ImageModel
    from lenstronomy.LensModel.lens_model import LensModel

    # light beyond the borders is blurred into the image too
    side = NUM_PIX + 2 * REACH
    first = -(side - 1) / 2.0 * PIXEL_SCALE
    data = ImageData(
        np.zeros((side, side)),
        ra_at_xy_0=first,
        dec_at_xy_0=first,
        transform_pix2angle=PIXEL_SCALE * np.eye(2),
        background_rms=1.0,
        exposure_time=1.0,
    )
    psf = PSF(psf_type="PIXEL", kernel_point_source=kernel(FACTOR), point_source_supersampling_factor=FACTOR)
    numerics = {
        "supersampling_factor": FACTOR,
        "supersampling_convolution": True,
        "point_source_supersampling_factor": FACTOR,
    }
    made = ImageModel(
        data,
        psf,
        lens_model_class=LensModel(["EPL", "SHEAR"]),
        source_model_class=source,
        lens_light_model_class=light,
        kwargs_numerics=numerics,
    )
    with warnings.catch_warnings():
        # it calls NumPy's transforms as NumPy will not allow it one day
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"lenstronomy")
        image = made.image([numbers["mass"], numbers["shear"]], source_numbers, own)
    return np.asarray(image, np.float64)[REACH:-REACH, REACH:-REACH]
