"""Image positions, magnifications and time delays of point sources behind 500 random lenses.

A group is a kind of lens: `sis`, `sie_shear`, `epl_shear`, `nie_shear`, and `two_planes` (an SIE with shear,
and an SIE behind it).  Parameters, `source_x`, `source_y`, the `half_width` of the window and redshifts are
of shape (cases,), in `two_planes` parameters of the SIEs (cases, 2) and `redshift` (cases, 3).  There are
`number` images in the window; `x`, `y`, the signed `magnification` and, behind a single plane, the arrival
`time` in days are of shape (cases, slots), sorted by x and zero in empty slots.

Positions are exact (`validation.agreement.exact.images`).  `number_by_lenstronomy` is the number of images
that lenstronomy's own solver finds: the analytical solver for SIE and EPL, else the search on a grid of
theta_E / 200.  Both numbers exclude images with abs(mu) below 1e-2, which are among x, y, ...  Sources with
an image of abs(mu) above 1e4 are excluded.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.LensModel.lens_model import LensModel
from lenstronomy.LensModel.Solver.lens_equation_solver import LensEquationSolver

from validation.agreement.exact.images import LensPlanes, Profile
from validation.agreement.inputs.draws import exact
from validation.agreement.references import PARAMETER_PREFIX

Case = dict[str, np.ndarray]
Images = tuple[np.ndarray, np.ndarray, np.ndarray]

# Cases of each kind of lens.
CASES = {"sis": 40, "sie_shear": 240, "epl_shear": 100, "nie_shear": 60, "two_planes": 60}
# Slots for the images of a source.
SLOTS = 12
# H0 (km/s/Mpc) and Om0 of the flat cosmology.
COSMOLOGY = {"H0": 70.0, "Om0": 0.3}
# Sources with an image of a larger abs(mu) are excluded.
MAX_MAGNIFICATION = 1e4
# Images of a smaller abs(mu) are not counted.
MIN_MAGNIFICATION = 1e-2
# Solutions of a smaller abs(mu) are singular centers, not images.
NO_IMAGE = 1e-6
# Cells along the window of the exact search.
CELLS = 240
# Largest distance (arcsec) in the source's plane at which lenstronomy's images count as converged.
CONVERGED = 1e-7
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")
SHEAR = ("gamma1", "gamma2")
# The profiles of a single plane, each with its parameters.
PROFILES = {
    "sis": (("SIS", ("theta_E", "center_x", "center_y")),),
    "sie_shear": (("SIE", SHAPE), ("SHEAR", SHEAR)),
    "epl_shear": (("EPL", (*SHAPE, "gamma")), ("SHEAR", SHEAR)),
    "nie_shear": (("NIE", (*SHAPE, "s_scale")), ("SHEAR", SHEAR)),
}
# Places of the source, in turn.
PLACES = ("on_axis", "inside", "around", "far", "caustic")


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every kind of lens, with sources on the axis, inside the caustics, at them, and far outside."""
    rng = np.random.default_rng(20260106)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # lenstronomy warns about every cosmology, and divides by zero in centers.
        warnings.simplefilter("ignore")
        return {kind: _group(rng, kind, cases) for kind, cases in CASES.items()}


def _group(rng: np.random.Generator, kind: str, cases: int) -> dict[str, np.ndarray]:
    rows: list[Case] = []
    while len(rows) < cases:
        case = _draw(rng, kind, len(rows))
        images = _images(kind, case)
        if images is not None:
            rows.append(case | _solved(kind, case, images))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]} | {
        name: np.array(value) for name, value in COSMOLOGY.items()
    }


def _draw(rng: np.random.Generator, kind: str, index: int) -> Case:
    """Lens, source and window of a case; `index` cycles through the sizes and the places of the source."""
    theta_e = _einstein_radius(rng, index)
    lens = _lens(rng, kind, theta_e)
    drawn = exact({PARAMETER_PREFIX + name: np.array(value) for name, value in lens.items()})
    drawn |= exact(_redshifts(rng, kind))
    # Every other small lens is searched in the window of an ordinary stamp.
    half_width = 3.0 if theta_e < 0.4 and index % 2 else rng.uniform(2.5, 4.0) * theta_e
    drawn |= exact({"half_width": np.array(half_width + 0.5 * min(theta_e, 1.0))})
    places = PLACES[1:] if kind == "sis" else PLACES
    source = _source(rng, places[index % len(places)], kind, drawn)
    return drawn | exact({"source_x": source[0], "source_y": source[1]})


def _einstein_radius(rng: np.random.Generator, index: int) -> float:
    if index % 7 == 0:
        return float(10 ** rng.uniform(np.log10(0.05), np.log10(0.4)))
    return float(rng.uniform(2.5, 10.0) if index % 7 == 1 else rng.uniform(0.4, 2.5))


def _lens(rng: np.random.Generator, kind: str, theta_e: float) -> dict[str, float | np.ndarray]:
    modulus, angle = rng.choice([0.0, 0.5, rng.uniform(0, 0.5)], p=[0.1, 0.1, 0.8]), rng.uniform(0, 2 * np.pi)
    center = rng.normal(0, 0.1 * min(theta_e, 1.0), 2)
    lens: dict[str, float | np.ndarray] = {"theta_E": theta_e, "center_x": center[0], "center_y": center[1]}
    if kind == "sis":
        return lens
    lens |= {"e1": modulus * np.cos(angle), "e2": modulus * np.sin(angle)}
    shear, toward = rng.uniform(0.01, 0.15), rng.uniform(0, 2 * np.pi)
    external = {"gamma1": shear * np.cos(toward), "gamma2": shear * np.sin(toward)}
    if kind == "epl_shear":
        lens["gamma"] = rng.uniform(1.7, 2.3)
    if kind == "nie_shear":
        lens["s_scale"] = 10 ** rng.uniform(-2.0, np.log10(0.2))
    if kind == "two_planes":
        far = _lens(rng, "sie", theta_e * rng.uniform(0.1, 0.8))
        far |= {name: 3.0 * far[name] for name in ("center_x", "center_y")}
        lens = {name: np.array([lens[name], far[name]]) for name in SHAPE}
    return lens | (external if kind != "sie" else {})


def _redshifts(rng: np.random.Generator, kind: str) -> Case:
    if kind == "two_planes":
        return {"redshift": np.cumsum(rng.uniform(0.15, 0.8, 3))}
    return {"z_lens": np.array(rng.uniform(0.1, 0.9)), "z_source": np.array(rng.uniform(1.1, 3.0))}


def _profiles(kind: str, case: Case) -> list[list[Profile]]:
    """The profiles of each deflecting plane."""
    value: Callable[[str], np.ndarray] = lambda name: case[PARAMETER_PREFIX + name]  # noqa: E731
    if kind != "two_planes":
        return [[(profile, {n: float(value(n)) for n in names}) for profile, names in PROFILES[kind]]]
    near, far = ({n: float(value(n)[k]) for n in SHAPE} for k in (0, 1))
    return [[("SIE", near), ("SHEAR", {n: float(value(n)) for n in SHEAR})], [("SIE", far)]]


def _redshift_list(case: Case) -> list[float]:
    return list(map(float, case["redshift"] if "redshift" in case else (case["z_lens"], case["z_source"])))


def _planes(kind: str, case: Case) -> LensPlanes:
    return LensPlanes(_profiles(kind, case), _redshift_list(case), FlatLambdaCDM(**COSMOLOGY))


def _source(rng: np.random.Generator, place: str, kind: str, case: Case) -> np.ndarray:
    """Position (2,) of a source: at the (first) lens's center, about it, or next to a caustic."""
    first = {name: np.ravel(case[PARAMETER_PREFIX + name])[0] for name in ("theta_E", "center_x", "center_y")}
    center, theta_e = np.array([first["center_x"], first["center_y"]]), first["theta_E"]
    if place == "caustic":
        toward = rng.normal(size=2)
        away = theta_e * 10 ** rng.uniform(-5.0, -1.5) * toward / np.hypot(*toward)
        return away + _on_caustic(rng, _planes(kind, case), center, theta_e)
    spread = {"on_axis": 0.0, "inside": 0.1, "around": 0.4, "far": 1.0}[place]
    return center + rng.normal(0, 1, 2) * spread * theta_e


def _on_caustic(
    rng: np.random.Generator, planes: LensPlanes, center: np.ndarray, theta_e: float
) -> np.ndarray:
    """A point (2,) of a caustic: where det A first changes sign along a line out of the center."""
    angle = rng.uniform(0, 2 * np.pi)
    line = np.array([np.cos(angle), np.sin(angle)])[:, None] * theta_e * np.linspace(0.3, 4.0, 20001)
    beta, jacobian = planes.shoot(center[:, None] + line, planes.source_plane)
    sign = np.sign(np.linalg.det(jacobian.transpose(2, 0, 1)))
    changes = np.flatnonzero(sign[1:] != sign[:-1])
    return beta[:, changes[0] if changes.size else -1]


def _images(kind: str, case: Case) -> Images | None:
    """All images in the window; None without images, or with one on a critical curve or the window's edge."""
    source, half_width = (float(case["source_x"]), float(case["source_y"])), float(case["half_width"])
    redshifts = _redshift_list(case)
    x, y, mu = _planes(kind, case).images(source, len(redshifts) - 1, half_width, CELLS)
    outwards = np.maximum(np.abs(x), np.abs(y)) / half_width
    # The solution in a singular center is not an image.
    inside = (outwards < 1) & (np.abs(mu) > NO_IMAGE)
    unclear = np.any(np.abs(outwards - 1) < 1e-3) or np.any(np.abs(mu) > MAX_MAGNIFICATION)
    unclear = unclear or np.any(np.abs(np.log(np.abs(mu) / MIN_MAGNIFICATION)) < 1e-3)
    return None if unclear or not inside.any() else (x[inside], y[inside], mu[inside])


def _solved(kind: str, case: Case, images: Images) -> Case:
    """The images, their arrival times and their number: the reference of a case."""
    x, y, mu = images
    padded = {"x": x, "y": y, "magnification": mu}
    if kind != "two_planes":
        padded["time"] = _arrival_time(kind, case, x, y)
    solved = {name: np.pad(array, (0, SLOTS - len(array))) for name, array in padded.items()}
    solved["number"] = np.array(np.sum(np.abs(mu) > MIN_MAGNIFICATION))
    return solved | {"number_by_lenstronomy": np.array(_number_by_lenstronomy(kind, case, images))}


def _flat(kind: str, case: Case) -> tuple[list[str], list[dict[str, float]]]:
    profiles = [profile for plane in _profiles(kind, case) for profile in plane]
    return [name for name, _ in profiles], [dict(values) for _, values in profiles]


def _arrival_time(kind: str, case: Case, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    names, values = _flat(kind, case)
    near, far = _redshift_list(case)
    lens = LensModel(names, z_lens=near, z_source=far, cosmo=FlatLambdaCDM(**COSMOLOGY))
    source = {"x_source": float(case["source_x"]), "y_source": float(case["source_y"])}
    return np.asarray(lens.arrival_time(x, y, values, **source))


def _number_by_lenstronomy(kind: str, case: Case, images: Images) -> int:
    """How many of the images lenstronomy's solver finds.

    Raises:
        RuntimeError: it finds one that is not among the images.
    """
    x, y = map(np.asarray, _by_lenstronomy(kind, case))
    inside = (np.maximum(np.abs(x), np.abs(y)) < float(case["half_width"])) & _maps_back(kind, case, x, y)
    apart = np.hypot(x[inside, None] - images[0], y[inside, None] - images[1])
    if np.any(apart.min(axis=1) > 1e-4 + 10 * CONVERGED * np.abs(images[2]).max()):
        raise RuntimeError(f"lenstronomy finds an image at {x[inside]}, {y[inside]} beside {images}: {case}")
    bright = np.abs(images[2]) > MIN_MAGNIFICATION
    return len(set(apart.argmin(axis=1)) & set(np.flatnonzero(bright)))


def _maps_back(kind: str, case: Case, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether the rays seen at (x, y) end at the source, to a tenth of a microarcsecond."""
    beta, _ = _planes(kind, case).shoot(np.array([x, y]), len(_redshift_list(case)) - 1)
    return np.hypot(beta[0] - case["source_x"], beta[1] - case["source_y"]) < CONVERGED


def _by_lenstronomy(kind: str, case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Images (x, y) by lenstronomy's own solver."""
    names, values = _flat(kind, case)
    source = float(case["source_x"]), float(case["source_y"])
    if kind in ("sie_shear", "epl_shear"):
        solver = LensEquationSolver(LensModel(["EPL", "SHEAR"]))
        values[0] = {"gamma": 2.0} | values[0]
        # The solver reports the singular center as an image of no brightness.
        return solver.image_position_analytical(
            *source, values, arrival_time_sort=False, magnification_limit=MIN_MAGNIFICATION
        )
    window = 2 * float(case["half_width"])
    solver = LensEquationSolver(_lens_model(names, case))
    return solver.image_position_lenstronomy(
        *source,
        values,
        search_window=window,
        min_distance=max(0.005 * float(np.max(case[PARAMETER_PREFIX + "theta_E"])), window / 1200),
        precision_limit=CONVERGED**2,
        non_linear=True,
        arrival_time_sort=False,
        magnification_limit=MIN_MAGNIFICATION,
    )


def _lens_model(names: list[str], case: Case) -> LensModel:
    redshifts = _redshift_list(case)
    if len(redshifts) == 2:
        return LensModel(names)
    return LensModel(
        names,
        lens_redshift_list=[redshifts[0], redshifts[0], redshifts[1]],
        z_source=redshifts[-1],
        z_source_convention=redshifts[-1],
        multi_plane=True,
        cosmo=FlatLambdaCDM(**COSMOLOGY),
    )
