"""Places of exposures as free parameters: how far the sky of an image is from where its header has it."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
from scipy.linalg import block_diag

from jaxlens.distributions import Normal
from jaxlens.fitting.transforms import Transform, transform_of
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.model import Offset
from jaxlens.modelling.problem import LensProblem

# Pixels: the standard deviation of the prior of an offset.
PRIOR_WIDTH = 0.5


def with_offsets(problem: LensProblem, images: LensImages, width: float = PRIOR_WIDTH) -> LensProblem:
    """A lens whose images but the first have two more free parameters each, their offsets on the sky.

    `x_offset-<image>` and `y_offset-<image>`, arcsec, are added to x and y of the pixels of an image; they
    are the last coordinates.  The first image has none: its offset would be that of the whole lens.

    Args:
        problem: the model of the lens.
        images: the images; `Layout.name` says what they are called.
        width: the standard deviation of the normal prior of each, in pixels of the image.

    Returns:
        The model with 2 (images - 1) more free parameters, or the same one where there is one image.

    Raises:
        ValueError: if the width is not above 0.
    """
    if not (np.isfinite(width) and width > 0.0):
        raise ValueError(f"width is {width}; give pixels, above 0")
    layout = images.layout
    offsets = tuple(Offset(p.band, p.exposure, layout.name(p)) for p in layout.places[1:])
    if not offsets:
        return problem
    names = [name for offset in offsets for name in offset.parameters]
    matrices = [np.asarray(images.data.grid[o.band, o.exposure, :4]).reshape(2, 2) for o in offsets]
    sides = np.repeat([np.sqrt(abs(np.linalg.det(matrix))) for matrix in matrices], 2)
    priors = tuple(Normal(0.0, width * float(side)) for side in sides)
    places = tuple((name, None) for name in names)
    free = replace(
        problem.free,
        places=(*problem.free.places, *places),
        priors=(*problem.free.priors, *priors),
        changed=problem.free.changed | set(names),
        transform=_joined(problem.free.transform, transform_of(priors)),
        params={**problem.free.params, **{name: np.zeros(1) for name in names}},
    )
    model = problem.lens.model
    constants = problem.constants._replace(
        transform=free.transform,
        own_priors=(*problem.constants.own_priors, *priors),
        prior_curvature=block_diag(np.asarray(problem.constants.prior_curvature), np.eye(len(names))),
    )
    return replace(
        problem,
        lens=replace(problem.lens, model=replace(model, free=(*model.free, *places)), offsets=offsets),
        constants=constants,
        base={**problem.base, **{name: jnp.zeros(()) for name in names}},
        free=free,
        names=(*problem.names, *names),
    )


def _joined(one: Transform, other: Transform) -> Transform:
    fields = ("low", "high", "center", "scale")
    return Transform(
        *(np.concatenate([np.asarray(getattr(each, name)) for each in (one, other)]) for name in fields)
    )
