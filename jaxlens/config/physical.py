"""Physical parameters of masses, which a file may give in place of angles.

    sigma_v                     in place of theta_E       of isothermal lenses
    M                           in place of theta_E       of a point mass
    M200, or logM, and          in place of Rs, alpha_Rs  of haloes
    concentration

`mass_definition` beside M200 in PARAMETERS says how the mass is defined: 200c, 200m or vir.  The mass is that
of an NFW halo (of a GNFW halo for profiles with gamma_in) with this Rs and alpha_Rs: without truncation, and
where a profile has a core, that of the halo with the same deflection at Rs.  The angles follow from the
redshifts and the cosmology when an image is made (`jaxlens.imaging.mass_angles`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, cast

from jaxlens.config.model import Profile, Quantity, constant
from jaxlens.config.quantities import quantity_path
from jaxlens.config.sections import Section
from jaxlens.kernels import MASS_PROFILES, MassProfile
from jaxlens.kernels.halos import MASS_DEFINITIONS, MassDefinition


class Form(NamedTuple):
    """Parameters of a file that stand in place of parameters of a profile, one for one.

    Attributes:
        given: the parameters of the file.
        angles: the parameters of the profile that they replace, in the same number.
        text: what they are, with their units.
    """

    given: tuple[str, ...]
    angles: tuple[str, ...]
    text: str

    @property
    def is_halo(self) -> bool:
        """Whether it is the mass and the concentration of a halo."""
        return self.angles == _HALO


_HALO = ("Rs", "alpha_Rs")
SIGMA_V = Form(("sigma_v",), ("theta_E",), "a velocity dispersion in km/s")
POINT_MASS = Form(("M",), ("theta_E",), "a mass in solar masses")
M200 = Form(
    ("M200", "concentration"),
    _HALO,
    "the mass of an NFW halo in solar masses (`mass_definition`: 200c, 200m or vir)",
)
LOG_M = Form(("logM", "concentration"), _HALO, "its decimal logarithm")
# The profiles with an Einstein radius that is that of a point mass.
_POINTS = frozenset({"POINT_MASS"})
# Haloes with these parameters have another density than NFW or GNFW, and M200 has no meaning for them.
_SLOPES = frozenset({"gamma_inner", "gamma_outer"})


def forms(profile: MassProfile) -> tuple[Form, ...]:
    """The physical parameters that a file may give for a profile.

    >>> [form.given for form in forms(MASS_PROFILES["NFW"])], forms(MASS_PROFILES["SHEAR"])
    ([('M200', 'concentration'), ('logM', 'concentration')], ())
    """
    own = profile.parameters
    found: tuple[Form, ...] = (SIGMA_V,) if profile.sigma_v else ()
    found += (POINT_MASS,) if profile.name in _POINTS else ()
    if own.keys() >= {*_HALO} and not own.keys() & _SLOPES:
        found += (M200, LOG_M)
    # a user's own profile may have a parameter of such a name
    return tuple(form for form in found if not own.keys() & {*form.given})


def form_of(profile: str, names: Collection[str]) -> Form | None:
    """The physical parameters among the names of a profile's parameters; None where they are all angles."""
    found = [form for form in forms(MASS_PROFILES[profile]) if {*form.given} <= {*names}]
    return found[0] if found else None


def read_form(section: Section, profile: MassProfile) -> Form | None:
    """The physical parameters that a file gives; a problem where they stand beside what they replace.

    Args:
        section: the mapping PARAMETERS.
        profile: the profile.
    """
    options = [form for form in forms(profile) if any(section.has(key) for key in form.given)]
    if not options:
        return None
    # of M200 and logM that one which the file has, and M200 where it has only a concentration
    best = max(options, key=lambda form: sum(section.has(key) for key in form.given))
    rivals = [key for form in options for key in (*form.angles, *form.given) if key not in best.given]
    for rival in dict.fromkeys(rivals):
        if section.has(rival):
            _refuse_both(section, best, rival)
    return best


def _refuse_both(section: Section, form: Form, rival: str) -> None:
    """Report that a physical parameter stands beside `rival`, which means the same."""
    place = section.take(form.given[0]) or section.take(form.given[-1])
    section.take(rival)
    both = len(form.given) > 1 and rival in form.angles
    pairs = f"{' and '.join(form.given)}, or {' and '.join(form.angles)}"
    advice = f"give {pairs}" if both else "give one of the two"
    with section.report.about(quantity_path(section, form.given[0])):
        section.report.problem(place.place, f"stands beside {rival}; {advice}")  # type: ignore[union-attr]


def with_form(parameters: Mapping[str, float | None], form: Form | None) -> Mapping[str, float | None]:
    """The parameters of a profile with their defaults, in which a form's stand in place of angles."""
    if form is None:
        return parameters
    names = dict(zip(form.angles, form.given, strict=True))
    return {names.get(key, key): default for key, default in parameters.items()}


def read_definition(section: Section, form: Form | None) -> MassDefinition:
    """`mass_definition`, which stands beside the mass of a halo only."""
    if form is None or not form.is_halo:
        return "200c"
    found = section.choice("mass_definition", MASS_DEFINITIONS, default="200c", noun="a mass definition")
    return cast(MassDefinition, found or "200c")


def with_given(galaxy: str, profile: Profile, own: Collection[str]) -> Profile:
    """A mass profile with the parameters that tables give, where they are others than those that it has.

    Args:
        galaxy: the label of the galaxy that has the profile.
        profile: the profile.
        own: the names of its parameters that tables give.

    Returns:
        The profile, with numbers that are not known yet for new parameters; the same one where tables give
        parameters of no other form, or those that it has.
    """
    if not profile.name:
        return profile
    old = _present(profile)
    if old is None:
        return profile
    others = [names for names in _alternatives(MASS_PROFILES[profile.name]) if names != old]
    best = max(others, key=lambda names: len({*names} & {*own}), default=old)
    if not {*best} & {*own} - {*old} or {*old} & {*own} - {*best}:
        return profile
    new = dict(zip(old, best, strict=True))

    def number(name: str) -> tuple[str, Quantity]:
        return name, constant(f"SPECIES.{galaxy}.{profile.label}.{name}", math.nan)

    parameters = tuple(
        (name, value) if new.get(name, name) == name else number(new[name])
        for name, value in profile.parameters
    )
    return replace(profile, parameters=parameters)


def _present(profile: Profile) -> tuple[str, ...] | None:
    """The parameters that a profile has of those that replace each other; None where there are none."""
    names = dict(profile.parameters).keys()
    return next((one for one in _alternatives(MASS_PROFILES[profile.name]) if names >= {*one}), None)


def _alternatives(profile: MassProfile) -> Sequence[tuple[str, ...]]:
    """What may stand in each other's place: the angles, and the physical parameters."""
    found = forms(profile)
    return tuple(dict.fromkeys([*(form.angles for form in found), *(form.given for form in found)]))
