"""Image positions to machine precision, from exact deflections and analytic second derivatives.

lenstronomy's own magnifications of an SIE, an NIE, and of several planes come from finite differences and are
good to 1e-5 only.  Here SIE and NIE are lenstronomy's closed form, without its replacement of q near 1, and
its derivatives.  The other profiles are lenstronomy's, whose second derivatives are analytic.  The Jacobian
of several planes follows from them:

    theta_j = theta - sum_{i<j} b_ij alpha_i(theta_i),    A_j = 1 - sum_{i<j} b_ij H_i(theta_i) A_i,

with b_ij = T_ij T_s / (T_j T_is), T the transverse comoving distances in a flat universe, and s the last
plane, to which the deflections alpha refer (Schneider, Ehlers & Falco 1992, ch. 9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from astropy.cosmology import FLRW

Profile = tuple[str, Mapping[str, float]]

# Profiles whose second derivatives lenstronomy has in closed form.
ANALYTIC = ("SIS", "EPL", "POINT_MASS", "CONVERGENCE", "SHEAR", "SHEAR_GAMMA_PSI")
# lenstronomy's SIE is its NIE with this core radius (arcsec).
SIE_CORE = 1e-10
# Steps of Newton's method from each start.
NEWTON_STEPS = 60
# Largest distance (arcsec) of a converged image from the source when it is mapped back.
RESIDUAL = 1e-12
# Images closer than this (arcsec) are the same.
SAME_IMAGE = 1e-6
# Cells along the square around a candidate that a refinement searches.
NEAR = 3
# Cells of the refinement along that square, which are eight times finer.
NEAR_CELLS = 24
# Refinements, the last of which is 512 times finer than the first grid.
LEVELS = 3


class LensPlanes:
    """Deflectors in planes, nearest first; the last plane of `redshifts` is the source's."""

    def __init__(
        self, planes: Sequence[Sequence[Profile]], redshifts: Sequence[float], cosmology: FLRW
    ) -> None:
        """`planes` has the profiles of each deflecting plane, `redshifts` one entry more."""
        self._planes = [Plane(profiles) for profiles in planes]
        self._scale = _scales(np.asarray(redshifts), cosmology)
        self.source_plane = len(redshifts) - 1

    def shoot(self, theta: np.ndarray, plane: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions (2, n) in plane number `plane` (from 0) of rays seen at `theta`, and their Jacobian."""
        positions, jacobians = [], []
        deflections: list[tuple[np.ndarray, np.ndarray]] = []
        for j in range(plane + 1):
            position, jacobian = theta.copy(), np.repeat(np.eye(2)[:, :, None], theta.shape[1], axis=2)
            for i, (alpha, derivative) in enumerate(deflections):
                position -= self._scale[i, j] * alpha
                jacobian -= self._scale[i, j] * derivative
            positions.append(position)
            jacobians.append(jacobian)
            if j < plane:
                deflections.append(self._planes[j].deflection(position, jacobian))
        return positions[-1], jacobians[-1]

    def images(
        self, source: tuple[float, float], plane: int, half_window: float, cells: int = 300
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions x, y (arcsec) and signed magnifications of all images of a point in `plane`.

        The search covers a square with `cells` by `cells` squares, then the neighbourhood of every candidate
        eight times finer, and that of every image 64 and 512 times finer, to find the other image of a close
        pair.  An image beyond the square may be found too.

        Args:
            source: x, y of the point in arcsec.
            plane: the number of its plane, from 0.
            half_window: half the width of the square in arcsec.
            cells: squares along a side.

        Returns:
            x, y and magnification, each (n,).
        """
        if plane == 0:
            return np.array([source[0]]), np.array([source[1]]), np.ones(1)
        target, cell = np.array(source)[:, None], 2 * half_window / cells
        middles = self._starts(target, plane, np.zeros(2), half_window, cells)
        images = self._refine(middles, target, plane, 2 * cell)
        for _ in range(LEVELS):
            near = [self._starts(target, plane, at, 0.5 * NEAR * cell, NEAR_CELLS) for at in middles.T]
            found = [self._refine(start, target, plane, 2 * cell / NEAR_CELLS) for start in near]
            images = middles = _distinct(np.concatenate([images, *found], axis=1))
            cell *= NEAR / NEAR_CELLS
        _, jacobian = self.shoot(images, plane)
        return images[0], images[1], 1.0 / np.linalg.det(jacobian.transpose(2, 0, 1))

    def _starts(
        self, target: np.ndarray, plane: int, middle: np.ndarray, half_window: float, cells: int
    ) -> np.ndarray:
        """Starts (2, n) of Newton's method, from a grid of cells about `middle`."""
        line = np.linspace(-half_window, half_window, cells + 1)
        grid = np.array(np.meshgrid(line, line)) + middle[:, None, None]
        mapped, _ = self.shoot(grid.reshape(2, -1), plane)
        return _candidates(grid, mapped.reshape(grid.shape) - target[:, :, None])

    def _refine(self, start: np.ndarray, target: np.ndarray, plane: int, step: float) -> np.ndarray:
        """The images (2, m) to which Newton's method converges from the starts (2, n), each image once."""
        place = start.copy()
        with np.errstate(all="ignore"):
            for _ in range(NEWTON_STEPS):
                position, jacobian = self.shoot(place, plane)
                move = _solve(jacobian, target - position)
                place = place + move * np.minimum(1.0, step / np.maximum(np.hypot(*move), 1e-300))
            position, _ = self.shoot(place, plane)
            good = np.hypot(*(position - target)) < RESIDUAL
        return _distinct(place[:, good])


class Plane:
    """The deflection of some profiles and its exact derivatives."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        # the search without deflectors of lenstronomy's, as of `registered.images`, does without it
        from lenstronomy.LensModel.lens_model import LensModel

        self._isothermal = [_with_core(name, values) for name, values in profiles if name in ("SIE", "NIE")]
        rest = [(name, dict(values)) for name, values in profiles if name not in ("SIE", "NIE")]
        unknown = sorted({name for name, _ in rest} - set(ANALYTIC))
        if unknown:
            raise ValueError(f"there are no exact second derivatives of {', '.join(unknown)}")
        self._rest = LensModel([name for name, _ in rest]), [values for _, values in rest]

    def deflection(self, position: np.ndarray, jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Deflection (2, n) at a position here, and its derivative (2, 2, n) to the image position."""
        alpha, hessian = np.zeros_like(position), np.zeros_like(jacobian)
        lens, parameters = self._rest
        if parameters:
            alpha += np.array(lens.alpha(*position, parameters))
            second = lens.hessian(*position, parameters)
            hessian += np.reshape([np.broadcast_to(f, position[0].shape) for f in second], hessian.shape)
        for values in self._isothermal:
            more, derivative = nie(position[0], position[1], **values)
            alpha, hessian = alpha + more, hessian + derivative
        return alpha, np.einsum("ijn,jkn->ikn", hessian, jacobian)


def _with_core(name: str, values: Mapping[str, float]) -> dict[str, float]:
    return {**values, "s_scale": SIE_CORE} if name == "SIE" else dict(values)


def nie(
    x: np.ndarray,
    y: np.ndarray,
    *,
    theta_E: float,
    e1: float,
    e2: float,
    s_scale: float,
    center_x: float = 0.0,
    center_y: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Deflection of lenstronomy's NIE, and its derivatives.

    In the lens's own axes (Keeton & Kochanek 1998), with f^2 = 1 - q^2,

        alpha = b/f (arctan(f x / (psi + s)), artanh(f y / (psi + q^2 s))),  psi^2 = q^2 (s^2 + x^2) + y^2,

    where b = theta_E sqrt(q) and s = s_scale / sqrt(q).

    Args:
        x: positions (n,) in arcsec.
        y: positions (n,) in arcsec.
        theta_E: Einstein radius in arcsec.
        e1: ellipticity.
        e2: ellipticity.
        s_scale: core radius in arcsec.
        center_x: center in arcsec.
        center_y: center in arcsec.

    Returns:
        Deflection (2, n) in arcsec, and its derivatives (2, 2, n) by x and y.
    """
    c = min(np.hypot(e1, e2), 0.9999)
    q, f, phi = (1 - c) / (1 + c), 2 * np.sqrt(c) / (1 + c), np.arctan2(e2, e1) / 2
    turn = np.array([[np.cos(phi), np.sin(phi)], [-np.sin(phi), np.cos(phi)]])
    u, v = turn @ np.array([x - center_x, y - center_y])
    b, s = theta_E * np.sqrt(q), s_scale / np.sqrt(q)
    psi = np.sqrt(q**2 * (s**2 + u**2) + v**2)
    along, across = psi + s, psi + q**2 * s
    # arctan(f t) / f and artanh(f t) / f tend to t where the lens is round.
    alpha = np.array(
        [np.arctan(f * u / along) / f, np.arctanh(f * v / across) / f] if f else [u / along, v / across]
    )
    over_u, over_v = along**2 + (f * u) ** 2, across**2 - (f * v) ** 2
    f_uu, f_uv = (s + (q**2 * s**2 + v**2) / psi) / over_u, -u * v / psi / over_u
    f_vv = q**2 * (s + (s**2 + u**2) / psi) / over_v
    hessian = np.array([[f_uu, f_uv], [f_uv, f_vv]])
    return b * turn.T @ alpha, b * np.einsum("ki,kln,lj->ijn", turn, hessian, turn)


def _scales(redshifts: np.ndarray, cosmology: FLRW) -> np.ndarray:
    """b_ij of the module's equation."""
    t = np.array([cosmology.comoving_transverse_distance(z).value for z in redshifts])
    between = t[None, :] - t[:, None]
    scale = np.zeros_like(between)
    for i in range(len(t) - 1):
        scale[i, i + 1 :] = between[i, i + 1 :] * t[-1] / (t[i + 1 :] * between[i, -1])
    return scale


def _solve(jacobian: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The solution (2, n) of jacobian (2, 2, n) times move = offset (2, n), by Cramer's rule."""
    (a, b), (c, d) = jacobian
    return np.array([d * offset[0] - b * offset[1], a * offset[1] - c * offset[0]]) / (a * d - b * c)


def _candidates(grid: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Starts (2, n): middles of cells whose image may contain the source, and minima of the distance.

    The source may be in the image of a cell if it is in the box about the images of the cell's corners, made
    half as wide again.
    """
    corners = [(i, j) for i in (slice(-1), slice(1, None)) for j in (slice(-1), slice(1, None))]
    of_cell = np.stack([offset[:, *corner] for corner in corners])
    low, high = of_cell.min(axis=0), of_cell.max(axis=0)
    holds = np.all(np.abs(low + high) <= 1.5 * (high - low), axis=0)
    middle = np.mean([grid[:, *corner] for corner in corners], axis=0)
    starts = [middle[:, holds]]
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


def _distinct(place: np.ndarray) -> np.ndarray:
    """The places (2, n), sorted by x, without those closer than 1e-6 arcsec to one before."""
    kept: list[np.ndarray] = []
    for point in place[:, np.argsort(place[0])].T:
        if all(np.hypot(*(point - other)) > SAME_IMAGE for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, 2).T
