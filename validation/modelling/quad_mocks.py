"""Lensed quasars with hosts, delays and errors, made by lenstronomy: what the fit of H0 is tried on.

They are of the kind of the time-delay lens modelling challenge (Ding et al. 2018, arXiv:1801.01506): an
elliptical power law with shear, the light of the lens, a host, four images whose fluxes stars have changed,
positions that small haloes have moved, and delays with errors.  All numbers are drawn from the priors with
which they are fitted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from validation.extras import lenstronomy_version

Node = dict[str, Any]

NUM_PIX = 54
# arcsec
PIXEL_SCALE = 0.07
# The full width at half maximum of the PSF, arcsec, which is a Moffat function of this beta.
FWHM, MOFFAT_BETA = 0.16, 4.0
# Samples of the PSF along a pixel: of the kernel with which images are made, and of that with which they are
# fitted.  Both are the function integrated over samples.
MADE_FACTOR, FIT_FACTOR = 9, 3
# Pixels from the middle of the PSF to its border.
PSF_REACH = 10
# counts/s of the sky's noise in a pixel, and seconds.
BACKGROUND, EXPOSURE = 0.006, 4000.0
Z_LENS, Z_SOURCE = 0.5, 1.7
OM0 = 0.3
# The standard deviation of each coordinate of an image about where the lens puts it, arcsec.
TOLERANCE = 0.003
# That of the logarithm of the flux of an image over that which the lens gives.
MICROLENSING = 0.25
# The errors of delays: a share of each, and days.
DELAY_SHARE, DELAY_DAYS = 0.03, 0.5
# The range of the true H0, km/s/Mpc.
H0_RANGE = (60.0, 80.0)
LENS = "PLANE_1-OBJECT_1"
HOST = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"


class Quad(NamedTuple):
    """A lensed quasar as it is observed.

    Attributes:
        image: counts/s, (n, n).
        sigma: the noise's standard deviation, (n, n).
        positions: x and y of the images, arcsec, to some hundredths, (images, 2).
        delays: days behind the first image, with errors, (images,).
        delay_errors: their standard deviations, (images,).
        kernel: the PSF, with `FIT_FACTOR` samples along a pixel.
        truth: the true numbers by their names in a fit.
        moved: x and y of how far each image is from where the lens puts it, arcsec, (images, 2).
    """

    image: np.ndarray
    sigma: np.ndarray
    positions: np.ndarray
    delays: np.ndarray
    delay_errors: np.ndarray
    kernel: np.ndarray
    truth: dict[str, float]
    moved: np.ndarray


def configuration() -> Node:
    """The file with which the quads are fitted; all its distributions are those of the true numbers."""
    light = {"magnitude": 18.0, "R_sersic": normal(0.6, 0.1), "n_sersic": normal(2.0, 0.3)}
    light |= {"e1": normal(0.0, 0.08), "e2": normal(0.0, 0.08)} | _middle(0.01)
    mass = {"theta_E": normal(1.1, 0.08), "gamma": normal(2.0, 0.12)} | _middle(0.02)
    mass |= {"e1": normal(0.0, 0.12), "e2": normal(0.0, 0.12)}
    host = {"magnitude": 22.0, "R_sersic": normal(0.25, 0.04), "n_sersic": normal(1.3, 0.2)}
    host |= {"e1": normal(0.0, 0.1), "e2": normal(0.0, 0.1)} | _middle(0.1)
    flat = {"NAME": "uniform", "PARAMETERS": {"minimum": 20.0, "maximum": 150.0}}
    image = {"numPix": NUM_PIX, "pixel_scale": PIXEL_SCALE, "psf_type": "NONE", "exposure_time": EXPOSURE}
    image |= {"read_noise": 4, "ccd_gain": 1, "supersampling_factor": FIT_FACTOR}
    survey = {"BANDS": "F814W", "seeing": 0.1, "magnitude_zero_point": 25.94, "sky_brightness": 22}
    return {
        "DATASET": {"NAME": "QUADS", "PARAMETERS": {"SIZE": 1, "OUTDIR": "quads", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": {"DISTRIBUTION": flat}, "Om0": OM0}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 1}},
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light},
                "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": mass},
                "SHEAR_PROFILE_1": {
                    "NAME": "SHEAR",
                    "PARAMETERS": {name: normal(0.0, 0.04) for name in ("gamma1", "gamma2")},
                },
            },
            "GALAXY_2": {
                "NAME": "SOURCE",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": host},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "QUAD",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": Z_LENS}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": Z_SOURCE}},
            }
        },
    }


def normal(mean: float, std: float) -> Node:
    """The entry of a parameter with a normal distribution."""
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def _middle(std: float) -> Node:
    return {axis: normal(0.0, std) for axis in ("center_x", "center_y")}


def made_quad(seed: int, images: int = 4) -> Quad:
    """One quad.

    Args:
        seed: of all its numbers.
        images: how many images it has; systems are drawn until one has as many.
    """
    lenstronomy_version()
    rng = np.random.default_rng([2026, seed])
    while True:
        truth = _drawn(rng)
        x, y, delays = _seen(truth)
        apart = np.hypot(x[:, None] - x, y[:, None] - y) + 9.0 * np.eye(len(x))
        # images that merge are not seen as two
        if len(x) == images and apart.min() > 3.0 * PIXEL_SCALE:
            break
    flux = _fluxes(truth, x, y) * np.exp(MICROLENSING * rng.standard_normal(images))
    moved = TOLERANCE * rng.standard_normal((images, 2))
    seen_x, seen_y = x + moved[:, 0], y + moved[:, 1]
    clean = _image(truth, seen_x, seen_y, flux)
    sigma = np.sqrt(BACKGROUND**2 + np.maximum(clean, 0.0) / EXPOSURE)
    errors = np.hypot(DELAY_SHARE * delays, DELAY_DAYS)
    measured = delays + errors * rng.standard_normal(images)
    given = np.stack([seen_x, seen_y], axis=-1) + 0.3 * PIXEL_SCALE * rng.standard_normal((images, 2))
    image = clean + sigma * rng.standard_normal(clean.shape)
    return Quad(image, sigma, given, measured, errors, moffat_kernel(FIT_FACTOR), truth, moved)


def moffat_kernel(factor: int) -> np.ndarray:
    """The PSF with `factor` samples along a pixel, each integrated by 9 x 9 points, of unit sum."""
    side, fine = 2 * PSF_REACH * factor + 1, 9
    points = (np.arange(side * fine) - (side * fine - 1) / 2.0) / fine * PIXEL_SCALE / factor
    alpha = FWHM / (2.0 * np.sqrt(2.0 ** (1.0 / MOFFAT_BETA) - 1.0))
    light = (1.0 + (points[:, None] ** 2 + points**2) / alpha**2) ** -MOFFAT_BETA
    kernel = light.reshape(side, fine, side, fine).mean((1, 3))
    return np.asarray(kernel / kernel.sum())


def _drawn(rng: np.random.Generator) -> dict[str, float]:
    """The true numbers of a system, from the distributions of the configuration."""
    found = {"H0": float(rng.uniform(*H0_RANGE))}
    species = configuration()["SPECIES"]
    prefixes = {"GALAXY_1": LENS, "GALAXY_2": "PLANE_2-OBJECT_1"}
    for name, prefix in prefixes.items():
        for profile, node in species[name].items():
            for key, entry in node["PARAMETERS"].items() if isinstance(node, dict) else ():
                if isinstance(entry, dict):
                    numbers = entry["DISTRIBUTION"]["PARAMETERS"]
                    value = rng.normal(numbers["mean"], numbers["std"])
                    found[f"{prefix}-{profile}-{key}"] = float(value)
    return found


def _of(truth: dict[str, float], prefix: str) -> dict[str, float]:
    return {name.rsplit("-", 1)[1]: value for name, value in truth.items() if name.startswith(prefix)}


def _lens_model(truth: dict[str, float]) -> tuple[Any, list[dict[str, float]]]:
    from astropy.cosmology import FlatLambdaCDM
    from lenstronomy.LensModel.lens_model import LensModel

    model = LensModel(
        ["EPL", "SHEAR"],
        z_lens=Z_LENS,
        z_source=Z_SOURCE,
        cosmo=FlatLambdaCDM(H0=truth["H0"], Om0=OM0),
    )
    return model, [_of(truth, f"{LENS}-MASS_PROFILE_1"), _of(truth, f"{LENS}-SHEAR_PROFILE_1")]


def _seen(truth: dict[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The images of the quasar, in the order in which they arrive: x, y and delays behind the first."""
    from lenstronomy.LensModel.Solver.lens_equation_solver import LensEquationSolver

    model, numbers = _lens_model(truth)
    source = _of(truth, HOST)
    x, y = LensEquationSolver(model).image_position_from_source(
        source["center_x"],
        source["center_y"],
        numbers,
        min_distance=0.05,
        search_window=NUM_PIX * PIXEL_SCALE,
        precision_limit=1e-12,
        num_iter_max=200,
    )
    times = model.arrival_time(x, y, numbers) if len(x) else np.zeros(0)
    order = np.argsort(times)
    return x[order], y[order], times[order] - times[order][:1]


def _fluxes(truth: dict[str, float], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The fluxes of the images as the lens magnifies them, counts/s."""
    model, numbers = _lens_model(truth)
    return 12.0 * np.abs(model.magnification(x, y, numbers))


def _image(truth: dict[str, float], x: np.ndarray, y: np.ndarray, flux: np.ndarray) -> np.ndarray:
    """The image without noise, counts/s."""
    from lenstronomy.Data.imaging_data import ImageData
    from lenstronomy.Data.psf import PSF
    from lenstronomy.ImSim.image_model import ImageModel
    from lenstronomy.LightModel.light_model import LightModel
    from lenstronomy.PointSource.point_source import PointSource

    # light beyond the borders is blurred into the image too
    side = NUM_PIX + 2 * PSF_REACH
    first = -(side - 1) / 2.0 * PIXEL_SCALE
    data = ImageData(
        np.zeros((side, side)),
        ra_at_xy_0=first,
        dec_at_xy_0=first,
        transform_pix2angle=PIXEL_SCALE * np.eye(2),
        background_rms=1.0,
        exposure_time=1.0,
    )
    psf = PSF(
        psf_type="PIXEL",
        kernel_point_source=moffat_kernel(MADE_FACTOR),
        point_source_supersampling_factor=MADE_FACTOR,
    )
    model, numbers = _lens_model(truth)
    profiles = [LightModel(["SERSIC_ELLIPSE"]) for _ in range(2)]
    totals = 900.0, 60.0
    lights = []
    for profile, prefix, total in zip(profiles, (f"{LENS}-LIGHT_PROFILE_1", HOST), totals, strict=True):
        numbers_of = {"amp": 1.0} | _of(truth, prefix)
        lights.append([numbers_of | {"amp": total / profile.total_flux([numbers_of])[0]}])
    made = ImageModel(
        data,
        psf,
        lens_model_class=model,
        source_model_class=profiles[1],
        lens_light_model_class=profiles[0],
        point_source_class=PointSource(["UNLENSED"]),
        kwargs_numerics={
            "supersampling_factor": MADE_FACTOR,
            "supersampling_convolution": True,
            "point_source_supersampling_factor": MADE_FACTOR,
        },
    )
    points = [{"ra_image": x, "dec_image": y, "point_amp": flux}]
    image = made.image(numbers, lights[1], lights[0], points)
    return np.asarray(image, np.float64)[PSF_REACH:-PSF_REACH, PSF_REACH:-PSF_REACH]
