"""Which parameter of a lens is its Einstein radius."""

from __future__ import annotations

from collections.abc import Sequence


def einstein_radius_index(names: Sequence[str]) -> int | None:
    """The index of the first mass's `theta_E` among names of parameters; None where there is none.

    >>> einstein_radius_index(["seeing", "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"])
    1
    """
    return next((i for i, name in enumerate(names) if name.endswith("-theta_E")), None)
