"""The result of `jaxlens.fit_lens`: the chosen model, what was tried, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.in_words import describe_prior
from jaxlens.fitting.posterior import with_free_values
from jaxlens.fitting.result import FitResult
from jaxlens.modelling.bases import Basis, MultiGaussian, Sersic
from jaxlens.modelling.descent import TOLERANCE, solution_at
from jaxlens.modelling.ladder import COMPARED, Rung
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.lens_light import Ring
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem
from jaxlens.modelling.search import AGREEMENT, Search

if TYPE_CHECKING:
    import pandas as pd

# Standard deviations of its prior beyond which a number is named.
FAR = 4.0
# Chi-square per degree of freedom above which a model is named as one that does not describe the image.
POOR = 1.2


@dataclass(frozen=True, eq=False, repr=False)
class LensFit:
    """A lens as `jaxlens.fit_lens` found it.

    Attributes:
        fit: the numbers of the chosen model with their errors, as of a fit of one image.  Its images are
            those of all bands and exposures, cut about the lens.
        model: the chosen model, such as `EPL + shear, shapelets to order 6`.
        bases: its light.
        amplitudes: of the functions of its light, then of the sky of each exposure,
            (bands, count + exposures).
        evidence: the log of its evidence, up to a constant of the images.
        rungs: all models that were tried, in that order.
        reached: from how many starts of the search the best maximum was reached.
        starts: how many there were.
        draws: how many lenses were drawn to find them.
        ring: the light of the lens as first fitted, and the ring.
        seconds: of each stage, with the compilation of programs.
        problem: the model and its priors.
        settings: what moved, and the priors of amplitudes.
        images: what was fitted.
    """

    fit: FitResult
    model: str
    bases: tuple[Basis, ...]
    amplitudes: np.ndarray
    evidence: float
    rungs: tuple[Rung, ...]
    reached: int
    starts: int
    draws: int
    ring: Ring
    seconds: Mapping[str, float]
    problem: LensProblem
    settings: Settings
    images: LensImages

    @property
    def data(self) -> LensData:
        """The arrays that were fitted."""
        return self.images.data

    @property
    def theta_E(self) -> float:
        """The Einstein radius of the first mass that has one, arcsec; NaN where it is not free."""
        at = [i for i, name in enumerate(self.fit.names) if name.endswith("-theta_E")]
        return float(self.fit.values[0, at[0]]) if at else float("nan")

    def models(self) -> pd.DataFrame:
        """A row for each model that was tried: its evidence, chi-square and Einstein radius."""
        import pandas as pd

        rows = []
        for rung in self.rungs:
            values = dict(zip(rung.problem.names, rung.problem.constrained(rung.point), strict=True))
            radius = [value for name, value in values.items() if name.endswith("-theta_E")]
            rows.append(
                {
                    "model": rung.label,
                    "log_evidence": rung.evidence,
                    "chi_square": rung.chi_square,
                    "degrees_of_freedom": rung.degrees,
                    "theta_E": radius[0] if radius else np.nan,
                    "converged": rung.decrease <= COMPARED,
                    "chosen": rung.label == self.model,
                }
            )
        return pd.DataFrame(rows)

    @property
    def confidence(self) -> str:
        """How sure the result is, in plain words."""
        degrees = float(self.fit.chi_square_per_degree[0])
        share = f"{self.reached} of {self.starts} starts"
        if self.fit.warnings:
            return f"doubtful: {'; '.join(self.fit.warnings)} (reached from {share})"
        sure = "sure" if self.reached >= 0.1 * self.starts else "less sure"
        return f"{sure}: reached from {share}, chi-square per degree of freedom {degrees:.2f}"

    def __repr__(self) -> str:
        at = [i for i, name in enumerate(self.fit.names) if name.endswith("-theta_E")]
        radius = f", theta_E {self.theta_E:.4f} +- {self.fit.sigma[0, at[0]]:.4f}" if at else ""
        return f"LensFit, {self.model}{radius}; {self.confidence}"

    def __str__(self) -> str:
        models = self.models().to_string(index=False, float_format="{:.5g}".format)
        return f"{self!r}\n{models}\n{self.fit.table().to_string(float_format='{:.5g}'.format)}"


def lens_fit_of(
    chosen: Rung,
    rungs: Sequence[Rung],
    images: LensImages,
    looked: Search,
    found: Ring,
    seconds: Mapping[str, float],
) -> LensFit:
    """The result of a fit.

    Args:
        chosen: the model with the largest evidence.
        rungs: all models.
        images: what was fitted.
        looked: the search.
        found: the ring.
        seconds: of each stage.

    Returns:
        The result.
    """
    amplitudes = np.asarray(
        solution_at(chosen.problem, images.data, chosen.settings, chosen.point).amplitudes
    )
    return LensFit(
        fit=_fit_result(chosen, images, looked, found, amplitudes),
        model=chosen.label,
        bases=chosen.problem.lens.bases,
        amplitudes=amplitudes,
        evidence=chosen.evidence,
        rungs=tuple(rungs),
        reached=looked.reached,
        starts=looked.starts,
        draws=looked.draws,
        ring=found,
        seconds=dict(seconds),
        problem=chosen.problem,
        settings=chosen.settings,
        images=images,
    )


def _fit_result(
    chosen: Rung, images: LensImages, looked: Search, found: Ring, amplitudes: np.ndarray
) -> FitResult:
    """The numbers that moved, as a fit of one image whose bands are all bands and exposures."""
    problem, data, point = chosen.problem, images.data, chosen.point
    moving = np.flatnonzero(np.asarray(chosen.settings.active) > 0.0)
    solved = solution_at(problem, data, chosen.settings, point)
    shape = (1, -1, *np.shape(data.image)[2:])
    weight = np.asarray(data.weight)
    sigma = np.divide(1.0, weight, out=np.ones_like(weight), where=weight > 0.0)
    residual = np.reshape(np.asarray(solved.residual), weight.shape)
    model = np.where(weight > 0.0, np.asarray(data.image) - residual * sigma, 0.0)
    unit = np.sqrt(np.diagonal(chosen.curvature)[moving])
    inside = chosen.curvature[np.ix_(moving, moving)] / (unit[:, None] * unit)
    covariance = np.linalg.inv(inside) / (unit[:, None] * unit)
    slope = np.exp(np.asarray(problem.constants.transform.log_derivative(point)))[moving]
    errors = covariance * slope[:, None] * slope
    transform = jax.tree.map(lambda field: np.asarray(field)[moving], problem.constants.transform)
    values = problem.constrained(point)
    low, high = transform.low, transform.high
    at_bound = np.minimum(values[moving] - low, high - values[moving]) < 1.25 * np.sqrt(np.diagonal(errors))
    constant = -np.sum(np.where(weight > 0.0, 0.5 + np.log(sigma) + 0.5 * np.log(2.0 * np.pi), 0.0))
    starts = looked.ends.points
    carried = np.array([problem.names[i] for i in moving])
    names = looked.names
    columns = [names.index(name) if name in names else -1 for name in carried]
    start_values = np.where(np.array(columns) < 0, values[moving], looked.values[:, columns])
    converged = bool(chosen.decrease <= TOLERANCE)
    result = FitResult(
        names=tuple(carried.tolist()),
        priors=tuple(describe_prior(problem.free.priors[i]) for i in moving),
        bands=tuple(_image_names(images)),
        configuration=problem.sim.configuration.label,
        config=problem.sim.config.text,
        params=_params(problem, images, point, amplitudes),
        values=values[None, moving],
        covariance=errors[None],
        unconstrained=point[None, moving],
        unconstrained_covariance=covariance[None],
        transform=transform,
        chi_square=np.array([chosen.chi_square]),
        degrees_of_freedom=np.array([chosen.degrees]),
        log_posterior=np.array([constant - chosen.value]),
        history=np.reshape(constant - looked.ends.values, (1, 1, len(starts))),
        start_values=start_values[None],
        start_log_posterior=(constant - looked.ends.values)[None],
        agreed=(looked.ends.values - looked.ends.values[0] < AGREEMENT)[None],
        converged=np.array([converged]),
        at_bound=at_bound[None],
        warnings=tuple(_warnings(chosen, looked, found, carried.tolist(), at_bound, values[moving])),
        images=np.reshape(np.where(weight > 0.0, data.image, 0.0), shape),
        model=np.reshape(model, shape),
        noise_sigma=np.reshape(sigma, shape),
        mask=np.reshape(weight > 0.0, shape),
    )
    return result


def _image_names(images: LensImages) -> list[str]:
    """The names of the bands, or of the exposures where there are several, in the order of the arrays."""
    bands, exposures = np.shape(images.data.image)[:2]
    own = images.layout.bands
    if exposures == 1:
        return list(own)
    return [f"{own[b]}-{e + 1}" for b in range(bands) for e in range(exposures)]


def _params(
    problem: LensProblem, images: LensImages, point: np.ndarray, amplitudes: np.ndarray
) -> dict[str, np.ndarray]:
    """All parameters of the file, with the magnitudes of the light as fitted where it has a flux."""
    x = problem.constants.transform.constrained(jnp.asarray(point))
    params = with_free_values(problem.lens.model, problem.constants, problem.base, x)
    found = {
        name: np.asarray(value)[None] for name, value in params.items() if name in problem.sim.parameter_names
    }
    zero_point = np.asarray(params.get("magnitude_zero_point", np.nan))
    first = 0
    for basis in problem.lens.bases:
        own = amplitudes[:, first : first + basis.count]
        first += basis.count
        name = f"{basis.prefix}-magnitude"
        if name in found and isinstance(basis, MultiGaussian | Sersic):
            flux = np.sum(own, axis=1)
            with np.errstate(divide="ignore"):
                magnitude = zero_point - 2.5 * np.log10(flux)
            found[name] = np.broadcast_to(np.atleast_1d(magnitude), (len(images.layout.bands),))[None]
    return found


def _warnings(
    chosen: Rung,
    looked: Search,
    found: Ring,
    names: Sequence[str],
    at_bound: np.ndarray,
    values: np.ndarray,
) -> list[str]:
    """What makes the result doubtful, as sentences."""
    texts = []
    if chosen.decrease > TOLERANCE:
        texts.append(f"no maximum was reached: one more step would gain {chosen.decrease:.2g} in ln(density)")
    if looked.reached < 2:
        texts.append(f"only one of {looked.starts} starts came to the best model; there may be a better one")
    if not np.isfinite(found.radius):
        texts.append("no arcs rise above the light of the lens")
    ratio = chosen.chi_square / max(chosen.degrees, 1)
    if ratio > POOR:
        texts.append(
            f"chi-square per degree of freedom is {ratio:.2f}: the model does not describe the image"
        )
    moving = np.flatnonzero(np.asarray(chosen.settings.active) > 0.0)
    for i, name in enumerate(names):
        away = float(chosen.point[moving[i]])
        if at_bound[i]:
            texts.append(f"{name} sits on a bound of its prior")
        elif abs(away) > FAR:
            texts.append(
                f"{name} is {values[i]:.4g}, {abs(away):.1f} standard deviations of its prior away from it"
            )
    return texts
