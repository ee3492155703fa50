"""Image positions and magnifications of point sources behind an SIE with shear.

One group, `sie_shear`: the lens's parameters and `source_x`, `source_y` of shape (cases,), the `number`
of images, and `x`, `y`, `magnification` of shape (cases, slots), sorted by x and zero beyond the number.
A source so close to a caustic that an image is magnified more than 100 times is left out.
"""

from __future__ import annotations

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.LensModel.lens_model import LensModel
from lenstronomy.LensModel.Solver.lens_equation_solver import LensEquationSolver

from validation.exact_images import LensPlanes, Profile
from validation.references import PARAMETER_PREFIX
from validation.topics.draws import exact

CASES = 60
SLOTS = 5
HALF_WINDOW = 6.0
MAX_MAGNIFICATION = 100.0
LENS = ("theta_E", "e1", "e2", "center_x", "center_y")
SHEAR = ("gamma1", "gamma2")


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Sixty lenses: sources near the center, where there are quads, and out to where one image is left."""
    rng = np.random.default_rng(20260106)
    rows: list[dict[str, float]] = []
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    while len(rows) < CASES:
        row = _draw(rng, spread=(0.1, 0.4, 1.0)[len(rows) % 3])
        images = _images(row)
        if np.abs(images[2]).max() < MAX_MAGNIFICATION:
            rows.append(row)
            found.append(images)
    names = {name: (name if name.startswith("source") else PARAMETER_PREFIX + name) for name in rows[0]}
    arrays = {key: np.array([row[name] for row in rows]) for name, key in names.items()}
    arrays["number"] = np.array([len(x) for x, _, _ in found])
    for index, name in enumerate(("x", "y", "magnification")):
        arrays[name] = np.array([np.pad(images[index], (0, SLOTS - len(images[0]))) for images in found])
    return {"sie_shear": arrays}


def _draw(rng: np.random.Generator, spread: float) -> dict[str, float]:
    theta_e = rng.uniform(0.6, 2.0)
    values = {
        "theta_E": theta_e,
        "e1": rng.uniform(-0.35, 0.35),
        "e2": rng.uniform(-0.35, 0.35),
        "center_x": rng.normal(0, 0.1),
        "center_y": rng.normal(0, 0.1),
        "gamma1": rng.normal(0, 0.06),
        "gamma2": rng.normal(0, 0.06),
        "source_x": rng.normal(0, spread * theta_e),
        "source_y": rng.normal(0, spread * theta_e),
    }
    return {name: float(array) for name, array in exact({k: np.array(v) for k, v in values.items()}).items()}


def _images(row: dict[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All images by the grid search; lenstronomy's one-dimensional solver must find the same number."""
    profiles: list[Profile] = [("SIE", {k: row[k] for k in LENS}), ("SHEAR", {k: row[k] for k in SHEAR})]
    planes = LensPlanes([profiles], [0.5, 2.0], FlatLambdaCDM(H0=70.0, Om0=0.3))
    images = planes.images((row["source_x"], row["source_y"]), plane=1, half_window=HALF_WINDOW)
    number = _number_by_lenstronomy(row)
    if number != len(images[0]):
        raise RuntimeError(
            f"{len(images[0])} images found, {number} by lenstronomy's analytical solver: {row}"
        )
    return images


def _number_by_lenstronomy(row: dict[str, float]) -> int:
    solver = LensEquationSolver(LensModel(["EPL", "SHEAR"]))
    parameters = [{"gamma": 2.0} | {k: row[k] for k in LENS}, {k: row[k] for k in SHEAR}]
    # The solver reports the singular center as an image of no brightness.
    x, _ = solver.image_position_analytical(
        row["source_x"], row["source_y"], parameters, arrival_time_sort=False, magnification_limit=1e-4
    )
    return len(x)
