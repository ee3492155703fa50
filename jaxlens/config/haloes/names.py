"""The names of the haloes of a configuration, and of the arrays that each system has of them."""

from __future__ import annotations

from jaxlens.config.model import LINE_OF_SIGHT, Configuration, Galaxy, Haloes, LineOfSight

# The last part of the names of the parameters of a galaxy's subhaloes.
SUBSTRUCTURE = "SUBSTRUCTURE"
# The parameter that says how many haloes a system has.
NUMBER = "NUMBER"
# The convergence that the sheet of each plane of haloes takes out, for a source in the last plane, (planes,).
KAPPA_SHEET = "kappa_sheet"
# What a halo of each profile is, besides its position.
_OF_PROFILE = {
    "TNFW": ("mass", "concentration", "r_trunc"),
    "NFW": ("mass", "concentration"),
    "PJAFFE": ("mass", "concentration", "r_trunc"),
    "POINT_MASS": ("mass",),
}


def named_haloes(configuration: Configuration) -> tuple[tuple[str, Haloes], ...]:
    """The haloes of a configuration by the prefix of their parameters.

    They are the SUBSTRUCTURE of each galaxy in front of the last plane, such as
    `PLANE_1-OBJECT_1-SUBSTRUCTURE`, nearest plane first, and `LINE_OF_SIGHT`.  Nothing is behind the last
    plane, so that its subhaloes act on nothing.
    """
    found: list[tuple[str, Haloes]] = [
        (f"{plane.label}-{label}-{SUBSTRUCTURE}", species.substructure)
        for plane in configuration.planes[:-1]
        for label, species in plane.single
        if isinstance(species, Galaxy) and species.substructure is not None
    ]
    if configuration.line_of_sight is not None:
        found.append((LINE_OF_SIGHT, configuration.line_of_sight))
    return tuple(found)


def halo_arrays(haloes: Haloes) -> tuple[str, ...]:
    """The arrays (bound,) of a system that say what its haloes are, without their prefix.

    >>> from jaxlens.config.model import Substructure
    >>> halo_arrays(Substructure("", "NFW", "diemer_joyce", "200c", (), 10))
    ('x', 'y', 'mass', 'concentration')
    """
    place = ("x", "y", "z") if isinstance(haloes, LineOfSight) else ("x", "y")
    return (*place, *_OF_PROFILE[haloes.profile])


def halo_parameters(prefix: str, haloes: Haloes) -> tuple[str, ...]:
    """The parameters of a system on which the deflection of some haloes depends.

    Args:
        prefix: the prefix of their names.
        haloes: the haloes.

    Returns:
        `<prefix>-NUMBER` and the names of the arrays.
    """
    sheet = (KAPPA_SHEET,) if isinstance(haloes, LineOfSight) else ()
    return tuple(f"{prefix}-{name}" for name in (NUMBER, *halo_arrays(haloes), *sheet))
