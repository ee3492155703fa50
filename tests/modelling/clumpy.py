"""A small lens with a clumpy source, and its images by NumPy and SciPy alone."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, cholesky, solve_triangular
from scipy.optimize import nnls
from scipy.signal import convolve2d

LENS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
SHEAR = "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
SCALE = 0.1
SUPERSAMPLING = 2


def normal(mean: float, std: float) -> dict:
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def configuration() -> dict:
    """A file with an SIE in shear whose lens and source have light."""
    light = {"magnitude": 20.0, "R_sersic": 0.3, "n_sersic": 1.0, "e1": 0.0, "e2": 0.0}
    centre = {"center_x": 0.0, "center_y": 0.0}
    mass = {"theta_E": normal(1.0, 0.2), "e1": normal(0, 0.1), "e2": normal(0, 0.1), **centre}
    shear = {"gamma1": normal(0, 0.05), "gamma2": normal(0, 0.05)}
    image = {"exposure_time": 100, "numPix": 20, "pixel_scale": SCALE, "psf_type": "NONE", "read_noise": 5}
    image |= {"ccd_gain": 1, "supersampling_factor": SUPERSAMPLING}
    survey = {"BANDS": "i", "seeing": 0.1, "magnitude_zero_point": 25, "sky_brightness": 22}
    return {
        "DATASET": {"NAME": "CLUMPY", "PARAMETERS": {"SIZE": 1, "OUTDIR": "clumpy", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": {**survey, "num_exposures": 1}},
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {**light, **centre}},
                "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
                "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
            },
            "GALAXY_2": {
                "NAME": "SOURCE",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {**light, **centre}},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "LENS",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.2}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.6}},
            }
        },
    }


def kernel() -> np.ndarray:
    """A PSF of 5 x 5 pixels that is not symmetric."""
    y, x = np.mgrid[-2:3, -2:3]
    found = np.exp(-0.5 * ((x - 0.1) ** 2 + (y + 0.05) ** 2) / 0.8**2)
    return found / found.sum()


def rays(n: int, theta_E: float, gamma1: float, gamma2: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the rays of the sub-pixels end behind a singular isothermal sphere in shear."""
    axis = (np.arange(n * SUPERSAMPLING) - (n * SUPERSAMPLING - 1) / 2) * SCALE / SUPERSAMPLING
    x, y = np.meshgrid(axis, axis)
    r = np.hypot(x, y)
    return (
        x - theta_E * x / r - gamma1 * x - gamma2 * y,
        y - theta_E * y / r - gamma2 * x + gamma1 * y,
    )


def means_of(brightness: np.ndarray) -> np.ndarray:
    """The mean of brightness on sub-pixels over each pixel."""
    n = brightness.shape[0] // SUPERSAMPLING
    return brightness.reshape(n, SUPERSAMPLING, n, SUPERSAMPLING).mean((1, 3))


def image_of(brightness: np.ndarray) -> np.ndarray:
    """The image of brightness on sub-pixels: counts/s, blurred."""
    return convolve2d(means_of(brightness) * SCALE**2, kernel(), mode="same")


def zero_outside(values: np.ndarray) -> np.ndarray:
    """SciPy's spline is NaN outside of its support."""
    return np.where(np.isfinite(values), values, 0.0)


def spline_images(
    x: np.ndarray, y: np.ndarray, side: int, grid: tuple[float, float, float], blurred: bool = True
) -> np.ndarray:
    """The image of the cubic spline of each pixel of the source, (side^2, n^2)."""
    step = 2.0 * grid[2] / side
    spline = BSpline.basis_element(np.arange(-2.0, 3.0), extrapolate=False)
    places = [(z - c) / step + (side - 1) / 2 for z, c in zip((x, y), grid[:2], strict=True)]
    along = [[zero_outside(spline(z - i)) for i in range(side)] for z in places]
    made = image_of if blurred else means_of
    return np.array([made(along[1][j] * along[0][i]).ravel() for j in range(side) for i in range(side)])


def gaussian_images(n: int, widths: np.ndarray) -> np.ndarray:
    """The images of round Gaussians of unit flux, (widths, n^2)."""
    axis = (np.arange(n * SUPERSAMPLING) - (n * SUPERSAMPLING - 1) / 2) * SCALE / SUPERSAMPLING
    r2 = axis[None] ** 2 + axis[:, None] ** 2
    return np.array([image_of(np.exp(-0.5 * r2 / w**2) / (2 * np.pi * w**2)).ravel() for w in widths])


def matern_precision(side: int, log_strength: float, log_k: float) -> np.ndarray:
    """The precision of the splines by matrices of second differences."""
    second = 2.0 * np.eye(side) - np.eye(side, k=1) - np.eye(side, k=-1)
    laplacian = np.kron(second, np.eye(side)) + np.kron(np.eye(side), second)
    root = np.exp(2.0 * log_k) * np.eye(side**2) + laplacian
    return np.exp(log_strength) * root @ root / (np.exp(2.0 * log_k) + (8.0 * np.pi / side) ** 2) ** 2


def minus_log_marginal(
    source: np.ndarray, light: np.ndarray, data: np.ndarray, precision: np.ndarray, ridge: np.ndarray
) -> tuple[float, np.ndarray]:
    """-ln of the density of weighted data with the source integrated out, and the light b >= 0 at its best.

    In the space of the data: they are normal with the mean B^T b and the covariance 1 + Z^T M^-1 Z.  The last
    amplitude, of the sky, may be negative.
    """
    covariance = np.eye(data.size) + source.T @ np.linalg.solve(precision, source)
    root = cholesky(covariance, lower=True)
    white = solve_triangular(root, np.column_stack([data, light.T]), lower=True)
    rows = np.vstack([white[:, 1:], block_diag(*np.sqrt(ridge)[:, None, None])])
    target = np.concatenate([white[:, 0], np.zeros(ridge.size)])
    split = nnls(np.column_stack([rows, -rows[:, -1]]), target)[0]
    best = split[:-1].copy()
    best[-1] -= split[-1]
    misfit = np.sum((target - rows @ best) ** 2)
    return 0.5 * misfit + np.sum(np.log(np.diagonal(root))), best


def clumps(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The brightness of a source with four clumps in a disc."""
    found = 40.0 * np.exp(-0.5 * ((x - 0.02) ** 2 + (y + 0.03) ** 2) / 0.18**2)
    for at_x, at_y, width, height in [
        (0.15, 0.1, 0.06, 90.0),
        (-0.12, 0.05, 0.05, 120.0),
        (0.0, -0.18, 0.07, 70.0),
        (-0.2, -0.2, 0.05, 60.0),
    ]:
        found = found + height * np.exp(-0.5 * ((x - at_x) ** 2 + (y - at_y) ** 2) / width**2)
    return found
