"""The result of `jaxlens.fit_lens`: the chosen model, what was tried, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from jaxlens.fitting.posteriors.posterior_draws import Posterior
from jaxlens.fitting.result import FitResult
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.descent import TOLERANCE, solution_at
from jaxlens.modelling.fitted_numbers import numbers_of
from jaxlens.modelling.ladder import FAR
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.lens_light import Ring
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem
from jaxlens.modelling.richest_model import covariance_of
from jaxlens.modelling.rung import COMPARED, Rung
from jaxlens.modelling.search import Search
from jaxlens.plotting.lens_page import view_lens
from jaxlens.sampling.keys import Key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Chi-square per degree of freedom above which a model is named as one that does not describe the image.
POOR = 1.2


@dataclass(frozen=True, eq=False, repr=False)
class LensFit:
    """A lens as `jaxlens.fit_lens` found it.

    Attributes:
        fit: the numbers of the chosen model with their errors, as of a fit of one image.  The errors are
            those of the richest model of the mass, calibrated by mocks, see `richest_model`.  Its images are
            those of all bands and exposures, cut about the lens.
        model: the chosen model, such as `EPL + shear, shapelets`.
        bases: its light.
        amplitudes: of the functions of its light, then of the sky of each exposure,
            (bands, count + exposures).
        evidence: the log of its evidence, up to a constant of the images.
        rungs: all models that were tried, in that order.
        reached: from how many starts of the search the maximum was reached that the model came from.
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
        """A row for each model that was tried: its evidence, chi-square, Einstein radius and own error.

        Evidences here, and errors of all but the richest model, are for the ellipses of the lens's light that
        the richest model has; `evidence` is that of all that moves.
        """
        import pandas as pd

        rows = []
        for rung in self.rungs:
            radius, error = _einstein_radius(rung)
            rows.append(
                {
                    "model": rung.label,
                    "log_evidence": rung.evidence,
                    "chi_square": rung.chi_square,
                    "degrees_of_freedom": rung.degrees,
                    "theta_E": radius,
                    "theta_E_error": error,
                    "converged": rung.decrease <= COMPARED,
                    "chosen": rung.label == self.model,
                }
            )
        return pd.DataFrame(rows)

    def plot(self) -> Figure:
        """Data, model and residual of each band, the arcs with critical curves, and the source with caustics.

        It is the page that `fit_sample` writes for each lens.  `fit.plot()` has the posterior.

        Returns:
            A matplotlib `Figure`.

        Raises:
            ImportError: if matplotlib is not installed (the extra `plot`).
        """
        from jaxlens.modelling.samples.pages import page_of_fit

        return view_lens(page_of_fit(self))

    def sample(self, method: str, draws: int = 1000, *, key: Key | None = None, **options: Any) -> Posterior:
        """Draws of the posterior of the numbers of the mass and of the light's places and shapes.

        As `FitResult.sample`, in float64.  At each draw the amplitudes of shapelets are integrated out and
        all others have their best values, as in the fit.  What the chosen model holds does not move, so that
        the draws may spread less than the errors of `fit`, which are of the richest model.  `log_evidence` of
        nested sampling is on the scale of `evidence`, so that both may be compared.

        Args:
            method: "numpyro" or "blackjax", "pathfinder" or "svi", or "nested".
            draws: the number of draws that are kept of each chain.
            key: a seed or a random key; by default 0.
            options: `chains`, `warmup`, and the settings of the method, as in `FitResult.sample`.

        Returns:
            The draws; each of its `warnings` is also issued as a PosteriorWarning.

        Raises:
            ValueError: if there is no such method.
            ImportError: if the method's library is not installed; the message names the extra.
        """
        with jax.enable_x64(True):
            return self.fit.sample(method, draws, key=key, **options)

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


def _einstein_radius(rung: Rung) -> tuple[float, float]:
    """theta_E of the first mass that has one, and its error in this model alone; NaN where none is free."""
    at = [i for i, name in enumerate(rung.problem.names) if name.endswith("-theta_E")]
    if not at:
        return float("nan"), float("nan")
    slope = np.exp(np.asarray(rung.problem.constants.transform.log_derivative(rung.point))[at[0]])
    variance = covariance_of(rung)[at[0], at[0]]
    return float(rung.problem.constrained(rung.point)[at[0]]), float(slope * np.sqrt(variance))


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
        fit=numbers_of(chosen, rungs, images, looked, amplitudes, partial(_warnings, chosen, looked, found)),
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
