"""Parameters that a file may give in place of those of a profile: axis ratios, and masses in place of angles.

    q and phi                   in place of e1, e2        of all profiles of light and mass
    sigma_v                     in place of theta_E       of isothermal lenses
    M                           in place of theta_E       of a point mass
    M200, or logM, and          in place of Rs, alpha_Rs  of haloes
    concentration

They are the parameters then: in `params`, the metadata, priors and fits.  The profile's own follow from them
when an image is made, and are derived quantities.

q is the axis ratio and phi the position angle of the major axis (radians, from x towards y), as lenstronomy's
phi_q2_ellipticity has them: (e1, e2) = (1 - q) / (1 + q) (cos 2 phi, sin 2 phi).

`mass_definition` beside M200 in PARAMETERS says how the mass is defined: 200c, 200m or vir.  The mass is that
of an NFW halo (of a GNFW halo for profiles with gamma_in) with this Rs and alpha_Rs: without truncation, and
where a profile has a core, that of the halo with the same deflection at Rs.  The angles follow from the
redshifts and the cosmology when an image is made (`jaxlens.imaging.mass_angles`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple, cast

from jaxlens.config.model import Profile, Quantity, constant
from jaxlens.config.quantities import quantity_path
from jaxlens.config.sections import Section
from jaxlens.kernels.halos import MASS_DEFINITIONS, MassDefinition
from jaxlens.kernels.registry import MassProfile
from jaxlens.kernels.registry import Profile as Kernel


class Form(NamedTuple):
    """Parameters of a file that stand in place of parameters of a profile, one for one.

    Attributes:
        given: the parameters of the file.
        replaced: the parameters of the profile that they replace, in the same number.
        text: what they are, with their units.
    """

    given: tuple[str, ...]
    replaced: tuple[str, ...]
    text: str

    @property
    def is_halo(self) -> bool:
        """Whether it is the mass and the concentration of a halo."""
        return self.replaced == _HALO

    @property
    def is_mass(self) -> bool:
        """Whether what it replaces follows from a mass, the redshifts and the cosmology."""
        return self != AXIS_RATIO


_HALO = ("Rs", "alpha_Rs")
_ELLIPTICITY = ("e1", "e2")
AXIS_RATIO = Form(
    ("q", "phi"), _ELLIPTICITY, "the axis ratio, and the angle of the major axis from x towards y in radians"
)
SIGMA_V = Form(("sigma_v",), ("theta_E",), "a velocity dispersion in km/s")
POINT_MASS = Form(("M",), ("theta_E",), "a mass in solar masses")
M200 = Form(
    ("M200", "concentration"),
    _HALO,
    "the mass of an NFW halo in solar masses (`mass_definition`: 200c, 200m or vir)",
)
LOG_M = Form(("logM", "concentration"), _HALO, "its decimal logarithm")
# All of them.
FORMS = (AXIS_RATIO, SIGMA_V, POINT_MASS, M200, LOG_M)
# The profiles with an Einstein radius that is that of a point mass.
_POINTS = frozenset({"POINT_MASS"})
# Haloes with these parameters have another density than NFW or GNFW, and M200 has no meaning for them.
_SLOPES = frozenset({"gamma_inner", "gamma_outer"})


def forms(profile: Kernel) -> tuple[Form, ...]:
    """What a file may give in place of parameters of a profile.

    >>> from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
    >>> [form.given for form in forms(MASS_PROFILES["SIE"])], forms(LIGHT_PROFILES["SERSIC"])
    ([('sigma_v',), ('q', 'phi')], ())
    """
    own = profile.parameters
    found = _masses(profile) if isinstance(profile, MassProfile) else ()
    if all(profile.kinds.get(key) == "number" for key in _ELLIPTICITY):
        found += (AXIS_RATIO,)
    # SERSIC_ELLIPSE_Q_PHI, and perhaps a user's own profile, have a parameter of such a name
    return tuple(form for form in found if not own.keys() & {*form.given})


def _masses(profile: MassProfile) -> tuple[Form, ...]:
    """The masses that a file may give in place of angles."""
    found: tuple[Form, ...] = (SIGMA_V,) if profile.sigma_v else ()
    found += (POINT_MASS,) if profile.name in _POINTS else ()
    if profile.parameters.keys() >= {*_HALO} and not profile.parameters.keys() & _SLOPES:
        found += (M200, LOG_M)
    return found


def forms_of(profile: Kernel, names: Collection[str]) -> tuple[Form, ...]:
    """Those of the forms of a profile that are among the names of its parameters.

    >>> from jaxlens.kernels import MASS_PROFILES
    >>> [form.given for form in forms_of(MASS_PROFILES["SIE"], ["theta_E", "q", "phi"])]
    [('q', 'phi')]
    """
    return tuple(form for form in forms(profile) if {*form.given} <= {*names})


def read_forms(section: Section, profile: Kernel) -> tuple[Form, ...]:
    """What a file gives in place of parameters of a profile; a problem where it stands beside these.

    Args:
        section: the mapping PARAMETERS.
        profile: the profile.
    """
    found = [_read_form(section, options) for options in _by_replaced(profile).values()]
    return tuple(form for form in found if form is not None)


def _by_replaced(profile: Kernel) -> Mapping[tuple[str, ...], tuple[Form, ...]]:
    """The forms of a profile by the parameters that they replace."""
    found: dict[tuple[str, ...], tuple[Form, ...]] = {}
    for form in forms(profile):
        found[form.replaced] = (*found.get(form.replaced, ()), form)
    return found


def _read_form(section: Section, rivals: Sequence[Form]) -> Form | None:
    """The one of several forms with the same meaning that a file gives."""
    options = [form for form in rivals if any(section.has(key) for key in form.given)]
    if not options:
        return None
    # of M200 and logM that one which the file has, and M200 where it has only a concentration
    best = max(options, key=lambda form: sum(section.has(key) for key in form.given))
    others = [key for form in options for key in (*form.replaced, *form.given) if key not in best.given]
    for rival in dict.fromkeys(others):
        if section.has(rival):
            _refuse_both(section, best, rival)
    return best


def _refuse_both(section: Section, form: Form, rival: str) -> None:
    """Report that a parameter of a form stands beside `rival`, which means the same."""
    place = section.take(form.given[0]) or section.take(form.given[-1])
    section.take(rival)
    both = len(form.given) > 1 and rival in form.replaced
    pairs = f"{' and '.join(form.given)}, or {' and '.join(form.replaced)}"
    advice = f"give {pairs}" if both else "give one of the two"
    with section.report.about(quantity_path(section, form.given[0])):
        section.report.problem(place.place, f"stands beside {rival}; {advice}")  # type: ignore[union-attr]


def with_forms(parameters: Mapping[str, float | None], given: Sequence[Form]) -> Mapping[str, float | None]:
    """The parameters of a profile with their defaults, in which those of forms, without any, replace some."""
    names = {own: name for form in given for own, name in zip(form.replaced, form.given, strict=True)}
    return {names.get(key, key): None if key in names else default for key, default in parameters.items()}


def read_definition(section: Section, given: Sequence[Form]) -> MassDefinition:
    """`mass_definition`, which stands beside the mass of a halo only."""
    if not any(form.is_halo for form in given):
        return "200c"
    found = section.choice("mass_definition", MASS_DEFINITIONS, default="200c", noun="a mass definition")
    return cast(MassDefinition, found or "200c")


def with_given(galaxy: str, profile: Profile, kernel: Kernel, own: Collection[str]) -> Profile:
    """A profile with the parameters that tables give, where they are others than those that it has.

    Args:
        galaxy: the label of the galaxy that has the profile.
        profile: the profile.
        kernel: what `jaxlens.kernels` has by its name.
        own: the names of its parameters that tables give.

    Returns:
        The profile, with numbers that are not known yet for new parameters; the same one where tables give
        parameters of no other form, or those that it has.
    """
    choices = [
        (replaced, *(form.given for form in found)) for replaced, found in _by_replaced(kernel).items()
    ]
    return reduce(lambda changed, one: _with_given(galaxy, changed, one, own), choices, profile)


def _with_given(
    galaxy: str, profile: Profile, choices: Sequence[tuple[str, ...]], own: Collection[str]
) -> Profile:
    """A profile with that one of several `choices` of parameters, which mean the same, that tables give."""
    names = dict(profile.parameters).keys()
    old = next((one for one in choices if names >= {*one}), None)
    if old is None:
        return profile
    others = [one for one in choices if one != old]
    best = max(others, key=lambda one: len({*one} & {*own}), default=old)
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
