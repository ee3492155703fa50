"""Matter along the line of sight up to flexion (Duboscq et al. 2024, arXiv:2405.12091).

Beyond the tidal regime of `line_of_sight`, each part has a flexion of type F and one of type G, with which

    D(theta) = [conj(F) theta^2 + 2 F |theta|^2 + G conj(theta)^2] / 2

in complex notation; D(theta, a) = (conj(F) theta + F conj(theta)) a + (F theta + G conj(theta)) conj(a) is
its derivative along a.  To first order in the distortions, with alpha and psi of the lens and Gamma of
`line_of_sight`,

    theta_d = theta - Gamma_od theta - D_od(theta),    a = alpha(theta),
    theta - beta = alpha(theta_d) + Gamma_os theta + D_os(theta) - Gamma_ds a - D_2ds(theta, a) + D_1ds(a),

and with los = od + os - ds, 1los = od + 1ds - 2ds, and the flexion los = od + os - 2ds,

    e = alpha(theta_d) - Gamma_od a - D_od(theta, a) + D_los(theta),
    T = e . [e + Gamma_los e + 4/3 D_1los(e)] / 2 - psi(theta_d) - theta . D_los(theta) / 3.

LOS_FLEXION_MINIMAL has os = los, 1ds = 1los, and ds = 2ds = od.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.flexion import flexion
from jaxlens.kernels.mass.line_of_sight import TIDAL_MEANINGS, Tidal, distorted, register_line_of_sight
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import LineOfSight
from jaxlens.kernels.types import Pair, Real

# The flexions of the module's equations.
_PARTS = {
    "od": "in front of the lens",
    "os": "to the source, without the lens",
    "1ds": "behind the lens, of second order in its deflection",
    "2ds": "behind the lens, of first order in its deflection",
    "los": "of od and os less 2ds",
    "1los": "of od and 1ds less 2ds",
}
# The usual size of a flexion (1/arcsec).
_USUAL = 0.01
# What the parameters of LOS_FLEXION and LOS_FLEXION_MINIMAL mean.
FLEXION_MEANINGS = TIDAL_MEANINGS | {
    f"{kind}{k}_{part}": Meaning("1/arcsec", f"{kind} flexion {where}", -_USUAL, _USUAL)
    for kind in "FG"
    for k in (1, 2)
    for part, where in _PARTS.items()
}


class Flexion(NamedTuple):
    """The third derivatives of one part of the line of sight, 1/arcsec: those in xxx, xxy, xyy and yyy."""

    g1: Real
    g2: Real
    g3: Real
    g4: Real

    def __call__(self, x: Real, y: Real) -> Pair:
        """D(theta) of the module's equations."""
        return flexion(x, y, g1=self.g1, g2=self.g2, g3=self.g3, g4=self.g4)

    def along(self, x: jax.Array, y: jax.Array, a: Pair) -> Pair:
        """D(theta, a) of the module's equations.

        Args:
            x: theta (arcsec), any shape.
            y: its other component.
            a: the two components of a (arcsec).

        Returns:
            The two components (arcsec), of the shape of x.
        """
        xx, xy, yy = x * a[0], x * a[1] + y * a[0], y * a[1]
        return (
            self.g1 * xx + self.g2 * xy + self.g3 * yy,
            self.g2 * xx + self.g3 * xy + self.g4 * yy,
        )


class Flexed(NamedTuple):
    """What the rays depend on: the tidal distortions, and the flexions."""

    od: Tidal
    os: Tidal
    ds: Tidal
    flexion_od: Flexion
    flexion_os: Flexion
    flexion_1ds: Flexion
    flexion_2ds: Flexion


def _deflection(x: jax.Array, y: jax.Array, lens: Callable[..., Pair], *parts: Tidal | Flexion) -> Pair:
    """The difference theta - beta of the module's equations; `lens` is alpha."""
    at = Flexed(*parts)  # type: ignore[arg-type]
    (alpha_x, alpha_y), a = lens(*_lens_plane(x, y, at)), lens(x, y)
    terms = (
        distorted(x, y, at.os),
        at.flexion_os(x, y),
        _minus(distorted(*a, at.ds)),
        _minus(at.flexion_2ds.along(x, y, a)),
        at.flexion_1ds(*a),
    )
    return alpha_x + sum(term[0] for term in terms), alpha_y + sum(term[1] for term in terms)


def _lens_plane(x: jax.Array, y: jax.Array, at: Flexed) -> Pair:
    """theta_d of the module's equations."""
    (tidal_x, tidal_y), (flexed_x, flexed_y) = distorted(x, y, at.od), at.flexion_od(x, y)
    return x - tidal_x - flexed_x, y - tidal_y - flexed_y


def _minus(a: Pair) -> Pair:
    return -a[0], -a[1]


def _fermat(
    x: jax.Array,
    y: jax.Array,
    lens: Callable[..., Pair],
    potential: Callable[..., jax.Array],
    *parts: Tidal | Flexion,
) -> jax.Array:
    """T of the module's equations at an image; `lens` is alpha, and `potential` psi."""
    at = Flexed(*parts)  # type: ignore[arg-type]
    plane, a = _lens_plane(x, y, at), lens(x, y)
    los = _combined(at.flexion_od, at.flexion_os, at.flexion_2ds)
    one_los = _combined(at.flexion_od, at.flexion_1ds, at.flexion_2ds)
    los_x, los_y = los(x, y)
    terms = (
        lens(*plane),
        _minus(distorted(*a, _without_rotation(at.od))),
        _minus(at.flexion_od.along(x, y, a)),
        (los_x, los_y),
    )
    e_x, e_y = sum(term[0] for term in terms), sum(term[1] for term in terms)
    tidal = tuple(od + os - ds for od, os, ds in zip(at.od, at.os, at.ds, strict=True))
    tidal_x, tidal_y = distorted(e_x, e_y, _without_rotation(tidal))  # type: ignore[arg-type]
    flexed_x, flexed_y = one_los(e_x, e_y)
    geometry = e_x * (e_x + tidal_x + 4.0 / 3.0 * flexed_x) + e_y * (e_y + tidal_y + 4.0 / 3.0 * flexed_y)
    return 0.5 * geometry - potential(*plane) - (x * los_x + y * los_y) / 3.0


def _without_rotation(part: Tidal) -> Tidal:
    return (*part[:3], 0.0)


def _combined(a: Flexion, b: Flexion, c: Flexion) -> Flexion:
    """A + b - c."""
    return Flexion(*(i + j - k for i, j, k in zip(a, b, c, strict=True)))


def _flexion_of(own: Mapping[str, Real], part: str) -> Flexion:
    """The third derivatives of the flexions F and G of one part, among the parameters `own`."""
    f1, f2, g1, g2 = (jnp.asarray(own[f"{name}_{part}"]) for name in ("F1", "F2", "G1", "G2"))
    return Flexion(3.0 * f1 + g1, f2 + g2, f1 - g1, 3.0 * f2 - g2)


def _parts(
    kappa_od: Real = 0.0,
    kappa_os: Real = 0.0,
    kappa_ds: Real = 0.0,
    gamma1_od: Real = 0.0,
    gamma2_od: Real = 0.0,
    gamma1_os: Real = 0.0,
    gamma2_os: Real = 0.0,
    gamma1_ds: Real = 0.0,
    gamma2_ds: Real = 0.0,
    F1_od: Real = 0.0,
    F2_od: Real = 0.0,
    G1_od: Real = 0.0,
    G2_od: Real = 0.0,
    F1_os: Real = 0.0,
    F2_os: Real = 0.0,
    G1_os: Real = 0.0,
    G2_os: Real = 0.0,
    F1_1ds: Real = 0.0,
    F2_1ds: Real = 0.0,
    G1_1ds: Real = 0.0,
    G2_1ds: Real = 0.0,
    F1_2ds: Real = 0.0,
    F2_2ds: Real = 0.0,
    G1_2ds: Real = 0.0,
    G2_2ds: Real = 0.0,
    omega_os: Real = 0.0,
) -> Flexed:
    """What the rays depend on, from the parameters of LOS_FLEXION."""
    own = locals()
    return Flexed(
        (kappa_od, gamma1_od, gamma2_od, 0.0),
        (kappa_os, gamma1_os, gamma2_os, omega_os),
        (kappa_ds, gamma1_ds, gamma2_ds, 0.0),
        *(_flexion_of(own, part) for part in ("od", "os", "1ds", "2ds")),
    )


def _minimal_parts(
    kappa_od: Real = 0.0,
    gamma1_od: Real = 0.0,
    gamma2_od: Real = 0.0,
    F1_od: Real = 0.0,
    F2_od: Real = 0.0,
    G1_od: Real = 0.0,
    G2_od: Real = 0.0,
    kappa_los: Real = 0.0,
    gamma1_los: Real = 0.0,
    gamma2_los: Real = 0.0,
    F1_los: Real = 0.0,
    F2_los: Real = 0.0,
    G1_los: Real = 0.0,
    G2_los: Real = 0.0,
    F1_1los: Real = 0.0,
    F2_1los: Real = 0.0,
    G1_1los: Real = 0.0,
    G2_1los: Real = 0.0,
    omega_los: Real = 0.0,
) -> Flexed:
    """What the rays depend on, from the parameters of LOS_FLEXION_MINIMAL."""
    own, od = locals(), (kappa_od, gamma1_od, gamma2_od, 0.0)
    los = kappa_los, gamma1_los, gamma2_los, omega_los
    return Flexed(od, los, od, *(_flexion_of(own, part) for part in ("od", "los", "1los", "od")))


_FLEXED = LineOfSight(_deflection, _fermat)
_DOC = """Distortions along the line of sight up to flexion; lenstronomy's {}.

The parameters of LOS, of the rotations only that of os, and the flexions F and G of each part, which distort
in the second order of the position{}.  One lens plane only.  Duboscq et al. 2024, arXiv:2405.12091.
"""

register_line_of_sight(
    "LOS_FLEXION",
    _parts,
    _FLEXED,
    _DOC.format("LOS_FLEXION", ""),
    meanings=FLEXION_MEANINGS,
    linear=False,
)
register_line_of_sight(
    "LOS_FLEXION_MINIMAL",
    _minimal_parts,
    _FLEXED,
    _DOC.format("LOS_FLEXION_MINIMAL", "; here los stands for os, 1los for 1ds, and od for ds and 2ds too"),
    meanings=FLEXION_MEANINGS,
    linear=False,
)
