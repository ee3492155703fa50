"""Every mass profile in closed form, to 40 digits: potential, deflection, convergence and shear.

Written with z = x + iy relative to the center: alpha = alpha_x + i alpha_y and gamma = gamma1 + i gamma2, so
d(alpha)/dz = kappa and d(alpha)/d(conj z) = gamma.  Ellipsoids are evaluated along their own axes, with axis
ratio and position angle, and turned back; the kernels of jaxlens avoid both.

    >>> from validation.agreement.exact.mass import lensing
    >>> lensing("SIS", {"theta_E": 1.0}, 2.0, 0.0)
    Lensing(potential=2.0, alpha_x=1.0, alpha_y=0.0, kappa=0.25, gamma1=-0.25, gamma2=0.0)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import mpmath as mp

# Decimal digits of the arithmetic.
DIGITS = 40
# lenstronomy clips |e| to this.
MAX_ELLIPTICITY = 0.9999
# lenstronomy's SIE is its NIE with this core radius (arcsec).
SIE_CORE = 1e-10

# mpf or mpc: mpmath has no types.
Number = Any
Complex = tuple[Number, Number, Number, Number]


class Lensing(NamedTuple):
    """The lensing at a point: potential (arcsec^2), deflection (arcsec), convergence and shear."""

    potential: float
    alpha_x: float
    alpha_y: float
    kappa: float
    gamma1: float
    gamma2: float


def lensing(name: str, parameters: Mapping[str, float], x: float, y: float) -> Lensing:
    """The lensing of a profile, evaluated with 40 digits.

    Args:
        name: lenstronomy's name of the profile.
        parameters: its parameters by lenstronomy's names.
        x: position in arcsec.
        y: position in arcsec.

    Returns:
        All fields, rounded to float64; zero in the center of a singular profile.
    """
    with mp.workdps(DIGITS):
        values = {key: mp.mpf(value) for key, value in parameters.items()}
        origin = ("ra_0", "dec_0") if "ra_0" in values else ("center_x", "center_y")
        center = mp.mpc(*(values.pop(key, mp.mpf(0)) for key in origin))
        z = mp.mpc(x, y) - center
        if z == 0 and name in SINGULAR:
            return Lensing(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        potential, alpha, kappa, gamma = PROFILES[name](z, **values)
        fields = (potential, alpha.real, alpha.imag, kappa, gamma.real, gamma.imag)
        return Lensing(*map(float, fields))


def _sis(z: Number, theta_E: Number) -> Complex:
    kappa = theta_E / (2 * abs(z))
    return theta_E * abs(z), theta_E * z / abs(z), kappa, -kappa * z / mp.conj(z)


def _point_mass(z: Number, theta_E: Number) -> Complex:
    w = theta_E / mp.conj(z)
    return theta_E**2 * mp.log(abs(z)), theta_E * w, mp.mpf(0), -(w**2)


def _convergence(z: Number, kappa: Number) -> Complex:
    return kappa * abs(z) ** 2 / 2, kappa * z, kappa, mp.mpc(0)


def _shear(z: Number, gamma1: Number, gamma2: Number) -> Complex:
    gamma = mp.mpc(gamma1, gamma2)
    alpha = gamma * mp.conj(z)
    return mp.re(alpha * mp.conj(z)) / 2, alpha, mp.mpf(0), gamma


def _shear_gamma_psi(z: Number, gamma_ext: Number, psi_ext: Number) -> Complex:
    gamma = gamma_ext * mp.expj(2 * psi_ext)
    return _shear(z, gamma.real, gamma.imag)


def _in_own_axes(
    major: Callable[..., Complex], z: Number, e1: Number, e2: Number, **values: Number
) -> Complex:
    """An ellipsoid from `major(z, q, **values)`, the same with its major axis along x."""
    modulus = min(abs(mp.mpc(e1, e2)), mp.mpf(MAX_ELLIPTICITY))
    turn = mp.expj(mp.arg(mp.mpc(e1, e2)) / 2)
    potential, alpha, kappa, gamma = major(z / turn, (1 - modulus) / (1 + modulus), **values)
    return potential, alpha * turn, kappa, gamma * turn**2


def _epl(z: Number, e1: Number, e2: Number, theta_E: Number, gamma: Number) -> Complex:
    return _in_own_axes(_epl_major, z, e1, e2, theta_E=theta_E, t=gamma - 1)


def _epl_major(z: Number, q: Number, theta_E: Number, t: Number) -> Complex:
    """Tessore & Metcalf (2015), eqs. 2, 15, 22 and 23; the shear by Euler's theorem.

    alpha is homogeneous of degree 1 - t, so z kappa + conj(z) gamma = (1 - t) alpha.
    """
    zeta = mp.mpc(q * z.real, z.imag)
    power = (theta_E * mp.sqrt(q) / abs(zeta)) ** t
    angular = mp.hyp2f1(1, t / 2, 2 - t / 2, -(1 - q) / (1 + q) * zeta / mp.conj(zeta))
    alpha = 2 / (1 + q) * power * zeta * angular
    kappa = (2 - t) / 2 * power
    gamma = ((1 - t) * alpha - kappa * z) / mp.conj(z)
    return mp.re(alpha * mp.conj(z)) / (2 - t), alpha, kappa, gamma


def _nie(z: Number, e1: Number, e2: Number, theta_E: Number, s_scale: Number) -> Complex:
    return _in_own_axes(_nie_major, z, e1, e2, theta_E=theta_E, s_scale=s_scale)


def _sie(z: Number, e1: Number, e2: Number, theta_E: Number) -> Complex:
    return _nie(z, e1, e2, theta_E, mp.mpf(SIE_CORE))


def _nie_major(z: Number, q: Number, theta_E: Number, s_scale: Number) -> Complex:
    """Keeton & Kochanek (1998), eqs. 8 to 10, with their derivatives:

    alpha_x = (b/f) arctan(f u), alpha_y = (b/f) artanh(f v), u = x / (psi + s), v = y / (psi + q^2 s).
    """
    x, y = z.real, z.imag
    b, s, f = theta_E * mp.sqrt(q), s_scale / mp.sqrt(q), mp.sqrt(1 - q**2)
    psi = mp.sqrt(q**2 * (s**2 + x**2) + y**2)
    u, v = x / (psi + s), y / (psi + q**2 * s)
    alpha = b * mp.mpc(mp.atan(f * u) / f, mp.atanh(f * v) / f) if f else b * mp.mpc(u, v)
    by_u = b / (1 + (f * u) ** 2) / (psi + s)
    f_xx = by_u * (1 - u * q**2 * x / psi)
    f_xy = -by_u * u * y / psi
    f_yy = b / (1 - (f * v) ** 2) / (psi + q**2 * s) * (1 - v * y / psi)
    core = b * s / 2 * mp.log((psi + s) ** 2 + (f * x) ** 2)
    potential = mp.re(alpha * mp.conj(z)) - core
    return potential, alpha, (f_xx + f_yy) / 2, mp.mpc((f_xx - f_yy) / 2, f_xy)


# Profiles that are singular in the center, where all fields are set to zero.
SINGULAR = ("SIS", "EPL", "POINT_MASS")
PROFILES: dict[str, Callable[..., Complex]] = {
    "SIS": _sis,
    "SIE": _sie,
    "NIE": _nie,
    "EPL": _epl,
    "POINT_MASS": _point_mass,
    "CONVERGENCE": _convergence,
    "SHEAR": _shear,
    "SHEAR_GAMMA_PSI": _shear_gamma_psi,
}
