"""Many haloes of lenstronomy in one plane, as a list of SUBSTRUCTURE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.from_lenstronomy_files import Files
from jaxlens.exchange.from_lenstronomy_profiles import known_mass

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
    haloes = [one for one in masses if one[0] == profile]
    others = [one for one in masses if one[0] != profile]
    if not any(_is_matter(kind) for kind, _, _ in others):
        # subhaloes are a part of a galaxy, which has mass
        others.append(haloes.pop(0))
    own = [values for _, _, values in haloes]
    columns = {key: np.array([float(values[key]) for values in own]) for key in _HALOES[profile]}
    columns |= {
        axis: np.array([float(values.get(f"center_{axis}", 0.0)) for values in own]) for axis in ("x", "y")
    }
    columns["z"] = np.full(len(own), redshift)
    path = files.haloes(f"{name}_haloes", columns)
    return others, {"PROFILE": profile, "FILENAME": path}


def _is_matter(name: str) -> bool:
    """Whether a mass profile is matter of a galaxy, and no sheet."""
    profile = known_mass(name)
    return not (profile.linear or profile.line_of_sight)
