"""What is doubtful about the fit of a lens, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jaxlens.fitting.result import FitResult
from jaxlens.modelling.lens_result import POOR
from jaxlens.modelling.samples.radius import einstein_radius_index

if TYPE_CHECKING:
    from jaxlens.modelling.lens_result import LensFit

# The share of the starts that should end in the best maximum.
ENOUGH_STARTS = 0.1
# Prior standard deviations from the median, beyond which a prior and the image disagree.
FAR = 4.0
# Of galaxies few have more external shear than this (Keeton, Kochanek & Seljak 1997, ApJ 482, 604; the shears
# that nearby groups cause).
STRONG_SHEAR = 0.2
# Arcsec: the centres of mass and light of an early-type galaxy agree to better than this (Koopmans et al.
# 2006, ApJ 649, 599).
OFFSET = 0.1
# The relative error of an Einstein radius, above which it is not measured well.
WIDE_ERROR = 0.03
# Another maximum counts if its log posterior is lower by less than this, and its Einstein radius differs by
# more than this share.
RIVAL_GAP, RIVAL_RADIUS = 10.0, 0.05


class Flag(NamedTuple):
    """What is doubtful: a few words for a table, and a sentence that says what to do."""

    words: str
    sentence: str


def flags(found: LensFit) -> list[Flag]:
    """All that is doubtful about a fit; empty where nothing is.

    Args:
        found: the fit of one lens.
    """
    return [
        *_of_search(found),
        *_of_residual(found.fit),
        *_of_priors(found.fit),
        *_of_mass(found),
    ]


def _of_search(found: LensFit) -> Iterator[Flag]:
    """Whether the search has found one maximum, and the maximum itself."""
    if not bool(found.fit.converged[0]):
        yield Flag(
            "not converged", "the descent did not reach a maximum, so that values and errors may be off"
        )
    if found.reached < ENOUGH_STARTS * found.starts:
        yield Flag(
            "few starts",
            f"{found.reached} of {found.starts} starts ended here; give --starts {4 * found.starts} and see "
            "whether another maximum is better",
        )
    rival = _rival(found.fit)
    if rival is not None:
        yield Flag(
            "second solution",
            f"starts also ended at theta_E {rival:.3f} with nearly the same posterior; look at both",
        )


def _rival(fit: FitResult) -> float | None:
    """The Einstein radius of another maximum that is nearly as good, or None."""
    index = einstein_radius_index(fit.names)
    if index is None:
        return None
    radii, heights = fit.start_values[0][:, index], fit.start_log_posterior[0]
    known = np.isfinite(heights)
    if not known.any():
        return None
    near = known & (heights > np.max(heights[known]) - RIVAL_GAP)
    best = radii[np.argmax(np.where(known, heights, -np.inf))]
    others = near & (np.abs(radii / best - 1.0) > RIVAL_RADIUS)
    if not others.any():
        return None
    return float(radii[others][np.argmax(heights[others])])


def _of_residual(fit: FitResult) -> Iterator[Flag]:
    """Whether the model leaves more than noise."""
    ratio = float(fit.chi_square_per_degree[0])
    if not ratio <= POOR:
        yield Flag(
            "poor fit",
            f"chi-square per degree of freedom is {ratio:.2f}: look at the residual for a neighbour to mask, "
            "or a source that needs a richer model",
        )


def _of_priors(fit: FitResult) -> Iterator[Flag]:
    """Whether the image and the priors of the file disagree."""
    bound = [name for name, at in zip(fit.names, fit.at_bound[0], strict=True) if at]
    if bound:
        yield Flag(
            "at a bound", f"{_listed(bound)} sits on a bound of its prior; widen it if it may be beyond"
        )
    u = fit.unconstrained[0]
    far = [name for name, v in zip(fit.names, u, strict=True) if abs(v) > FAR and name not in bound]
    if far:
        yield Flag(
            "far from its prior",
            f"{_listed(far)} lies more than {FAR:g} prior standard deviations from the median",
        )


def _of_mass(found: LensFit) -> Iterator[Flag]:
    """Whether the mass is that of a galaxy."""
    fit = found.fit
    shear = max((np.hypot(*pair) for pair in _pairs(fit, "gamma1", "gamma2").values()), default=0.0)
    if shear > STRONG_SHEAR:
        yield Flag(
            "strong shear",
            f"the shear is {shear:.2f}, more than neighbours of a galaxy cause; there may be another mass",
        )
    offset = _offset(fit)
    if offset > OFFSET:
        yield Flag(
            "mass off its light", f"the centre of the mass is {offset:.2f} arcsec from that of the light"
        )
    index = einstein_radius_index(fit.names)
    if index is not None and not fit.sigma[0, index] <= WIDE_ERROR * fit.values[0, index]:
        yield Flag(
            "wide error",
            f"the error of theta_E is {fit.sigma[0, index]:.3f} arcsec, over {WIDE_ERROR:.0%} of it",
        )


def _pairs(fit: FitResult, first: str, second: str) -> dict[str, tuple[float, float]]:
    """Two parameters of the profiles that have both, by the prefix of the profile."""
    found = {}
    for name, value in fit.params.items():
        other = f"{name.removesuffix(f'-{first}')}-{second}"
        if name.endswith(f"-{first}") and other in fit.params:
            found[name.removesuffix(f"-{first}")] = (
                float(np.ravel(value)[0]),
                float(np.ravel(fit.params[other])[0]),
            )
    return found


def _offset(fit: FitResult) -> float:
    """The distance of the first mass that has an Einstein radius from the nearest light in its plane."""
    centres = _pairs(fit, "center_x", "center_y")
    index = einstein_radius_index(fit.names)
    mass = None if index is None else fit.names[index].rpartition("-")[0]
    if mass not in centres:
        return 0.0
    plane = mass.split("-")[0]
    lights = [at for name, at in centres.items() if name.startswith(f"{plane}-") and "LIGHT_PROFILE" in name]
    return min((float(np.hypot(*np.subtract(at, centres[mass]))) for at in lights), default=0.0)


def _listed(names: list[str]) -> str:
    """The names, or the first three and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
