"""The profiles whose Gaussians are in `gauss_decomposition`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import jax

from jaxlens.kernels.mass.gauss_decomposition import (
    Gaussians,
    ctnfw_gaussians,
    gnfw_gaussians,
    nfw_gaussians,
    sersic_gaussians,
)
from jaxlens.kernels.mass.gaussian import MULTI_GAUSSIAN
from jaxlens.kernels.mass.gaussian_ellipse import multi_gaussian_ellipse, multi_gaussian_ellipse_potential
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import describe, mass_profile
from jaxlens.kernels.types import Pair, Real


def _register(
    name: str,
    gaussians: Callable[..., Gaussians],
    required: tuple[str, ...],
    doc: str,
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
) -> Callable[..., Pair]:
    """Registers the elliptical profile of some Gaussians, whose function has the required parameters."""

    def sums(own: dict[str, Any]) -> dict[str, Any]:
        shape = {key: own.pop(key) for key in ("e1", "e2")}
        amp, sigma = gaussians(**own)
        return {"amp": amp, "sigma": sigma} | shape

    def potential(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any) -> jax.Array:
        return multi_gaussian_ellipse_potential(x - center_x, y - center_y, **sums(own))

    def deflection(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any) -> Pair:
        return multi_gaussian_ellipse(x - center_x, y - center_y, **sums(own))

    for function in (potential, deflection):
        describe(function, name, doc, (*required, "e1", "e2"))
    return mass_profile(name, potential=potential, meanings=meanings)(deflection)


sersic_ellipse_gauss_dec = _register(
    "SERSIC_ELLIPSE_GAUSS_DEC",
    sersic_gaussians,
    ("k_eff", "R_sersic", "n_sersic"),
    """Elliptical Sersic convergence as 15 Gaussians; lenstronomy's SERSIC_ELLIPSE_GAUSS_DEC.

    kappa = k_eff exp(-b_n [(R / R_sersic)^(1/n) - 1]), b_n = 1.9992 n - 0.3271, with R the product-average
    elliptical radius (Shajib 2019).  The widths are from 0.02 to 15 R_sersic.  The sum has the convergence of
    the exact profile to 1e-3 between 0.1 and 3 R_sersic for n from 1 to 8, and is poor below n = 0.7.
    """,
    {"n_sersic": Meaning("", "Sersic index, from 0.5 to 12", 0.8, 5.0)},
)

nfw_ellipse_gauss_dec = _register(
    "NFW_ELLIPSE_GAUSS_DEC",
    nfw_gaussians,
    ("Rs", "alpha_Rs"),
    """Elliptical NFW convergence as 20 Gaussians; lenstronomy's NFW_ELLIPSE_GAUSS_DEC.

    The convergence of a round NFW lens whose deflection at Rs is alpha_Rs, with R the product-average
    elliptical radius (Shajib 2019).  The widths are from 1e-4 to 250 Rs; the convergence of the sum waves by
    up to 1 per cent about the exact one, the deflection by less.
    """,
)

gnfw_ellipse_gauss_dec = _register(
    "GNFW_ELLIPSE_GAUSS_DEC",
    gnfw_gaussians,
    ("Rs", "alpha_Rs", "gamma_in"),
    """Elliptical generalized NFW convergence as 20 Gaussians; lenstronomy's GNFW_ELLIPSE_GAUSS_DEC.

    The projection of a density (r / Rs)^-gamma_in (1 + r / Rs)^(gamma_in - 3) whose deflection at Rs is
    alpha_Rs, with R the product-average elliptical radius (Shajib 2019).  lenstronomy has a core of 1e-3 Rs
    in the convergence that it transforms, and a coarse integral for it: there the Gaussians narrower than
    1e-2 Rs are wrong.  Here they are those of the exact convergence.
    """,
    {"gamma_in": Meaning("", "logarithmic slope of the density at the centre, from 0 to 2.9", 0.5, 2.0)},
)


def _ctnfw_slope(
    r_squared: jax.Array, *, r_s: Real, r_core: Real, r_trunc: Real, a: Real, rho_s: Real
) -> jax.Array:
    amp, sigma = ctnfw_gaussians(r_s, r_core, r_trunc, a, rho_s)
    return MULTI_GAUSSIAN.slope(r_squared, amp=amp, sigma=sigma)


def _ctnfw_potential(
    r_squared: jax.Array, *, r_s: Real, r_core: Real, r_trunc: Real, a: Real, rho_s: Real
) -> jax.Array:
    amp, sigma = ctnfw_gaussians(r_s, r_core, r_trunc, a, rho_s)
    return MULTI_GAUSSIAN.potential(r_squared, amp=amp, sigma=sigma)


ctnfw_gauss_dec = register_round(
    "CTNFW_GAUSS_DEC",
    Radial(_ctnfw_slope, _ctnfw_potential),
    """Cored and truncated NFW density as 15 Gaussians, projected; lenstronomy's CTNFW_GAUSS_DEC.

    rho = rho_s / (1 + x)^2 [x^a + (r_core / r_s)^a]^(-1/a) (r_trunc / r_s)^2 / [(r_trunc / r_s)^2 + x^2],
    x = r / r_s, and kappa is its integral along the line of sight (Shajib 2019).  The widths are from 0.01 to
    20 r_s.  The transform needs a below 3: above 4 the density has a singularity among the complex radii.
    """,
    meanings={"a": Meaning("", "sharpness of the transition to the core", 1.0, 2.2)},
)
