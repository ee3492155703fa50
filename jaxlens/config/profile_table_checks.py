"""What is wrong with the arrays of a profile, and what follows from those that are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from jaxlens.config.unit_sums import sum_problem
from jaxlens.kernels.registry import Profile

Arrays = Mapping[str, np.ndarray]
# The name of a parameter, and what is wrong with it.
Problem = tuple[str, str]

# The largest error of an axis of equal steps, as a part of a step.
_EQUAL = 1e-5
_AXES = ("grid_interp_x", "grid_interp_y")
# Second derivatives of the potential, which nothing needs.
_UNUSED = ("f_xx", "f_yy", "f_xy")


def table_problem(
    profile: str, arrays: Arrays, integers: Mapping[str, int], bands: tuple[str, ...]
) -> Problem | None:
    """The first thing that is wrong with the arrays of a profile.

    Args:
        profile: the profile's name.
        arrays: its arrays by name.
        integers: its whole numbers by name.
        bands: the bands of the file.

    Returns:
        The name of the parameter and what is wrong with it, or None.

    >>> table_problem("RADIAL_INTERPOL", {"r_bin": np.ones(3), "kappa_r": np.ones(3)}, {}, ())
    ('r_bin', 'is not increasing; give each radius once, in order')
    """
    for key, array in arrays.items():
        wrong = int(np.count_nonzero(~np.isfinite(array)))
        if wrong:
            values = "value that is" if wrong == 1 else "values that are"
            return key, f"has {wrong} {values} not finite; mend or remove what has them"
    if "image" in arrays:
        return _named("image", _image_problem(arrays["image"], bands))
    if "amp" in arrays:
        return _named("amp", _coefficients_problem(arrays["amp"], integers))
    return _radial_problem(arrays) if "r_bin" in arrays else _grid_problem(arrays)


def complete_grid(profile: Profile, arrays: Arrays) -> dict[str, np.ndarray]:
    """The arrays that a profile's functions get.

    A single image becomes a stack of one.  On a grid the potential follows from the deflection by integration
    where it is not given, and the deflection is the gradient of a spline through the potential; axes of equal
    steps become their two ends.

    Args:
        profile: the profile.
        arrays: what the file gives, without a `table_problem`.

    Returns:
        The arrays by name.
    """
    found = {key: array for key, array in arrays.items() if key not in _UNUSED}
    if "image" in found and found["image"].ndim == 2:
        found["image"] = found["image"][None]
    if _AXES[0] not in found:
        return found
    x, y = (found[key] for key in _AXES)
    if "f_x" not in found or "f_y" not in found:
        slopes = dict(zip(("f_x", "f_y"), _gradient(x, y, found["f_"]), strict=True))
        found = slopes | found
    if "f_" in profile.parameters and "f_" not in found:
        found["f_"] = _potential(x, y, found["f_x"], found["f_y"])
    return found | {key: _ends(found[key]) for key in _AXES}


def _named(key: str, text: str) -> Problem | None:
    return (key, text) if text else None


def _image_problem(image: np.ndarray, bands: tuple[str, ...]) -> str:
    """What is wrong with an image or a stack of images."""
    if image.ndim not in (2, 3, 4) or 0 in image.shape:
        return f"has shape {image.shape}; give an image (y, x), or a stack of images (n, y, x)"
    if image.ndim == 4 and image.shape[1] != len(bands):
        shape = f"has shape {image.shape}, {image.shape[1]} images by band"
        return f"{shape}; BANDS has {len(bands)}: {', '.join(bands)}"
    stack = image if image.ndim > 2 else image[None]
    for i, one in enumerate(stack):
        planes = one if one.ndim == 3 else one[None]
        for band, plane in zip(bands if one.ndim == 3 else ("",), planes, strict=True):
            wrong = sum_problem(plane)
            if wrong:
                which = f"image {i}" if len(stack) > 1 else "it"
                where = f" in band {band}" if band else ""
                finding = wrong.partition(";")[0]
                return f"has no flux: {which}{where} {finding}; the sum must be above 0"
    return ""


def _coefficients_problem(amp: np.ndarray, integers: Mapping[str, int]) -> str:
    """What is wrong with the coefficients of starlets."""
    scales, pixels = integers["n_scales"], integers["n_pixels"]
    side = round(pixels**0.5)
    if side * side != pixels:
        return (
            f"has shape {amp.shape}, but n_pixels is {pixels}; its scales are square, so give a square number"
        )
    if amp.shape not in ((scales, side, side), (scales * pixels,)):
        wanted = f"({scales}, {side}, {side})"
        return f"has shape {amp.shape}, but n_scales is {scales} and n_pixels {pixels}; give {wanted}"
    return ""


def _radial_problem(arrays: Arrays) -> Problem | None:
    """What is wrong with a table of radii and convergences."""
    radii, kappa = arrays["r_bin"], arrays["kappa_r"]
    wrong = _axis_problem(radii, "radius")
    if not wrong and radii[0] < 0.0:
        wrong = f"starts at {radii[0]:g}; a radius is at least 0"
    if wrong:
        return "r_bin", wrong
    if kappa.shape != radii.shape:
        return "kappa_r", f"has shape {kappa.shape}; give {len(radii)} values, as many as r_bin has"
    return None


def _grid_problem(arrays: Arrays) -> Problem | None:
    """What is wrong with arrays on a grid."""
    for key in _AXES:
        wrong = _axis_problem(arrays[key], "position")
        if wrong:
            return key, wrong
    shape = tuple(len(arrays[key]) for key in reversed(_AXES))
    for key, array in arrays.items():
        if key not in _AXES and array.shape != shape:
            return key, f"has shape {array.shape}; give {shape}, a row for each y and a column for each x"
    return None


def _axis_problem(axis: np.ndarray, noun: str) -> str:
    """What is wrong with increasing numbers; a mistake in them would not be seen in an image."""
    if axis.ndim != 1 or len(axis) < 2:
        return f"has shape {axis.shape}; give two numbers or more in one row"
    return "" if np.all(np.diff(axis) > 0.0) else f"is not increasing; give each {noun} once, in order"


def _gradient(x: np.ndarray, y: np.ndarray, potential: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of a cubic spline through a potential; of a lower one where there are too few points."""
    from scipy.interpolate import RectBivariateSpline

    degree: Callable[[np.ndarray], int] = lambda axis: min(3, len(axis) - 1)  # noqa: E731
    spline = RectBivariateSpline(y, x, potential, kx=degree(y), ky=degree(x), s=0)
    return spline(y, x, dy=1), spline(y, x, dx=1)


def _potential(x: np.ndarray, y: np.ndarray, f_x: np.ndarray, f_y: np.ndarray) -> np.ndarray:
    """The potential that is zero at the first point, from the integrals of the deflection between points.

    They are taken along the first row and then up the columns, and along the first column and then the rows;
    the mean of the two is the potential of a deflection that is not quite a gradient.
    """
    from scipy.integrate import cumulative_trapezoid

    along_x = cumulative_trapezoid(f_x, x, axis=1, initial=0.0)
    along_y = cumulative_trapezoid(f_y, y, axis=0, initial=0.0)
    return 0.5 * (along_x[:1] + along_y + along_y[:, :1] + along_x)


def _ends(axis: np.ndarray) -> np.ndarray:
    """The two ends of an axis of equal steps; other axes as they are."""
    equal = np.linspace(axis[0], axis[-1], len(axis))
    step = (axis[-1] - axis[0]) / (len(axis) - 1)
    return axis[[0, -1]] if np.max(np.abs(axis - equal)) < _EQUAL * step else axis
