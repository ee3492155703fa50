"""Point sources whose images are known: isothermal spheres, mass sheets and planes without mass.

Lengths are compared in units of each lens's Einstein radius: one tolerance holds from 0.05 to 10 arcsec.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import MASS_PROFILES, cosmology
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from validation.agreement.inputs.draws import exact
from validation.agreement.reporting.rows import Row, peak_errors, precision, row

Values = dict[str, np.ndarray]
Arrays = dict[str, jax.Array]
# The unit in which errors of positions are reported.
POSITION_MEASURE = "of theta_E"
# The smooth quantity is 1 / mu on a critical curve, and mu in the centre.
MAGNIFICATION_MEASURE = "1 / mu, of max(1, 1 / mu)"
# H0 (km/s/Mpc) and Om0 of the flat cosmology.
UNIVERSE = {"H0": 70.0, "Om0": 0.3}
# km in a megaparsec (IAU 2015).
MPC = 3.0856775814913673e19
# km/s (SI).
SPEED_OF_LIGHT = 299792.458
# The time that light takes for one Mpc, in days.
MPC_OVER_C_IN_DAYS = MPC / SPEED_OF_LIGHT / 86400.0
# Radians in an arcsecond.
RADIANS = np.pi / 180.0 / 3600.0


def by_precision(double: float, single: float) -> float:
    """The tolerance of jax's present precision."""
    return double if precision() == "float64" else single


def _as_jax(values: Values) -> Arrays:
    return {name: jnp.asarray(value) for name, value in values.items()}


# Isothermal sphere ------------------------------------------------------------------------------------------


def sphere(cases: int) -> list[Row]:
    """Images of an SIS at beta +- theta_E, their magnifications 1 +- theta_E / beta, and the delay."""
    rng = np.random.default_rng(20260112)
    ratio = np.concatenate([rng.uniform(0.035, 0.97, cases - cases // 5), rng.uniform(1.05, 2.0, cases // 5)])
    values = {"theta_E": 10 ** rng.uniform(np.log10(0.05), 1.0, cases)}
    values["beta"] = ratio * values["theta_E"]
    values |= {name: values["theta_E"] * rng.uniform(-0.2, 0.2, cases) for name in ("center_x", "center_y")}
    values |= {"angle": rng.uniform(0.0, 2 * np.pi, cases)}
    values |= {"z_lens": rng.uniform(0.1, 0.9, cases), "z_source": rng.uniform(1.1, 4.0, cases)}
    values = exact(values)
    images, times, fermat = jax.jit(jax.vmap(_solve_sphere))(_as_jax(values))
    return _sphere_rows(values, images, np.asarray(times, float), np.asarray(fermat, float))


def _solve_sphere(v: Arrays) -> tuple[ImagePositions, jax.Array, jax.Array]:
    """The two images along the line to the source, arrival times (days) and Fermat potentials (arcsec^2)."""
    profile = MASS_PROFILES["SIS"]
    lens = {name: v[name] for name in ("theta_E", "center_x", "center_y")}

    def lens_equation(x: jax.Array, y: jax.Array, lens: Arrays) -> tuple[jax.Array, jax.Array]:
        alpha_x, alpha_y = profile.deflection(x, y, **lens)
        return x - alpha_x, y - alpha_y

    cos, sin = jnp.cos(v["angle"]), jnp.sin(v["angle"])
    source = v["center_x"] + v["beta"] * cos, v["center_y"] + v["beta"] * sin
    found = image_positions(lens_equation, lens, *source, half_width=3.5 * v["theta_E"], slots=4)
    psi = profile.psi(found.x, found.y, **lens)
    at_source = jnp.full_like(found.x, source[0]), jnp.full_like(found.x, source[1])
    distances = cosmology.transverse_comoving_distance(jnp.stack([v["z_lens"], v["z_source"]]), **UNIVERSE)
    times = rays.arrival_time([(found.x, found.y), at_source], [psi], distances)
    fermat = rays.fermat_potential(found.x, found.y, *source, psi)
    dx, dy = found.x - v["center_x"], found.y - v["center_y"]
    along, across = dx * cos + dy * sin, dy * cos - dx * sin
    return found._replace(x=along, y=across), times, fermat


def _sphere_rows(v: Values, images: ImagePositions, times: np.ndarray, fermat: np.ndarray) -> list[Row]:
    theta, ratio, double = v["theta_E"], v["beta"] / v["theta_E"], v["beta"] < v["theta_E"]
    # The brightest image is the outer one; the inner exists for beta < theta_E.
    expected = np.stack([1.0 + ratio, ratio - 1.0], axis=1)
    seen = np.stack([np.full_like(double, True), double], axis=1)
    x, y, mu = (np.asarray(a, float)[:, :2] for a in (images.x, images.y, images.magnification))
    away = np.hypot(x / theta[:, None] - expected, y / theta[:, None])
    inverse = np.stack([ratio / (ratio + 1.0), ratio / (ratio - 1.0)], axis=1)
    off = np.abs(1.0 / np.where(seen, mu, 1.0) - inverse) / np.maximum(1.0, np.abs(inverse))
    delay = 2.0 * theta * v["beta"] * RADIANS**2 * _time_delay_distance(v) * MPC_OVER_C_IN_DAYS
    late = np.abs((times[:, 1] - times[:, 0]) / delay - 1.0)[double]
    deeper = np.abs((fermat[:, 1] - fermat[:, 0]) / (2.0 * theta * v["beta"]) - 1.0)[double]
    wrong = np.abs(np.asarray(images.found) - seen.sum(axis=1))
    position, other = by_precision(1e-8, 5e-6), by_precision(1e-8, 1e-5)
    return [
        row("SIS: number of images, 2 inside theta_E and 1 outside", wrong, 0.0, "images"),
        row("SIS: images at beta +- theta_E", away[seen], position, POSITION_MEASURE),
        row("SIS: magnifications 1 +- theta_E / beta", off[seen], other, MAGNIFICATION_MEASURE),
        row("SIS: Fermat potentials differ by 2 theta_E beta", deeper, other, "relative"),
        row("SIS: delay in days, 2 theta_E beta D_dt / c", late, other, "relative"),
    ]


def _time_delay_distance(v: Values) -> np.ndarray:
    """T_d T_s / (T_s - T_d) in Mpc, by quadrature of c / H(z) without our kernels."""
    nodes, weights = np.polynomial.legendre.leggauss(64)

    def comoving(z: np.ndarray) -> np.ndarray:
        grid = 0.5 * z[:, None] * (nodes + 1.0)
        rate = np.sqrt(UNIVERSE["Om0"] * (1.0 + grid) ** 3 + 1.0 - UNIVERSE["Om0"])
        return np.asarray(SPEED_OF_LIGHT / UNIVERSE["H0"] * np.sum(0.5 * z[:, None] * weights / rate, axis=1))

    near, far = comoving(v["z_lens"]), comoving(v["z_source"])
    return near * far / (far - near)


# The mass-sheet transformation ------------------------------------------------------------------------------


def mass_sheet(cases: int) -> list[Row]:
    """The mass-sheet transformation: an SIE with shear, source and lens scaled by 1 - k in a sheet k.

    The images stay where they are, mu grows by 1 / (1 - k)^2, and differences of the Fermat potential shrink
    by 1 - k.
    """
    rng = np.random.default_rng(20260113)
    values = {"theta_E": 10 ** rng.uniform(-1.0, 1.0, cases), "kappa": rng.uniform(-0.3, 0.4, cases)}
    values |= {name: rng.uniform(-0.3, 0.3, cases) for name in ("e1", "e2")}
    values |= {name: rng.uniform(-0.08, 0.08, cases) for name in ("gamma1", "gamma2")}
    radius, angle = 0.6 * np.sqrt(rng.uniform(0.0, 1.0, cases)), rng.uniform(0.0, 2 * np.pi, cases)
    values |= {"source_x": values["theta_E"] * radius * np.cos(angle)}
    values |= {"source_y": values["theta_E"] * radius * np.sin(angle)}
    values = exact(values)
    solve = jax.jit(jax.vmap(_solve_in_sheet))
    without = solve(_as_jax(values), jnp.zeros(cases))
    within = solve(_as_jax(values), jnp.asarray(values["kappa"]))
    return _sheet_rows(values, _by_place(*without), _by_place(*within))


def _solve_in_sheet(v: Arrays, k: jax.Array) -> tuple[ImagePositions, jax.Array]:
    """Images and Fermat potentials of lens and source scaled by 1 - k, in a mass sheet k."""
    lens = {
        "SIE": {"theta_E": (1.0 - k) * v["theta_E"], "e1": v["e1"], "e2": v["e2"]},
        "SHEAR": {"gamma1": (1.0 - k) * v["gamma1"], "gamma2": (1.0 - k) * v["gamma2"]},
        "CONVERGENCE": {"kappa": k},
    }

    def lens_equation(x: jax.Array, y: jax.Array, lens: dict[str, Arrays]) -> tuple[jax.Array, jax.Array]:
        alphas = [MASS_PROFILES[name].deflection(x, y, **values) for name, values in lens.items()]
        return x - sum(alpha_x for alpha_x, _ in alphas), y - sum(alpha_y for _, alpha_y in alphas)

    source = (1.0 - k) * v["source_x"], (1.0 - k) * v["source_y"]
    found = image_positions(lens_equation, lens, *source, half_width=3.0 * v["theta_E"], slots=6)
    x, y = found.x, found.y
    psi = sum((MASS_PROFILES[name].psi(x, y, **given) for name, given in lens.items()), jnp.zeros_like(x))
    return found, rays.fermat_potential(x, y, *source, psi)


def _by_place(images: ImagePositions, fermat: jax.Array) -> np.ndarray:
    """x, y, mu, Fermat potential (4, cases, slots), in order of position angle; NaN without an image."""
    mask = np.asarray(images.mask)
    arrays = [np.asarray(a, float) for a in (images.x, images.y, images.magnification, fermat)]
    arrays = [np.where(mask, a, np.nan) for a in arrays]
    order = np.argsort(np.arctan2(arrays[1], arrays[0]), axis=1)
    return np.stack([np.take_along_axis(a, order, axis=1) for a in arrays])


def _sheet_rows(v: Values, without: np.ndarray, within: np.ndarray) -> list[Row]:
    theta, keep = v["theta_E"][:, None], 1.0 - v["kappa"][:, None]
    (x, y, mu, fermat), (x_k, y_k, mu_k, fermat_k) = without, within
    same = np.isfinite(x) == np.isfinite(x_k)
    usual = np.isfinite(mu) & (np.abs(mu) < 30.0) & same.all(axis=1, keepdims=True)
    away = np.hypot(x_k - x, y_k - y) / theta
    off = np.abs(1.0 / mu_k - keep**2 / mu) / np.maximum(1.0, np.abs(keep**2 / mu))
    first = np.nanmin(fermat, axis=1, keepdims=True), np.nanmin(fermat_k, axis=1, keepdims=True)
    late = np.abs((fermat_k - first[1]) / keep - (fermat - first[0])) / theta**2
    position, other = by_precision(1e-8, 5e-6), by_precision(1e-8, 1e-5)
    return [
        row("mass sheet: number of images unchanged", (~same).sum(axis=1), 0.0, "images"),
        row("mass sheet: images unchanged, |mu| < 30", away[usual], position, POSITION_MEASURE),
        row("mass sheet: mu times 1 / (1 - k)^2, |mu| < 30", off[usual], other, MAGNIFICATION_MEASURE),
        row("mass sheet: delays times 1 - k, |mu| < 30", late[usual], other, "of theta_E^2"),
    ]


# A plane without mass ---------------------------------------------------------------------------------------


def massless_plane(cases: int) -> list[Row]:
    """Rays and arrival times through an SIE and a plane without mass, and through the SIE alone."""
    rng = np.random.default_rng(20260122)
    values = {"theta_E": rng.uniform(0.3, 3.0, cases)}
    values |= {name: rng.uniform(-0.3, 0.3, cases) for name in ("e1", "e2")}
    values |= {name: rng.uniform(-4.0, 4.0, (cases, 16)) for name in ("x", "y")}
    values |= {"z": np.sort(rng.uniform(0.1, 4.0, (cases, 3)), axis=1) + np.array([0.0, 0.05, 0.1])}
    alone, between = jax.jit(jax.vmap(_with_and_without_plane))(_as_jax(exact(values)))
    alone, between = np.asarray(alone, float), np.asarray(between, float)
    places, times, tolerance = slice(None, 2), 2, by_precision(1e-9, 1e-5)
    return [
        row("plane without mass: rays", peak_errors(between[:, places], alone[:, places]), tolerance),
        row("plane without mass: arrival times", peak_errors(between[:, times], alone[:, times]), tolerance),
    ]


def _with_and_without_plane(v: Arrays) -> tuple[jax.Array, jax.Array]:
    """Position in the last plane and arrival time (3, rays), of two planes and of three."""
    lens, sheet = MASS_PROFILES["SIE"], MASS_PROFILES["CONVERGENCE"]
    shape = {name: v[name] for name in ("theta_E", "e1", "e2")}
    deflections = [partial(lens.deflection, **shape), partial(sheet.deflection, kappa=0.0)]
    distances = cosmology.transverse_comoving_distance(v["z"], **UNIVERSE)
    found = []
    for planes, far in ((1, distances[jnp.array([0, 2])]), (2, distances)):
        positions = rays.shoot(v["x"], v["y"], deflections[:planes], rays.lensing_weights(far))
        potentials = [lens.psi(v["x"], v["y"], **shape), jnp.zeros_like(v["x"])][:planes]
        found.append(jnp.stack([*positions[-1], rays.arrival_time(positions, potentials, far)]))
    return found[0], found[1]
