"""The copies of an object that a system shows, each with parameters of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from jaxlens.imaging.copies import positions, shown
from jaxlens.imaging.scene_objects import Copied, Light, Mass
from jaxlens.kernels.types import Params


def each_copy(
    copied: Copied, profiles: Sequence[Light | Mass], params: Params
) -> Iterator[tuple[Params, float, float]]:
    """The copies that are shown.

    Args:
        copied: the object.
        profiles: those of its profiles of which the parameters are needed.
        params: the parameters of one system, with the arrays of profiles and of copies.

    Yields:
        `params` in which the object has the parameters of the copy, and where its origin is, arcsec.
    """
    names = [f"{one.prefix}-{name}" for one in profiles for name in (*one.parameters, *one.tables)]
    x, y = (np.asarray(v, np.float64) for v in positions(copied, params))
    for k in np.flatnonzero(np.asarray(shown(copied, params))):
        own = {name: params[name][k] for name in names if name in params}
        yield {**params, **own}, float(x[k]), float(y[k])
