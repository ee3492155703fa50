"""Products of 100 random lenses and lenstronomy's: maps, arrival times, Einstein radii and critical curves.

lenstronomy deflects when the comparison runs, so it must be installed.  Its matrix d beta / d theta is taken
by central differences of fourth order of its rays, since its own Hessians behind several planes are finite
differences that are good to 1e-6.  An isothermal ellipse is its EPL of slope 2, without the core of its SIE.
The Einstein radius by area, and points of the tangential critical curve, are roots of that determinant along
360 directions; that by mass is the root of the mean radial deflection.  In single precision positions have
seven digits, and what is not differentiated is all that is judged.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from jaxlens import Simulator
from jaxlens.kernels.types import Params
from validation.agreement.reporting.rows import Findings, Row, precision, row
from validation.extras import lenstronomy_version

# Lenses of each kind: 100.
CASES = {"isothermal": 34, "power law": 33, "two planes": 33}
QUICK = 2
SEED = 20260701
# Directions at which maps are compared, and those of roots.
POINTS, DIRECTIONS = 24, 360
# How far from the mass of the second plane rays pass at least, arcsec: differences are poor near its centre.
NEAREST = 0.05
# The step of central differences, arcsec.
STEP = 2e-4
PIXEL = 0.05
# Maps and radii, relative to the largest value of a lens; curves, in pixels; derivatives.
TOLERANCE = {"float64": 1e-6, "float32": 2e-4}
CURVE = {"float64": 0.01, "float32": 0.01}
DERIVATIVE = 1e-6
# Of the arrival times' largest: two astropy-like integrals of the distances.
TIMES = {"float64": 1e-6, "float32": 2e-4}
MASS, SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"
BEHIND = "PLANE_2-OBJECT_1-MASS_PROFILE_1"
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")


def check(quick: bool) -> Findings:
    """The rows of each kind of lens, and in double precision those of the derivatives."""
    lenstronomy_version()
    rows: list[Row] = []
    for kind, cases in CASES.items():
        lenses = _lenses(kind, QUICK if quick else cases)
        rows += _rows(kind, lenses)
        if precision() == "float64":
            rows.append(_derivatives(kind, lenses))
    return Findings(rows)


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def lens_file(kind: str) -> dict[str, Any]:
    """The file that draws lenses of a kind."""
    place = {"center_x": _uniform(-0.1, 0.1), "center_y": _uniform(-0.1, 0.1)}
    ellipse = {"e1": _uniform(-0.25, 0.25), "e2": _uniform(-0.25, 0.25)}
    mass: dict[str, Any] = {"theta_E": _uniform(0.8, 1.6), **ellipse, **place}
    if kind != "isothermal":
        mass["gamma"] = _uniform(1.75, 2.3)
    shear = {"gamma1": _uniform(-0.08, 0.08), "gamma2": _uniform(-0.08, 0.08)}
    lens = {
        "NAME": "LENS",
        "MASS_PROFILE_1": {"NAME": "SIE" if kind == "isothermal" else "EPL", "PARAMETERS": mass},
        "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
    }
    light = {"magnitude": 22.0, "sigma": 0.1}
    planes: list[tuple[str, float]] = [("LENS", 0.4)]
    second = {"theta_E": _uniform(0.1, 0.3), "center_x": _uniform(-0.1, 0.1), "center_y": _uniform(-0.1, 0.1)}
    if kind == "two planes":
        planes.append(("SECOND", 0.7))
    planes.append(("SOURCE", 1.8))
    image = {"exposure_time": 1000, "numPix": 80, "pixel_scale": PIXEL, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "g", "seeing": 0.1, "magnitude_zero_point": 27, "sky_brightness": 22}
    return {
        "DATASET": {"NAME": "Lenses", "PARAMETERS": {"SIZE": 1, "OUTDIR": "lenses"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 1}},
        "SPECIES": {
            "GALAXY_1": lens,
            "GALAXY_2": {"NAME": "SECOND", "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": second}},
            "GALAXY_3": {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": light}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {"NAME": "LENSES", "FRACTION": 1.0}
            | {
                f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": z}}
                for k, (name, z) in enumerate(planes, start=1)
            }
        },
    }


class _Lenses(NamedTuple):
    """Lenses of a kind: ours, lenstronomy's, and where their maps are compared.

    Attributes:
        simulator: ours.
        params: the numbers of all lenses, (n,).
        theirs: for each lens the model of lenstronomy and its arguments.
        x: directions (arcsec), (n, POINTS).
        y: the other coordinate.
    """

    simulator: Simulator
    params: Params
    theirs: list[tuple[Any, list[dict[str, float]]]]
    x: np.ndarray
    y: np.ndarray


def _lenses(kind: str, cases: int) -> _Lenses:
    """Random lenses."""
    simulator = Simulator(lens_file(kind))
    params = simulator.sample(jax.random.key(SEED, impl="threefry2x32"), cases)
    theirs = [_theirs(kind, {name: float(value[i]) for name, value in _single(params)}) for i in range(cases)]
    rng = np.random.default_rng(SEED)
    # farther from the centres than the differences reach
    size = (cases, 2 * POINTS)
    radius, angle = rng.uniform(0.4, 2.5, size), rng.uniform(0.0, 2.0 * np.pi, size)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    chosen = np.tile(np.arange(POINTS), (cases, 1))
    if kind == "two planes":
        for i, (_, arguments) in enumerate(theirs):
            away = _distance_behind(arguments, x[i], y[i])
            chosen[i] = np.flatnonzero(away > NEAREST)[:POINTS]
    return _Lenses(simulator, params, theirs, *(np.take_along_axis(a, chosen, axis=1) for a in (x, y)))


def _distance_behind(arguments: list[dict[str, float]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far from the mass of the second plane the rays of lenstronomy pass, arcsec."""
    from astropy.cosmology import FlatLambdaCDM
    from lenstronomy.LensModel.lens_model import LensModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        front = LensModel(
            ["EPL", "SHEAR"],
            lens_redshift_list=[0.4, 0.4],
            multi_plane=True,
            z_source=0.7,
            z_source_convention=1.8,
            cosmo=FlatLambdaCDM(H0=70.0, Om0=0.3),
        )
    beta_x, beta_y = front.ray_shooting(x, y, arguments[:2])
    return np.asarray(np.hypot(beta_x - arguments[2]["center_x"], beta_y - arguments[2]["center_y"]))


def _single(params: Params) -> list[tuple[str, np.ndarray]]:
    """The numbers that bands share."""
    return [(name, np.asarray(value, float)) for name, value in params.items() if value.ndim == 1]


def _theirs(kind: str, own: dict[str, float]) -> tuple[Any, list[dict[str, float]]]:
    """The model of lenstronomy of one lens, and its arguments."""
    from astropy.cosmology import FlatLambdaCDM
    from lenstronomy.LensModel.lens_model import LensModel

    lens = {name: own[f"{MASS}-{name}"] for name in SHAPE} | {"gamma": own.get(f"{MASS}-gamma", 2.0)}
    shear = {name: own[f"{SHEAR}-{name}"] for name in ("gamma1", "gamma2")}
    models, arguments, redshifts = ["EPL", "SHEAR"], [lens, shear], [0.4, 0.4]
    more: dict[str, Any] = {"z_lens": 0.4}
    if kind == "two planes":
        models.append("SIS")
        arguments.append({name: own[f"{BEHIND}-{name}"] for name in ("theta_E", "center_x", "center_y")})
        more = {"lens_redshift_list": [*redshifts, 0.7], "multi_plane": True}
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        model = LensModel(models, z_source=1.8, cosmo=FlatLambdaCDM(H0=70.0, Om0=0.3), **more)
    return model, arguments


def _matrix(model: Any, arguments: list[dict[str, float]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The matrix d beta / d theta of lenstronomy's rays, (2, 2, ...): beta's component first."""

    def along(dx: float, dy: float) -> np.ndarray:
        def beta(steps: int) -> np.ndarray:
            return np.array(model.ray_shooting(x + steps * dx, y + steps * dy, arguments))

        return (8.0 * (beta(1) - beta(-1)) - (beta(2) - beta(-2))) / (12.0 * STEP)

    return np.stack([along(STEP, 0.0), along(0.0, STEP)], axis=1)


def _rows(kind: str, lenses: _Lenses) -> list[Row]:
    """The rows of the maps, radii and curves of a kind."""
    sim, params, x, y = lenses.simulator, lenses.params, lenses.x, lenses.y
    matrices = [_matrix(*own, x[i], y[i]) for i, own in enumerate(lenses.theirs)]
    a = np.stack(matrices, axis=2)
    determinant = a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
    ours: dict[str, Any] = {
        "kappa": sim.convergence(params, x, y, by_system=True),
        "gamma1": sim.shear(params, x, y, by_system=True).gamma1,
        "gamma2": sim.shear(params, x, y, by_system=True).gamma2,
        "1 / mu": 1.0 / sim.magnification(params, x, y, by_system=True),
    }
    theirs = {
        "kappa": 1.0 - 0.5 * (a[0, 0] + a[1, 1]),
        "gamma1": 0.5 * (a[1, 1] - a[0, 0]),
        "gamma2": -0.5 * (a[0, 1] + a[1, 0]),
        "1 / mu": determinant,
    }
    tolerance = TOLERANCE[precision()]
    rows = [
        row(f"{kind}: {name}", np.max(np.abs(np.asarray(own) - theirs[name]), axis=1), tolerance, "absolute")
        for name, own in ours.items()
    ]
    times = np.asarray(sim.arrival_time(params, x, y, by_system=True))
    expected = np.array([m.arrival_time(x[i], y[i], own) for i, (m, own) in enumerate(lenses.theirs)])
    error = np.max(np.abs((times - times[:, :1]) - (expected - expected[:, :1])), axis=1) / np.ptp(
        expected, axis=1
    )
    rows.append(row(f"{kind}: delays", error, TIMES[precision()], "of the largest"))
    return rows + _radii_and_curves(kind, lenses)


def _radii_and_curves(kind: str, lenses: _Lenses) -> list[Row]:
    """The rows of Einstein radii, critical curves and caustics."""
    sim, params, tolerance = lenses.simulator, lenses.params, TOLERANCE[precision()]
    centres = np.stack([np.asarray(params[f"{MASS}-center_{axis}"], float) for axis in "xy"], axis=-1)
    found = [
        _critical(model, own, centre) for (model, own), centre in zip(lenses.theirs, centres, strict=True)
    ]
    areas = np.array(
        [np.sqrt(np.mean(np.sum((points - c) ** 2, -1))) for points, c in zip(found, centres, strict=True)]
    )
    masses = np.array(
        [_by_mass(model, own, c) for (model, own), c in zip(lenses.theirs, centres, strict=True)]
    )
    by_area, by_mass = (np.asarray(sim.einstein_radius(params, by)) for by in ("area", "mass"))
    curves = sim.critical_curves(params)
    of_curves = np.array([one.einstein_radius for one in curves])
    to_curves = [_distance(points, one.tangential) for points, one in zip(found, curves, strict=True)]
    sources = [
        np.stack(m.ray_shooting(*points.T, own), -1)
        for (m, own), points in zip(lenses.theirs, found, strict=True)
    ]
    to_caustics = [
        _distance(points, one.tangential_caustics) for points, one in zip(sources, curves, strict=True)
    ]
    limit = CURVE[precision()]
    return [
        row(f"{kind}: Einstein radius by area", np.abs(by_area / areas - 1.0), tolerance, "relative"),
        row(f"{kind}: Einstein radius by mass", np.abs(by_mass / masses - 1.0), tolerance, "relative"),
        row(f"{kind}: area within the curves", np.abs(of_curves / areas - 1.0), tolerance, "relative"),
        row(f"{kind}: critical curves", np.array(to_curves) / PIXEL, limit, "pixels"),
        row(f"{kind}: caustics", np.array(to_caustics) / PIXEL, limit, "pixels"),
    ]


def _directions() -> np.ndarray:
    angle = np.arange(DIRECTIONS) * (2.0 * np.pi / DIRECTIONS)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _critical(model: Any, own: list[dict[str, float]], centre: np.ndarray) -> np.ndarray:
    """Points of the outermost critical curve, one in each direction, (DIRECTIONS, 2)."""
    units = _directions()

    def determinant(radii: np.ndarray) -> np.ndarray:
        a = _matrix(model, own, *(centre + radii[:, None] * units).T)
        return np.asarray(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])

    grid = np.linspace(0.3, 4.0, 75)
    signs = np.array([determinant(np.full(DIRECTIONS, r)) > 0.0 for r in grid])
    last = len(grid) - 2 - np.argmax((signs[1:] & ~signs[:-1])[::-1], axis=0)
    low, high = grid[last], grid[last + 1]
    for _ in range(45):
        middle = 0.5 * (low + high)
        is_beyond = determinant(middle) > 0.0
        low, high = np.where(is_beyond, low, middle), np.where(is_beyond, middle, high)
    return centre + (0.5 * (low + high))[:, None] * units


def _by_mass(model: Any, own: list[dict[str, float]], centre: np.ndarray) -> float:
    """The radius within which the mean convergence is 1."""
    units = _directions()

    def excess(radius: float) -> float:
        x, y = (centre + radius * units).T
        deflection = np.stack([x, y]) - np.array(model.ray_shooting(x, y, own))
        return float(np.mean(np.sum(deflection.T * units, axis=-1)) / radius - 1.0)

    return float(brentq(excess, 0.3, 4.0, xtol=1e-13))


def _distance(points: np.ndarray, curves: list[np.ndarray]) -> float:
    """The largest distance of some points to the nearest of some polylines, arcsec."""
    starts, ends = (np.concatenate([one[part] for one in curves]) for part in (slice(-1), slice(1, None)))
    along = ends - starts
    length = np.maximum(np.sum(along**2, axis=-1), 1e-300)
    part = np.clip(np.sum((points[:, None] - starts) * along, axis=-1) / length, 0.0, 1.0)
    nearest = starts + part[..., None] * along
    return float(np.max(np.min(np.hypot(*np.moveaxis(points[:, None] - nearest, -1, 0)), axis=1)))


def _derivatives(kind: str, lenses: _Lenses) -> Row:
    """Derivatives of maps and radii along a random direction, and central differences of them."""
    sim, x, y = lenses.simulator, lenses.x[:, :4], lenses.y[:, :4]
    rng = np.random.default_rng(SEED + 1)
    moved = [name for name in lenses.params if "PROFILE" in name and "LIGHT" not in name]
    move = {name: jnp.asarray(rng.uniform(-1.0, 1.0, lenses.params[name].shape)) for name in moved}

    def all_of(step: jax.Array) -> jax.Array:
        own = {**lenses.params} | {name: lenses.params[name] + step * move[name] for name in moved}
        maps = [sim.convergence(own, x, y, by_system=True), *sim.shear(own, x, y, by_system=True)]
        times = 0.01 * sim.arrival_time(own, x, y, by_system=True)
        radii = [sim.einstein_radius(own, by)[:, None] for by in ("area", "mass")]
        return jnp.concatenate([*maps, times, *radii], axis=1)

    zero, h = jnp.zeros(()), 2e-4
    _, slope = jax.jvp(all_of, (zero,), (jnp.ones(()),))
    values = [np.asarray(all_of(zero + k * h)) for k in (-2, -1, 1, 2)]
    central = (8.0 * (values[2] - values[1]) - (values[3] - values[0])) / (12.0 * h)
    scale = np.maximum(1.0, np.abs(central))
    error = np.max(np.abs(np.asarray(slope) - central) / scale, axis=1)
    return row(f"{kind}: derivatives of maps, times and radii", error, DERIVATIVE, "relative")
