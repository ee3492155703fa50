"""Rays through planes of TNFW haloes and their Jacobian, in numpy, for the search of image positions.

The sums over haloes are those of lenstronomy's TNFW (Baltz, Marshall & Oguri 2009, appendix A), written so
that deflection and second derivatives share what they have in common; `checked` compares them with
lenstronomy.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from validation.agreement.exact.images import LensPlanes, Plane, Profile
from validation.haloes.oracles.draws import COSMOLOGY, Arrays

# lenstronomy's smallest radius, in units of Rs.
SMALLEST = 1e-3
# Rays times haloes at once: a few MB an array.
AT_ONCE = 400_000
# The largest difference from lenstronomy's deflections (arcsec) that is rounding.
ROUNDING = 1e-10


class HaloPlanes(LensPlanes):
    """Macro profiles and TNFW haloes in planes, nearest first; the last redshift is that of the source."""

    def __init__(
        self, macro: Sequence[Sequence[Profile]], haloes: Sequence[Arrays], redshifts: Sequence[float]
    ) -> None:
        """`macro` and `haloes` have one entry for each plane of deflectors, `redshifts` one more."""
        super().__init__(macro, redshifts, COSMOLOGY)
        self._planes = [_WithHaloes(profiles, own) for profiles, own in zip(macro, haloes, strict=True)]


class _WithHaloes(Plane):
    """A plane of `LensPlanes` and haloes in it."""

    def __init__(self, profiles: Sequence[Profile], haloes: Arrays) -> None:
        super().__init__(profiles)
        self._haloes = haloes

    def deflection(self, position: np.ndarray, jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As that of the plane, with the haloes."""
        alpha, derivative = super().deflection(position, jacobian)
        more, hessian = tnfw_sum(position, self._haloes)
        return alpha + more, derivative + np.einsum("ijn,jkn->ikn", hessian, jacobian)


def tnfw_sum(position: np.ndarray, haloes: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Deflection (2, n) and second derivatives (2, 2, n) of all haloes at positions (2, n)."""
    alpha, hessian = np.zeros_like(position), np.zeros((2, *position.shape))
    if not len(haloes["x"]):
        return alpha, hessian
    step = max(1, AT_ONCE // len(haloes["x"]))
    for start in range(0, position.shape[1], step):
        own = slice(start, start + step)
        alpha[:, own], hessian[..., own] = _sum(position[:, own], haloes)
    return alpha, hessian


def _sum(position: np.ndarray, haloes: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """`tnfw_sum` of a few positions."""
    dx, dy = (position[k][:, None] - haloes[axis] for k, axis in enumerate("xy"))
    Rs, tau = haloes["Rs"], haloes["r_trunc"] / haloes["Rs"]
    R = np.maximum(np.hypot(dx, dy), SMALLEST * Rs)
    mean, kappa = _mean_and_convergence(R / Rs, tau)
    scale = haloes["alpha_Rs"] / (4.0 * Rs * (1.0 - np.log(2.0)))
    mean, kappa = scale * mean, scale * kappa
    turn = (mean - kappa) / R**2
    xx, xy, yy = (kappa + turn * (dy**2 - dx**2), -2.0 * turn * dx * dy, kappa - turn * (dy**2 - dx**2))
    alpha = np.array([(mean * dx).sum(axis=1), (mean * dy).sum(axis=1)])
    xx, xy, yy = (part.sum(axis=1) for part in (xx, xy, yy))
    return alpha, np.array([[xx, xy], [xy, yy]])


def _mean_and_convergence(x: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """4 g / x^2 and 2 F of lenstronomy's TNFW: mean convergence inside x, and at x, over rho0 Rs."""
    t2, u = tau**2, x**2
    root = np.sqrt(np.abs(1.0 - u))
    inside = x < 1.0
    with np.errstate(all="ignore"):
        nfw = np.where(inside, np.arctanh(np.where(inside, root, 0.0)), np.arctan(root)) / root
        nfw = np.where(root == 0.0, 1.0, nfw)
        falling = np.where(root == 0.0, 1.0 / 3.0, (1.0 - nfw) / (u - 1.0))
    beyond = np.sqrt(t2 + u)
    log = np.log(x / (tau + beyond)) * (t2 - 1.0) / tau
    front = t2 / (t2 + 1.0) ** 2
    g = front * (
        (t2 + 1.0 + 2.0 * (u - 1.0)) * nfw + tau * np.pi + (t2 - 1.0) * np.log(tau) + beyond * (log - np.pi)
    )
    F = front * ((t2 + 1.0) * falling + 2.0 * nfw + (log - np.pi) / beyond)
    return 4.0 * g / u, 2.0 * F


def lens_model(
    macro: Sequence[Sequence[Profile]], haloes: Sequence[Arrays], redshifts: Sequence[float]
) -> tuple[LensModel, list[dict[str, float]]]:
    """Lenstronomy's model of the same lens, and its keyword arguments.

    Args:
        macro: the macro profiles of each plane.
        haloes: the haloes of each plane.
        redshifts: those of the planes, and of the source.

    Returns:
        The model and the keyword arguments of its profiles.
    """
    names: list[str] = []
    keywords: list[dict[str, float]] = []
    at: list[float] = []
    for profiles, own, z in zip(macro, haloes, redshifts[:-1], strict=True):
        each = [(name, dict(values)) for name, values in profiles]
        each += [("TNFW", _keywords(own, k)) for k in range(len(own["x"]))]
        names += [name for name, _ in each]
        keywords += [values for _, values in each]
        at += [z] * len(each)
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        model = LensModel(
            names,
            lens_redshift_list=at,
            z_source=redshifts[-1],
            z_source_convention=redshifts[-1],
            multi_plane=True,
            cosmo=COSMOLOGY,
        )
    return model, keywords


def checked(planes: HaloPlanes, model: tuple[LensModel, list[dict[str, float]]], rays: np.ndarray) -> None:
    """Compare some rays (2, n) with lenstronomy's.

    Raises:
        RuntimeError: if they differ by more than rounding.
    """
    ours, _ = planes.shoot(rays, planes.source_plane)
    away = np.abs(ours - np.array(model[0].ray_shooting(*rays, model[1]))).max()
    if not away < ROUNDING:
        raise RuntimeError(f"rays differ by {away} arcsec from lenstronomy's")


def _keywords(haloes: Arrays, k: int) -> dict[str, float]:
    """Lenstronomy's keyword arguments of halo k."""
    names = {"Rs": "Rs", "alpha_Rs": "alpha_Rs", "r_trunc": "r_trunc", "center_x": "x", "center_y": "y"}
    return {theirs: float(haloes[ours][k]) for theirs, ours in names.items()}
