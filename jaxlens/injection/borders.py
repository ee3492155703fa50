"""Whether stamps are large enough: the light at their borders beside the noise of the sky."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from jaxlens.injection.entries import Entries

# In sigma of the sky: from here on the edge of a stamp can be seen where images are smoothed or stretched.
SEEN = 0.5


def seen_borders(entries: Entries, sigmas: Mapping[str, float]) -> list[str]:
    """Warnings about bands in which stamps end where their light can still be seen.

    Args:
        entries: what was added.
        sigmas: the standard deviation of the sky by band, before; 0 where it has no noise.

    Returns:
        One line a band.
    """
    lines = []
    for band, sigma in sigmas.items():
        border = entries.border(band)
        seen = border[np.isfinite(border)] > SEEN * sigma
        if not seen.any() or not 0.0 < sigma < np.inf:
            continue
        brightest = f"up to {np.nanmax(border) / sigma:.2g} sigma of the sky"
        lines.append(
            f"the stamps of {np.count_nonzero(seen)} systems end in {band} where their light is {brightest}, "
            f"so that their edges may be seen; give a stamp of more than {entries.sides[band]} pixels"
        )
    return lines
