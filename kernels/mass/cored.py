"""Round lenses with a core: powers of 1 + (r / r_core)^2, their limits, and each less a sheet.

With w = (r / scale)^2 the convergence of all but one is kappa_0 (1 + w)^(-p - 1), so that

    psi'(r) / r = kappa_0 mean_power(p, w),        psi(r) = kappa_0 mean_power_log(p, w) r^2 / 2,

of `fastmath.cored_powers`:

    CORED_DENSITY      p = 1/2                  rho ~ (r_core^2 + r^2)^-2
    CORED_DENSITY_2    p = 0                    rho ~ (r_core^2 + r^2)^(-3/2)
    ULDM               p = slope - 3/2          rho ~ (1 + a (r / theta_c)^2)^-slope
    SPL_CORE           p = (gamma - 3) / 2      rho ~ (r_core^2 + r^2)^(-gamma / 2)

CORED_DENSITY_EXP is the limit of large p, kappa = kappa_0 e^-w.
"""

from __future__ import annotations

from types import MappingProxyType

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.cored_powers import mean_power, mean_power_log
from jaxlens.kernels.fastmath.gamma import log_gamma
from jaxlens.kernels.fastmath.incomplete_gamma import entire_exponential_integral
from jaxlens.kernels.fastmath.removable import decay, log1p_ratio
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.mass.radial_transformations import without_central_sheet
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.types import Real

# Euler's constant, which is in lenstronomy's potential of CORED_DENSITY_EXP.
EULER = 0.5772156649015329


def _cored_slope(r_squared: jax.Array, *, sigma0: Real, r_core: Real) -> jax.Array:
    """CORED_DENSITY, where mean_power(1/2, w) is 2 / (q^2 + q) with q = sqrt(1 + w)."""
    root = jnp.sqrt(1.0 + r_squared * (1.0 / jnp.square(r_core)))
    return 2.0 * sigma0 / (root * (1.0 + root))


def _cored_potential(r_squared: jax.Array, *, sigma0: Real, r_core: Real) -> jax.Array:
    """CORED_DENSITY, with lenstronomy's constant."""
    squared = jnp.square(r_core)
    return 2.0 * sigma0 * squared * jnp.log(jnp.sqrt(r_squared + squared) + r_core)


def _cored_2_slope(r_squared: jax.Array, *, sigma0: Real, r_core: Real) -> jax.Array:
    """CORED_DENSITY_2."""
    return sigma0 * log1p_ratio(r_squared * (1.0 / jnp.square(r_core)))


def _cored_2_potential(r_squared: jax.Array, *, sigma0: Real, r_core: Real) -> jax.Array:
    """CORED_DENSITY_2."""
    return 0.5 * sigma0 * r_squared * mean_power_log(0.0, r_squared / jnp.square(r_core))


def _exp_slope(r_squared: jax.Array, *, kappa_0: Real, theta_c: Real) -> jax.Array:
    """CORED_DENSITY_EXP."""
    return kappa_0 * decay(r_squared * (1.0 / jnp.square(theta_c)))


def _exp_potential(r_squared: jax.Array, *, kappa_0: Real, theta_c: Real) -> jax.Array:
    """CORED_DENSITY_EXP, with lenstronomy's constant."""
    squared = jnp.square(theta_c)
    return 0.5 * kappa_0 * squared * (entire_exponential_integral(r_squared / squared) - EULER)


def _soliton(r_squared: jax.Array, theta_c: Real, slope: Real) -> tuple[Real, jax.Array]:
    """(p, w) of ULDM: the density at theta_c is half of that at the centre."""
    half = jnp.expm1(jnp.log(2.0) / jnp.asarray(slope, r_squared.dtype))
    return slope - 1.5, r_squared * (half / jnp.square(theta_c))


def _uldm_slope(r_squared: jax.Array, *, kappa_0: Real, theta_c: Real, slope: Real = 8.0) -> jax.Array:
    """ULDM."""
    return kappa_0 * mean_power(*_soliton(r_squared, theta_c, slope))


def _uldm_potential(r_squared: jax.Array, *, kappa_0: Real, theta_c: Real, slope: Real = 8.0) -> jax.Array:
    """ULDM."""
    return 0.5 * kappa_0 * r_squared * mean_power_log(*_soliton(r_squared, theta_c, slope))


def _central_convergence(sigma0: Real, gamma: Real) -> jax.Array:
    """SPL_CORE: sigma0 B(1/2, (gamma - 1) / 2), the density integrated along the line of sight."""
    half = 0.5 * jnp.asarray(gamma)
    return sigma0 * jnp.sqrt(jnp.pi) * jnp.exp(log_gamma(half - 0.5) - log_gamma(half))


def _spl_slope(r_squared: jax.Array, *, sigma0: Real, r_core: Real, gamma: Real) -> jax.Array:
    """SPL_CORE."""
    w = r_squared * (1.0 / jnp.square(r_core))
    return _central_convergence(sigma0, gamma) * mean_power(0.5 * gamma - 1.5, w)


def _spl_potential(r_squared: jax.Array, *, sigma0: Real, r_core: Real, gamma: Real) -> jax.Array:
    """SPL_CORE."""
    mean = mean_power_log(0.5 * gamma - 1.5, r_squared / jnp.square(r_core))
    return 0.5 * _central_convergence(sigma0, gamma) * r_squared * mean


# What sigma0 is here, and in no other family.
_CENTRAL = MappingProxyType({"sigma0": Meaning("", "central convergence", 0.1, 1.0)})

CORED_DENSITY = Radial(_cored_slope, _cored_potential)
CORED_DENSITY_2 = Radial(_cored_2_slope, _cored_2_potential)
CORED_DENSITY_EXP = Radial(_exp_slope, _exp_potential)
ULDM = Radial(_uldm_slope, _uldm_potential)
SPL_CORE = Radial(_spl_slope, _spl_potential)

cored_density = register_round(
    "CORED_DENSITY",
    CORED_DENSITY,
    """Deflection of a core that falls steeply outside; lenstronomy's CORED_DENSITY.

        kappa(r) = sigma0 [1 + (r / r_core)^2]^(-3/2),        rho ~ (r_core^2 + r^2)^-2

    Blum, Castorina and Simonovic (2020, arXiv:2001.07182).
    """,
    meanings=_CENTRAL,
)

cored_density_2 = register_round(
    "CORED_DENSITY_2",
    CORED_DENSITY_2,
    """Deflection of a core whose density falls as that of an NFW halo; lenstronomy's CORED_DENSITY_2.

        kappa(r) = sigma0 / [1 + (r / r_core)^2],        rho ~ (r_core^2 + r^2)^(-3/2)

    The potential is a dilogarithm, where lenstronomy integrates numerically.
    """,
    meanings=_CENTRAL,
)

cored_density_exp = register_round(
    "CORED_DENSITY_EXP",
    CORED_DENSITY_EXP,
    """Deflection of a Gaussian core; lenstronomy's CORED_DENSITY_EXP.

        kappa(r) = kappa_0 exp(-(r / theta_c)^2),        rho ~ exp(-(r / theta_c)^2)
    """,
)

uldm = register_round(
    "ULDM",
    ULDM,
    """Deflection of the soliton of ultralight dark matter; lenstronomy's ULDM.

        kappa(r) = kappa_0 [1 + a (r / theta_c)^2]^(1/2 - slope),
        rho ~ [1 + a (r / theta_c)^2]^-slope,                      a = 2^(1 / slope) - 1

    Schive et al. (2014, arXiv:1406.6586), with slope = 8 for a soliton alone, and Blum and Teodori (2021,
    arXiv:2105.10873) for others.
    """,
)

spl_core = register_round(
    "SPL_CORE",
    SPL_CORE,
    """Deflection of a round power law with a core; lenstronomy's SPL_CORE.

        rho(r) = (sigma0 / r_core) [1 + (r / r_core)^2]^(-gamma / 2),
        kappa(r) = sigma0 B(1/2, (gamma - 1) / 2) [1 + (r / r_core)^2]^((1 - gamma) / 2)

    for gamma > 1, also at gamma = 2 and 3.  lenstronomy has no potential of it.
    """,
    meanings=MappingProxyType(
        {"sigma0": Meaning("", "central density times the core radius, over the critical one", 0.1, 1.0)}
    ),
)

_MST = """Deflection of {core} less the sheet with its central convergence; lenstronomy's {name}.

        alpha = alpha_{core}(central convergence = k, core radius = r_core) - k (x, y),
        k = (1 - lambda_approx) / lambda_approx

    An approximate mass-sheet transformation: Blum, Castorina and Simonovic (2020, arXiv:2001.07182).
    """

for _name, _core, _family, _amplitude, _scale in (
    ("CORED_DENSITY_MST", "CORED_DENSITY", CORED_DENSITY, "sigma0", "r_core"),
    ("CORED_DENSITY_2_MST", "CORED_DENSITY_2", CORED_DENSITY_2, "sigma0", "r_core"),
    ("CORED_DENSITY_EXP_MST", "CORED_DENSITY_EXP", CORED_DENSITY_EXP, "kappa_0", "theta_c"),
    ("CORED_DENSITY_ULDM_MST", "ULDM", ULDM, "kappa_0", "theta_c"),
):
    register_round(
        _name,
        without_central_sheet(_family, _amplitude, _scale),
        _MST.format(name=_name, core=_core),
    )
