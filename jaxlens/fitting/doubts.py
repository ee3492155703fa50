"""What makes the result of a fit doubtful, in words: its warnings, and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

# How a descent ended, of the best model of an image.
CONVERGED, KINK, UNFINISHED = "converged", "at a kink", "not converged"
# Standard deviations of the prior: an end that is farther from the prior's median is named.
FAR = 4.0
# A centre of mass that is farther from that of the light is named, in units of the Einstein radius.
OFF_CENTRE = 0.1
# A larger external shear is named.
LARGE_SHEAR = 0.2
# Chi-square is that of noise where it is less than this many standard deviations above its mean.
ONLY_NOISE = 5.0


def warnings(
    names: tuple[str, ...],
    states: Sequence[str],
    agreed: np.ndarray,
    followed: np.ndarray,
    failed: np.ndarray,
    at_bound: np.ndarray,
    diverged: np.ndarray,
    sigmas: np.ndarray,
    two_bounds: np.ndarray,
    params: Mapping[str, np.ndarray],
) -> tuple[str, ...]:
    """The warnings of a fit of n images with s starts, each with the indices of the images that it concerns.

    Args:
        names: the k free parameters.
        states: how the best descent of each image ended, (n,).
        agreed: whether each start ended at the best model, (n, s).
        followed: whether each start was followed to the end, (n, s).
        failed: whether the posterior is not finite at each start, (n, s).
        at_bound: whether each free parameter sits on a bound of its prior, (n, k).
        diverged: whether the optimizer of the first steps diverged from each start.
        sigmas: how far each free parameter is from its prior's median, in standard deviations, (n, k).
        two_bounds: whether its prior has two bounds, between which no place is far, (k,).
        params: all parameters of the best models, (n,) or (n, bands).
    """
    alone = (agreed & followed).sum(axis=1) < np.minimum(2, followed.sum(axis=1))
    ended = np.array(states)
    found = [
        (ended == UNFINISHED, "no maximum was reached within the steps: the values are the best that were"
        " found"),
        (ended == KINK, "no step leads up any more, but no maximum was reached: the likelihood has a kink"
        " there, as where a ray crosses the middle of a steep source; give a larger supersampling"),
        (alone, "of the starts that were followed to the end only one came to the best model: there may be"
        " a better one, which more starts would find"),
        (diverged.any(axis=1), "the optimizer ran away from starts, whose best points were taken instead:"
        " lower its learning rate"),
    ]  # fmt: skip
    lost, tried = failed.sum(axis=1), agreed.shape[1]
    for count in np.unique(lost[lost > 0]):
        found.append((lost == count, f"the posterior is not finite at {count} of {tried} starts"))
    found += [(at_bound[:, i], f"{name} sits on a bound of its prior") for i, name in enumerate(names)]
    found += _each(_far(names, sigmas, at_bound, two_bounds), len(ended))
    found += _each([*_off_centre(params), *_sheared(params)], len(ended))
    return tuple(f"{text} ({image_list(concerned)})" for concerned, text in found if concerned.any())


def _each(found: Sequence[tuple[int, str]], n: int) -> list[tuple[np.ndarray, str]]:
    """Texts about one image each, with which of n images they concern."""
    return [(np.arange(n) == image, text) for image, text in found]


def _far(
    names: tuple[str, ...], sigmas: np.ndarray, at_bound: np.ndarray, two_bounds: np.ndarray
) -> list[tuple[int, str]]:
    """The ends that are far out in their priors."""
    far = (np.abs(sigmas) > FAR) & ~at_bound & ~two_bounds[None, :]
    return [
        (
            int(image),
            f"{names[i]} is {abs(sigmas[image, i]):.1f} standard deviations of its prior from its median",
        )
        for image, i in np.argwhere(far)
    ]


def _off_centre(params: Mapping[str, np.ndarray]) -> list[tuple[int, str]]:
    """The masses whose centre is far from that of the first light of their object."""
    found: list[tuple[int, str]] = []
    for name, radius in params.items():
        if not name.endswith("-theta_E"):
            continue
        mass = name.removesuffix("-theta_E")
        light = f"{mass.rpartition('-')[0]}-LIGHT_PROFILE_1"
        ends = [f"{prefix}-center_{axis}" for prefix in (mass, light) for axis in "xy"]
        if any(end not in params or np.ndim(params[end]) != 1 for end in ends) or np.ndim(radius) != 1:
            continue
        x, y, own_x, own_y = (np.asarray(params[end]) for end in ends)
        apart = np.hypot(x - own_x, y - own_y)
        found += [
            (
                int(i),
                f"the centre of {mass} is {apart[i]:.3f} arcsec from that of {light}, and theta_E is "
                f"{radius[i]:.3f}",
            )
            for i in np.flatnonzero(apart > OFF_CENTRE * np.abs(radius))
        ]
    return found


def _sheared(params: Mapping[str, np.ndarray]) -> list[tuple[int, str]]:
    """The external shears that are large."""
    found: list[tuple[int, str]] = []
    for name, first in params.items():
        second = params.get(name.removesuffix("1") + "2") if name.endswith("-gamma1") else None
        strength = np.hypot(first, second) if second is not None else np.abs(first)
        if (second is None and not name.endswith("-gamma_ext")) or np.ndim(strength) != 1:
            continue
        profile = name.rpartition("-")[0]
        found += [
            (
                int(i),
                f"the shear of {profile} is {strength[i]:.2f}, and that of most lenses below {LARGE_SHEAR}",
            )
            for i in np.flatnonzero(strength > LARGE_SHEAR)
        ]
    return found


def image_list(concerned: np.ndarray) -> str:
    """Which images are concerned, in words.

    >>> image_list(np.array([True, False, True]))
    'images 0, 2 of 3'
    """
    if concerned.size == 1:
        return "the image"
    indices = ", ".join(map(str, np.flatnonzero(concerned)))
    return f"image{'s' * int(concerned.sum() > 1)} {indices} of {concerned.size}"


def _concerns(text: str, image: int) -> bool:
    """Whether a warning concerns an image: one that names no images concerns all."""
    found = re.search(r"\(images? ([\d, ]+) of \d+\)$", text)
    return found is None or str(image) in found.group(1).split(", ")


def confidence(
    chi_square: np.ndarray,
    degrees: np.ndarray,
    agreed: np.ndarray,
    started: np.ndarray,
    states: Sequence[str],
    texts: Sequence[str],
) -> tuple[str, ...]:
    """How sure the fit of each image is, in words.

    Args:
        chi_square: chi-square of each image, (n,).
        degrees: its degrees of freedom, (n,).
        agreed: whether each start ended at the best model, (n, s).
        started: whether there was such a start, (n, s).
        states: how the best descent of each image ended.
        texts: the warnings of the fit.

    Returns:
        A sentence for each image.  It begins with `sure`, `doubtful` or `wrong`: wrong where no maximum was
        reached or chi-square is above that of noise, doubtful where one start alone came to the best model
        or a warning names the image.

    >>> agreed = np.array([[True, True, False]])
    >>> confidence(np.array([990.0]), np.array([1000]), agreed, agreed | True, ["converged"], [])
    ('sure: chi-square is 0.99 per degree of freedom, reached from 2 of 3 starts, no warnings',)
    """
    found = []
    for i, state in enumerate(states):
        count, of = int(agreed[i].sum()), int(started[i].sum())
        per_degree = chi_square[i] / degrees[i] if degrees[i] > 0 else np.inf
        excess = (chi_square[i] - degrees[i]) / np.sqrt(2.0 * max(degrees[i], 1))
        own = sum(_concerns(text, i) for text in texts)
        noise = per_degree < np.inf and excess < ONLY_NOISE
        wrong, doubtful = state != CONVERGED or not noise, count < min(2, of) or own
        word = "wrong" if wrong else "doubtful" if doubtful else "sure"
        residuals = "" if noise else f" ({excess:.0f} standard deviations above that of noise)"
        ended = "" if state == CONVERGED else f", {state}"
        warned = f"{own or 'no'} warning{'s' * (own != 1)}"
        found.append(
            f"{word}: chi-square is {per_degree:.2f} per degree of freedom{residuals}{ended}, "
            f"reached from {count} of {of} starts, {warned}"
        )
    return tuple(found)
