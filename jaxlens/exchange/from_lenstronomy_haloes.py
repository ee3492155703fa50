"""Many haloes of lenstronomy in one plane, as a list of SUBSTRUCTURE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.from_lenstronomy_files import Files

# Round haloes and what lists have of them, by lenstronomy's names.
_HALOES = {
    "TNFW": ("Rs", "alpha_Rs", "r_trunc"),
    "NFW": ("Rs", "alpha_Rs"),
    "POINT_MASS": ("theta_E",),
}
# With so many haloes of a kind they are a list, whose program does not grow with their number.
_MANY = 10

Masses = list[tuple[str, Any, Any]]


def substructure(
    masses: Sequence[tuple[str, Any, Any]], name: str, redshift: float, files: Files
) -> tuple[Masses, dict[str, Any] | None]:
    """The masses of a plane without those of its haloes that become a list, and SUBSTRUCTURE.

    Args:
        masses: (name, options, parameters) of the masses.
        name: how the file of the list is called.
        redshift: that of the plane.
        files: where the list is written.

    Returns:
        The other masses, and SUBSTRUCTURE or None.
    """
    counts = {profile: sum(one[0] == profile for one in masses) for profile in _HALOES}
    profile = max(counts, key=lambda key: counts[key])
    if counts[profile] < _MANY:
        return list(masses), None
    own = [values for kind, _, values in masses if kind == profile]
    columns = {key: np.array([float(values[key]) for values in own]) for key in _HALOES[profile]}
    columns |= {
        axis: np.array([float(values.get(f"center_{axis}", 0.0)) for values in own]) for axis in ("x", "y")
    }
    columns["z"] = np.full(len(own), redshift)
    path = files.haloes(f"{name}_haloes", columns)
    return [one for one in masses if one[0] != profile], {"PROFILE": profile, "FILENAME": path}
