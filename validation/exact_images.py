"""Image positions to machine precision, from lenstronomy's deflections and analytic second derivatives.

lenstronomy's own magnifications of an SIE, and of several planes, come from finite differences and are
good to 1e-5 only.  Here an SIE is EPL at gamma = 2, whose second derivatives are analytic, and the
Jacobian of several planes is put together from theirs:

    theta_j = theta - sum_{i<j} b_ij alpha_i(theta_i),    A_j = 1 - sum_{i<j} b_ij H_i(theta_i) A_i,

with b_ij = T_ij T_s / (T_j T_is), T the transverse comoving distances in a flat universe, and s the last
plane, to which the deflections alpha refer (Schneider, Ehlers & Falco 1992, ch. 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from astropy.cosmology import FLRW
from lenstronomy.LensModel.lens_model import LensModel

Profile = tuple[str, Mapping[str, float]]

ANALYTIC = ("SIS", "SIE", "EPL", "POINT_MASS", "CONVERGENCE", "SHEAR", "SHEAR_GAMMA_PSI")
NEWTON_STEPS = 60
RESIDUAL = 1e-11
SAME_IMAGE = 1e-6


class LensPlanes:
    """Deflectors in planes, nearest first; the last plane of `redshifts` is the source's."""

    def __init__(
        self, planes: Sequence[Sequence[Profile]], redshifts: Sequence[float], cosmology: FLRW
    ) -> None:
        """`planes` has the profiles of each deflecting plane, `redshifts` one entry more."""
        self._models = [_analytic_model(profiles) for profiles in planes]
        self._scale = _scales(np.asarray(redshifts), cosmology)

    def shoot(self, theta: np.ndarray, plane: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions (2, n) in plane number `plane` (from 0) of rays seen at `theta`, and their Jacobian."""
        positions, jacobians = [], []
        kicks: list[tuple[np.ndarray, np.ndarray]] = []
        for j in range(plane + 1):
            position, jacobian = theta.copy(), np.repeat(np.eye(2)[:, :, None], theta.shape[1], axis=2)
            for i, (alpha, slope) in enumerate(kicks):
                position -= self._scale[i, j] * alpha
                jacobian -= self._scale[i, j] * slope
            positions.append(position)
            jacobians.append(jacobian)
            if j < plane:
                kicks.append(_kick(self._models[j], position, jacobian))
        return positions[-1], jacobians[-1]

    def images(
        self, source: tuple[float, float], plane: int, half_window: float, cells: int = 300
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions x, y (arcsec) and signed magnifications of all images of a point in `plane`.

        Searched in a square of the given half width, in `cells` by `cells` squares.
        """
        if plane == 0:
            return np.array([source[0]]), np.array([source[1]]), np.ones(1)
        target = np.array(source)[:, None]
        line = np.linspace(-half_window, half_window, cells + 1)
        grid = np.array(np.meshgrid(line, line))
        mapped, _ = self.shoot(grid.reshape(2, -1), plane)
        start = _candidates(grid, mapped.reshape(grid.shape) - target[:, :, None])
        x, y = self._refine(start, target, plane, step=4 * half_window / cells)
        _, jacobian = self.shoot(np.array([x, y]), plane)
        return x, y, 1.0 / np.linalg.det(jacobian.transpose(2, 0, 1))

    def _refine(
        self, start: np.ndarray, target: np.ndarray, plane: int, step: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Newton's method from every start; what converges, each image once."""
        place = start.copy()
        with np.errstate(all="ignore"):
            for _ in range(NEWTON_STEPS):
                position, jacobian = self.shoot(place, plane)
                move = _solve(jacobian, target - position)
                place = place + move * np.minimum(1.0, step / np.maximum(np.hypot(*move), 1e-300))
            position, _ = self.shoot(place, plane)
            good = np.hypot(*(position - target)) < RESIDUAL
        return _distinct(place[:, good])


def _analytic_model(profiles: Sequence[Profile]) -> tuple[LensModel, list[dict[str, float]]]:
    names, parameters = [], []
    for name, values in profiles:
        if name not in ANALYTIC:
            raise ValueError(f"lenstronomy has no exact second derivatives of {name}")
        names.append("EPL" if name == "SIE" else name)
        parameters.append({**values, "gamma": 2.0} if name == "SIE" else dict(values))
    return LensModel(names), parameters


def _scales(redshifts: np.ndarray, cosmology: FLRW) -> np.ndarray:
    """b_ij of the module's equation."""
    t = np.array([cosmology.comoving_transverse_distance(z).value for z in redshifts])
    between = t[None, :] - t[:, None]
    scale = np.zeros_like(between)
    for i in range(len(t) - 1):
        scale[i, i + 1 :] = between[i, i + 1 :] * t[-1] / (t[i + 1 :] * between[i, -1])
    return scale


def _kick(
    model: tuple[LensModel, list[dict[str, float]]], position: np.ndarray, jacobian: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Deflection (2, n) at a position in its plane, and its derivative (2, 2, n) to the image position."""
    lens, parameters = model
    f_xx, f_xy, f_yx, f_yy = (
        np.broadcast_to(f, position[0].shape) for f in lens.hessian(*position, parameters)
    )
    hessian = np.array([[f_xx, f_xy], [f_yx, f_yy]])
    return np.array(lens.alpha(*position, parameters)), np.einsum("ijn,jkn->ikn", hessian, jacobian)


def _solve(jacobian: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The two equations J move = offset, for every column."""
    (a, b), (c, d) = jacobian
    determinant = a * d - b * c
    return np.array([d * offset[0] - b * offset[1], a * offset[1] - c * offset[0]]) / determinant


def _candidates(grid: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Starts (2, n): middles of triangles whose image holds the source, and minima of the distance."""
    corners = {"nw": (slice(-1), slice(-1)), "ne": (slice(-1), slice(1, None))}
    corners |= {"sw": (slice(1, None), slice(-1)), "se": (slice(1, None), slice(1, None))}
    starts = []
    for triangle in (("nw", "ne", "sw"), ("se", "sw", "ne")):
        a, b, c = (offset[:, *corners[name]] for name in triangle)
        holds = _same_sign(_cross(a, b), _cross(b, c), _cross(c, a))
        middle = np.mean([grid[:, *corners[name]] for name in triangle], axis=0)
        starts.append(middle[:, holds])
    distance = np.hypot(*offset)
    inner = distance[1:-1, 1:-1]
    shifted = [
        distance[1 + i : distance.shape[0] - 1 + i, 1 + j : distance.shape[1] - 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    lowest = inner <= np.min(shifted, axis=0)
    starts.append(grid[:, 1:-1, 1:-1][:, lowest])
    return np.concatenate(starts, axis=1)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[0] * b[1] - a[1] * b[0]


def _same_sign(*values: np.ndarray) -> np.ndarray:
    return (np.min(values, axis=0) >= 0) | (np.max(values, axis=0) <= 0)


def _distinct(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places, sorted by x, without those closer than 1e-6 arcsec to one before."""
    kept: list[np.ndarray] = []
    for point in place[:, np.argsort(place[0])].T:
        if all(np.hypot(*(point - other)) > SAME_IMAGE for other in kept):
            kept.append(point)
    x, y = np.array(kept).reshape(-1, 2).T
    return x, y
