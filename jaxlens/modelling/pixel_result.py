"""What a fit with a source of pixels gives: its source with errors, the numbers of the mass, its evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy.linalg import cho_solve

from jaxlens.modelling.evidence import amplitude_evidence, prior_of_held
from jaxlens.modelling.model import LensData
from jaxlens.modelling.pixel_descent import PixelEnd
from jaxlens.modelling.pixel_grid_of_source import SourceGrid
from jaxlens.modelling.pixel_marginal import Marginal
from jaxlens.modelling.pixel_posterior import PixelSettings, positive_light, source_of
from jaxlens.modelling.pixel_priors import range_prior
from jaxlens.modelling.pixel_source import PixelSource
from jaxlens.modelling.positive_definite import inverse, log_determinant
from jaxlens.modelling.problem import LensProblem


@dataclass(frozen=True, eq=False, repr=False)
class PixelFit:
    """A lens whose source is made of pixels.

    Attributes:
        names: the k numbers that moved.
        values: their values, (k,).
        covariance: of them, with the source integrated out, (k, k).
        source: the surface brightness at the centres of the pixels of the source, counts/s/arcsec^2,
            (bands, side, side).
        source_sigma: its standard deviation, with that of the mass in it, of that shape.
        grid: where these pixels are, arcsec.
        model: the model of the images, 0 where a pixel is not used, counts/s, (bands, exposures, n, n).
        lens_light: the part of it that is light of the lens and the sky.
        residual: (image - model) / sigma, of that shape.
        chi_square: the sum of squared residuals over sigma.
        degrees_of_freedom: used pixels minus the numbers that moved, the amplitudes of the lens's light that
            are not 0, and the numbers of the source that the images tell.
        known: how many numbers of the source the images tell, (bands,).
        hyperparameters: ln of the strength of the prior, and ln k of a Matern field, (bands, h).
        evidence: the log of the evidence at these hyperparameters, up to the same constant as `log_evidence`.
        converged: whether the descent reached a maximum.
        evaluations: how often the posterior was computed.
        problem: the model, whose last basis is the source.
        settings: what moved, and the prior of the light of the lens.
        end: where the descent ended.
    """

    names: tuple[str, ...]
    values: np.ndarray
    covariance: np.ndarray
    source: np.ndarray
    source_sigma: np.ndarray
    grid: SourceGrid
    model: np.ndarray
    lens_light: np.ndarray
    residual: np.ndarray
    chi_square: float
    degrees_of_freedom: float
    known: np.ndarray
    hyperparameters: np.ndarray
    evidence: float
    converged: bool
    evaluations: int
    problem: LensProblem
    settings: PixelSettings
    end: PixelEnd

    @property
    def sigma(self) -> np.ndarray:
        """The standard deviations of the numbers that moved, (k,)."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def source_positions(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the centres of the source's pixels are, arcsec: x and y, (side, side)."""
        axis = source_of(self.problem.lens).centres * self.grid.half_width
        x, y = np.meshgrid(axis + self.grid.center_x, axis + self.grid.center_y)
        return x, y

    def __repr__(self) -> str:
        radius = [f"theta_E {v:.4f} +- {s:.4f}" for n, v, s in self._rows() if n.endswith("theta_E")]
        state = "" if self.converged else ", no maximum was reached"
        per_degree = self.chi_square / self.degrees_of_freedom
        parts = [
            *radius,
            f"chi-square per degree of freedom {per_degree:.3f}",
            f"ln(evidence) {self.evidence:.1f}",
        ]
        return f"PixelFit, {', '.join(parts)}{state}"

    def __str__(self) -> str:
        return "\n".join([repr(self), *(f"{n}: {v:.5g} +- {s:.2g}" for n, v, s in self._rows())])

    def _rows(self) -> list[tuple[str, float, float]]:
        return list(zip(self.names, self.values.tolist(), self.sigma.tolist(), strict=True))


def pixel_fit_of(
    problem: LensProblem,
    prior: str,
    data: LensData,
    settings: PixelSettings,
    grid: SourceGrid,
    end: PixelEnd,
    tolerance: float,
) -> PixelFit:
    """The result of a descent.

    Args:
        problem: the model, whose last basis is the source.
        prior: one of `pixel_priors.PRIORS`.
        data: the images.
        settings: what moved.
        grid: where the pixels of the source are.
        end: where the descent ended.
        tolerance: the decrease below which it has converged.
    """
    k = len(problem.names)
    moving = np.flatnonzero(np.asarray(settings.active)[:k] > 0.0)
    own = inverse(np.asarray(end.expansion.curvature)[np.ix_(moving, moving)])
    slope = np.exp(np.asarray(problem.constants.transform.log_derivative(end.point[:k])))[moving]
    source, state = source_of(problem.lens), end.state
    bands = data.image.shape[0]
    pictures = [_picture(source, end, b, moving, own) for b in range(bands)]
    weight = np.asarray(data.weight)
    residual = _spread(np.asarray(state.residual), settings, weight)
    sigma = np.divide(1.0, weight, out=np.zeros_like(weight), where=weight > 0.0)
    free = int(np.sum(np.asarray(state.solution.free)))
    known = np.asarray(state.known)
    chi_square = float(end.expansion.aux)
    return PixelFit(
        names=tuple(problem.names[i] for i in moving),
        values=problem.constrained(end.point[:k])[moving],
        covariance=own * slope[:, None] * slope,
        source=np.stack([picture[0] for picture in pictures]),
        source_sigma=np.stack([picture[1] for picture in pictures]),
        grid=grid,
        model=np.where(weight > 0.0, np.asarray(data.image) - residual * sigma, 0.0),
        lens_light=_spread(np.asarray(state.lens_light), settings, weight) * sigma,
        residual=residual,
        chi_square=chi_square,
        degrees_of_freedom=float(np.sum(weight > 0.0) - moving.size - free - np.sum(known)),
        known=known,
        hyperparameters=np.reshape(end.point[k:], (bands, -1)),
        evidence=pixel_evidence(problem, prior, data, settings, end),
        converged=end.decrease <= tolerance,
        evaluations=end.evaluations,
        problem=problem,
        settings=settings,
        end=end,
    )


def pixel_evidence(
    problem: LensProblem, prior: str, data: LensData, settings: PixelSettings, end: PixelEnd
) -> float:
    """The log of the evidence at the best hyperparameters, up to the constant of `evidence.log_evidence`.

    The source is integrated out exactly; coordinates and the amplitudes of the lens's light as there.

    Args:
        problem: the model, whose last basis is the source.
        prior: one of `pixel_priors.PRIORS`.
        data: the images.
        settings: what moved, and the prior of the light of the lens.
        end: the maximum.
    """
    k, bands = len(problem.names), data.image.shape[0]
    source, state = source_of(problem.lens), end.state
    active = np.asarray(settings.active)[:k] > 0.0
    hyper = np.reshape(end.point[k:], (bands, -1))
    total = -float(end.expansion.value) - prior_of_held(problem, end.point[:k], ~active)
    total += float(sum(range_prior(source, prior, jnp.asarray(own)) for own in hyper))
    curvature = np.asarray(end.expansion.curvature)[:k, :k][np.ix_(active, active)]
    total += 0.5 * np.sum(active) * math.log(2.0 * math.pi) - 0.5 * log_determinant(curvature)
    positive = positive_light(problem.lens, data.image.shape[1])
    precision = np.pad(np.asarray(settings.precision), (0, positive.size - settings.precision.size))
    for b in range(bands):
        own = _of_band(state.solution, b)
        total += amplitude_evidence(
            own.light, own.free, own.reduced, np.asarray(state.light_rise[b]), positive, precision
        )
    return float(total)


class _Band(NamedTuple):
    """`Marginal` of one band on the host."""

    source: np.ndarray
    light: np.ndarray
    free: np.ndarray
    factor: np.ndarray
    projected: np.ndarray
    reduced: np.ndarray
    half_log_ratio: np.ndarray


def _of_band(solution: Marginal, band: int) -> _Band:
    return _Band(*(np.asarray(part)[band] for part in solution))


def _spread(values: np.ndarray, settings: PixelSettings, weight: np.ndarray) -> np.ndarray:
    """Values of the pixels that are used (bands, m) in images (bands, exposures, n, n)."""
    found = np.zeros((weight.shape[0], weight[0].size))
    for band, (at, own) in enumerate(zip(np.asarray(settings.used), values, strict=True)):
        found[band, at] = own
    return np.where(weight > 0.0, found.reshape(weight.shape), 0.0)


def _picture(
    source: PixelSource, end: PixelEnd, band: int, moving: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The brightness at the centres of the pixels, and its standard deviation, each (side, side).

    With the light b of the lens free, the covariance of the source is C^-1 + P S^-1 P^T, where P and S are
    `projected` and `reduced` of `Marginal`; to it comes what the coordinates move.
    """
    own = _of_band(end.state.solution, band)
    centre = np.eye(source.side) * 4.0 / 6.0 + (np.eye(source.side, k=1) + np.eye(source.side, k=-1)) / 6.0
    shape = (source.side, source.side)

    def at_centres(modes: np.ndarray) -> np.ndarray:
        """Brightness of amplitudes (count, j): (count, j)."""
        each = modes.reshape(*shape, -1)
        each = np.einsum("yk,xl,klj->yxj", centre @ source.modes, centre @ source.modes, each, optimize=True)
        return each.reshape(source.count, -1)

    given_lens = cho_solve((own.factor, True), np.eye(source.count))
    variance = np.diagonal(at_centres(at_centres(given_lens).T)).copy()
    shared = own.projected[:, own.free]
    reduced = own.reduced[np.ix_(own.free, own.free)]
    unit = np.sqrt(np.diagonal(reduced))
    of_light = at_centres(shared / unit)
    scaled = np.linalg.pinv(reduced / np.outer(unit, unit), hermitian=True)
    variance += np.einsum("pi,ij,pj->p", of_light, scaled, of_light, optimize=True)
    moved = at_centres(np.asarray(end.state.source_rate[band])[:, moving])
    variance += np.einsum("pi,ij,pj->p", moved, covariance, moved, optimize=True)
    brightness = at_centres(own.source[:, None])
    return brightness.reshape(shape), np.sqrt(variance).reshape(shape)
