"""Deflections of profiles that lenstronomy cannot evaluate by itself, by quadrature.

SPEMD: lenstronomy calls the library fastell, which is not on PyPI.  The deflection of an ellipsoid of axis
ratio q whose convergence is a function of xi^2 = x^2 + y^2 / q^2 is (Keeton 2001, astro-ph/0102341)

    alpha_x = q x J_0,   alpha_y = q y J_1,   J_n = int_0^1 kappa(xi(u)^2) [1 - (1 - q^2) u]^(-n - 1/2) du,
    xi(u)^2 = u {x^2 + y^2 / [1 - (1 - q^2) u]}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

# Nodes of the Gauss-Legendre rule in u^(1/POWER), which makes the integrand of a steep core smooth.
NODES, POWER = 600, 8


def spemd(x: np.ndarray, y: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """Deflection (2, points) of the softened power law, kappa = (3 - gamma) / 2 [theta_E^2 / (R^2 + c^2)]^g.

    Args:
        x: positions (points,) in arcsec.
        y: the other coordinate.
        values: lenstronomy's parameters of SPEMD; R is the product average radius, c = s_scale and
            g = (gamma - 1) / 2.
    """
    gamma, theta_E, core = values["gamma"], values["theta_E"], values["s_scale"]

    def kappa(r_squared: np.ndarray) -> np.ndarray:
        power = (theta_E**2 / (r_squared + core**2)) ** (0.5 * (gamma - 1.0))
        return np.asarray(0.5 * (3.0 - gamma) * power)

    return elliptical(x, y, values, kappa)


def elliptical(
    x: np.ndarray, y: np.ndarray, values: Mapping[str, float], kappa: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Deflection (2, points) of a convergence that is constant on ellipses, or on circles without e1 and e2.

    Args:
        x: positions (points,) in arcsec.
        y: the other coordinate.
        values: the centre and the ellipticity by name.
        kappa: the convergence as a function of the squared product average radius (arcsec^2).
    """
    e1, e2 = values.get("e1", 0.0), values.get("e2", 0.0)
    modulus = np.hypot(e1, e2)
    q = (1.0 - modulus) / (1.0 + modulus)
    turn = np.exp(0.5j * np.arctan2(e2, e1))
    z = ((x - values["center_x"]) + 1j * (y - values["center_y"])) / turn
    alpha = _along_axes(z.real, z.imag, q, lambda xi_squared: kappa(q * xi_squared)) * turn
    return np.stack([alpha.real, alpha.imag])


def _along_axes(
    x: np.ndarray, y: np.ndarray, q: float, kappa: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """alpha_x + i alpha_y (points,) of the module's equation."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    t = 0.5 * (nodes + 1.0)[:, None]
    u, weight = t**POWER, 0.5 * weights[:, None] * POWER * t ** (POWER - 1)
    stretch = 1.0 - (1.0 - q**2) * u
    integrand = weight * kappa(u * (x**2 + y**2 / stretch)) / np.sqrt(stretch)
    return np.asarray(q * (x * np.sum(integrand, axis=0) + 1j * y * np.sum(integrand / stretch, axis=0)))


# By the name of the profile.
STAND_INS: dict[str, Callable[[np.ndarray, np.ndarray, Mapping[str, float]], np.ndarray]] = {"SPEMD": spemd}
