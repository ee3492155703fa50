"""Relations that hold for every profile: potential, deflection and convergence; brightness and total flux.

Lengths are drawn in units of each profile's own size.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from validation.agreement.analytic.lenses import Arrays, Values, by_precision
from validation.agreement.inputs.draws import exact, float32_exact
from validation.agreement.reporting.rows import OF_THE_PEAK, Row, peak_errors, row

# Random points of each case.
POINTS = 24
# Points on the ellipse around which the flux of the deflection is integrated.
CONTOUR = 2048
# The largest |e| that is drawn.
MAX_ELLIPTICITY = 0.9
DERIVATIVE_MEASURE = "of the largest derivative there"


def mass_fields(names: list[str], cases: int) -> list[Row]:
    """Of mass profiles: grad(psi) = alpha, div(alpha) = 2 kappa without curl, and the mass in theta_E."""
    errors = [_mass_errors(k, name, cases) for k, name in enumerate(names)]
    potential, divergence, enclosed = zip(*errors, strict=True)
    first, second = by_precision(1e-9, 1e-5), by_precision(1e-8, 1e-5)
    relations = (
        ("gradient of the potential is the deflection", potential, first, OF_THE_PEAK),
        ("divergence of the deflection is 2 kappa, no curl", divergence, second, DERIVATIVE_MEASURE),
        ("mean kappa inside theta_E, by Gauss's theorem", enclosed, second, "absolute"),
    )
    return [_row_of_all(relation, names, *rest) for relation, *rest in relations]


def _row_of_all(
    relation: str,
    names: list[str],
    errors: Sequence[np.ndarray],
    tolerance: float,
    measure: str,
    remark: str = "",
) -> Row:
    """One row of several profiles, which says in which of them the error is largest."""
    worst = names[int(np.argmax([np.max(of_profile) for of_profile in errors]))]
    remark = f"largest: {worst}" + (f"; {remark}" if remark else "")
    return row(relation, np.concatenate(errors), tolerance, measure, remark)


def _mass_errors(seed: int, name: str, cases: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three errors (cases,) of a profile, at random points and around the ellipse of radius theta_E."""
    rng = np.random.default_rng((20260114, seed))
    values = _mass_values(rng, name, cases)
    radius = _size(values) * 10 ** rng.uniform(-1.0, 1.0, (cases, POINTS))
    angle = rng.uniform(0.0, 2 * np.pi, (cases, POINTS))
    center_x, center_y = _center(values)
    x, y, dx, dy = _outline(values)
    x = np.concatenate([float32_exact(center_x + radius * np.cos(angle)), x], axis=1)
    y = np.concatenate([float32_exact(center_y + radius * np.sin(angle)), y], axis=1)
    columns = {key: jnp.asarray(value)[:, None] for key, value in values.items()}
    derivatives = jax.jit(lambda x, y, p: _derivatives(name, x, y, p))
    alpha, gradient, hessian = (
        np.asarray(array, float) for array in derivatives(jnp.asarray(x), jnp.asarray(y), columns)
    )
    near = slice(None, POINTS)
    return (
        peak_errors(*(np.moveaxis(array[..., near], 1, 0) for array in (gradient, alpha))),
        _divergence_error(hessian[..., near], _convergence(name, values, x[:, near], y[:, near])),
        np.abs(_mean_convergence(values, alpha[..., POINTS:], dx, dy) - _expected_mean(name, values)),
    )


def _mass_values(rng: np.random.Generator, name: str, cases: int) -> Values:
    theta = 10 ** rng.uniform(np.log10(0.05), 1.0, cases)
    modulus, angle = rng.uniform(0.0, MAX_ELLIPTICITY, cases), rng.uniform(0.0, 2 * np.pi, cases)
    modulus[0] = 0.0
    drawn = {
        "theta_E": theta,
        "gamma": np.where(np.arange(cases) % 4 == 0, 2.0, rng.uniform(1.3, 2.7, cases)),
        "s_scale": theta * 10 ** rng.uniform(-3.0, 0.0, cases),
        "e1": modulus * np.cos(angle),
        "e2": modulus * np.sin(angle),
        "kappa": rng.uniform(-0.3, 0.5, cases),
        "gamma1": rng.uniform(-0.2, 0.2, cases),
        "gamma2": rng.uniform(-0.2, 0.2, cases),
        "gamma_ext": rng.uniform(0.0, 0.2, cases),
        "psi_ext": rng.uniform(-np.pi, np.pi, cases),
    }
    drawn |= {key: theta * rng.uniform(-0.3, 0.3, cases) for key in ("center_x", "center_y", "ra_0", "dec_0")}
    return exact({key: drawn[key] for key in MASS_PROFILES[name].parameters})


def _center(values: Values) -> tuple[np.ndarray, np.ndarray]:
    """x, y of the profile's center, (cases, 1)."""
    keys = ("center_x", "center_y") if "center_x" in values else ("ra_0", "dec_0")
    return values[keys[0]][:, None], values[keys[1]][:, None]


def _axes(values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Axis ratio and position angle of the ellipse, (cases, 1)."""
    zero = np.zeros_like(next(iter(values.values())))
    e1, e2 = values.get("e1", zero)[:, None], values.get("e2", zero)[:, None]
    modulus = np.hypot(e1, e2)
    return (1.0 - modulus) / (1.0 + modulus), np.arctan2(e2, e1) / 2.0


def _derivatives(name: str, x: jax.Array, y: jax.Array, p: Arrays) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Deflection (2, ...), gradient of the potential (2, ...), and f_xx, f_xy, f_yx, f_yy (4, ...)."""
    profile = MASS_PROFILES[name]

    def values(x: jax.Array, y: jax.Array) -> jax.Array:
        fields = (*profile.deflection(x, y, **p), profile.psi(x, y, **p))
        return jnp.stack([jnp.broadcast_to(field, x.shape) for field in fields])

    def along(dx: jax.Array, dy: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The values, and their derivatives in the direction (dx, dy)."""
        return jax.jvp(values, (x, y), (jnp.full_like(x, dx), jnp.full_like(y, dy)))

    unit = jnp.eye(2, dtype=x.dtype)
    value, derivative = jax.vmap(along)(unit[0], unit[1])
    hessian = jnp.stack([derivative[0, 0], derivative[1, 0], derivative[0, 1], derivative[1, 1]])
    return value[0, :2], derivative[:, 2], hessian


def _divergence_error(hessian: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """|div alpha - 2 kappa| + |curl alpha|, over the largest derivative of the deflection, (cases,)."""
    f_xx, f_xy, f_yx, f_yy = hessian
    away = np.abs(f_xx + f_yy - 2.0 * kappa) + np.abs(f_xy - f_yx)
    return np.asarray(np.max(away / np.max(np.abs(hessian), axis=0), axis=1))


def _convergence(name: str, values: Values, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Kappa at the points, from each profile's definition."""
    if name in ("SHEAR", "SHEAR_GAMMA_PSI", "POINT_MASS"):
        return np.zeros_like(x)
    if name == "CONVERGENCE":
        return np.broadcast_to(values["kappa"][:, None], x.shape)
    center_x, center_y = _center(values)
    dx, dy = x - center_x, y - center_y
    q, phi = _axes(values)
    u, v = dx * np.cos(phi) + dy * np.sin(phi), dy * np.cos(phi) - dx * np.sin(phi)
    core = values["s_scale"][:, None] if name == "NIE" else 0.0
    radius = np.sqrt(q * u**2 + v**2 / q + core**2)
    gamma = values["gamma"][:, None] if name == "EPL" else 2.0
    return np.asarray((3.0 - gamma) / 2.0 * (values["theta_E"][:, None] / radius) ** (gamma - 1.0))


def _size(values: Values) -> np.ndarray:
    """theta_E, or 1 arcsec where there is none, (cases, 1)."""
    return values.get("theta_E", np.ones(len(next(iter(values.values())))))[:, None]


def _outline(values: Values) -> tuple[np.ndarray, ...]:
    """x, y, dx, dy (cases, CONTOUR) around the ellipse of product-average radius theta_E."""
    q, phi = _axes(values)
    t = np.arange(CONTOUR) * 2 * np.pi / CONTOUR
    turned = _size(values) * np.exp(1j * phi)
    z = turned * (np.cos(t) / np.sqrt(q) + 1j * np.sqrt(q) * np.sin(t))
    dz = turned * (-np.sin(t) / np.sqrt(q) + 1j * np.sqrt(q) * np.cos(t)) * (2 * np.pi / CONTOUR)
    center_x, center_y = _center(values)
    return center_x + z.real, center_y + z.imag, dz.real, dz.imag


def _mean_convergence(values: Values, alpha: np.ndarray, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Inside the ellipse: the flux of alpha through it over 2 pi theta_E^2."""
    flux = np.sum(alpha[0] * dy - alpha[1] * dx, axis=1)
    return np.asarray(flux / (2 * np.pi * _size(values)[:, 0] ** 2))


def _expected_mean(name: str, values: Values) -> np.ndarray:
    """1 by the definition of theta_E; less for the cored NIE; kappa or 0 where there is no theta_E."""
    size = _size(values)[:, 0]
    if name == "NIE":
        return np.asarray((np.hypot(values["s_scale"], size) - values["s_scale"]) / size)
    if "theta_E" not in values:
        return values.get("kappa", np.zeros_like(size))
    return np.ones_like(size)


def light_fluxes(names: list[str], cases: int) -> list[Row]:
    """Of light profiles: the integral of the surface brightness is the total flux (infinite for UNIFORM)."""
    names = [name for name in names if name != "UNIFORM"]
    errors = [_flux_errors(k, name, cases) for k, name in enumerate(names)]
    relation = "integral of the surface brightness is the total flux"
    remark = "n_sersic <= 4.5: beyond it the cut at 1000 R_sersic takes more than 1e-8"
    return [_row_of_all(relation, names, errors, by_precision(1e-6, 1e-5), "relative", remark)]


def _flux_errors(seed: int, name: str, cases: int) -> np.ndarray:
    values = _light_values(np.random.default_rng((20260115, seed)), name, cases)
    size = values["R_sersic" if "R_sersic" in values else "sigma"][:, None]
    radius, angle, weight = _polar_rule()
    x, y = (jnp.asarray(size * np.outer(radius, f(angle)).ravel()) for f in (np.cos, np.sin))
    columns = {key: jnp.asarray(value)[:, None] for key, value in values.items()}
    light = np.asarray(jax.jit(LIGHT_PROFILES[name].surface_brightness)(x, y, **columns), float)
    integral = size[:, 0] ** 2 * (light @ np.repeat(weight, len(angle)))
    flux = jax.jit(LIGHT_PROFILES[name].flux)(**{key: v[:, 0] for key, v in columns.items()})
    return np.asarray(np.abs(integral / np.asarray(flux, float) - 1.0))


def _polar_rule() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Radii (in sizes), angles and the weight of each radius: Gauss-Legendre in ln r, evenly in angle."""
    nodes, weights = np.polynomial.legendre.leggauss(300)
    low, high = np.log(1e-6), np.log(3e3)
    radius = np.exp(low + 0.5 * (high - low) * (nodes + 1.0))
    angle = np.arange(128) * 2 * np.pi / 128
    return radius, angle, 0.5 * (high - low) * weights * radius**2 * 2 * np.pi / 128


def _light_values(rng: np.random.Generator, name: str, cases: int) -> Values:
    modulus, angle = rng.uniform(0.0, 0.5, cases), rng.uniform(0.0, 2 * np.pi, cases)
    drawn = {
        "R_sersic": 10 ** rng.uniform(1.0, 2.0, cases),
        "n_sersic": rng.uniform(0.5, 4.5, cases),
        "sigma": 10 ** rng.uniform(-2.0, 1.0, cases),
        "Rb": 10 ** rng.uniform(-0.5, 0.5, cases),
        "gamma": rng.uniform(0.0, 0.8, cases),
        "alpha": rng.uniform(1.0, 5.0, cases),
        "e1": modulus * np.cos(angle),
        "e2": modulus * np.sin(angle),
        "center_x": np.zeros(cases),
        "center_y": np.zeros(cases),
    }
    return exact({key: drawn[key] for key in LIGHT_PROFILES[name].parameters})
