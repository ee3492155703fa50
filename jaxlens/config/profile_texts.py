"""What a user may read of each profile: its line in a list, and its page, from the registry alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from jaxlens.config.physical import forms
from jaxlens.config.profile_names import LIGHT, MASS, Kind
from jaxlens.kernels.registry import LightProfile, MassProfile, Profile

# Where the arguments, results and examples of a docstring begin.
_SECTIONS = re.compile(r"^(Args|Returns|Raises|Example|Examples):$|^>>> ", re.MULTILINE)
# What follows the first sentence of a docstring without lenstronomy's name; "et al." ends no sentence.
_REST = re.compile(r"(?<!\bal)\. |[;,(] *(?:it is )?lenstronomy's ")
# What the kinds of parameters that are no numbers are called.
_KIND_WORDS = {"list": "a list", "integer": "a whole number", "table": "an array of a file"}


class Row(NamedTuple):
    """One parameter of a profile, in words.

    Attributes:
        name: its name in files.
        unit: its unit; "" where it has none.
        text: what it means.
        default: its default; "" where files must give it.
        usual: its usual range; "" where there is none.
    """

    name: str
    unit: str
    text: str
    default: str
    usual: str


def profiles_called(name: str) -> tuple[tuple[Kind, Profile], ...]:
    """The light and the mass profile that a name or an alias means.

    Raises:
        ValueError: if there is none; the message has the name that is meant or spelled alike.

    >>> [(kind.noun, profile.name) for kind, profile in profiles_called("SERSIC")][0]
    ('a light profile', 'SERSIC')
    """
    found = [(kind, kind.profiles[own]) for kind in (LIGHT, MASS) if (own := kind.canonical(name))]
    if found:
        return tuple(found)
    profiles, aliases = {**LIGHT.profiles, **MASS.profiles}, {**LIGHT.aliases, **MASS.aliases}
    raise ValueError(f"{name!r} is not a profile; {Kind(profiles, aliases, '', '').advice(name)}")


def aliases_of(kind: Kind, name: str) -> tuple[str, ...]:
    """The other names of a profile, in alphabetical order.

    >>> aliases_of(MASS, "EPL")
    ('EPL_NUMBA', 'PEMD')
    """
    return tuple(sorted(alias for alias, own in kind.aliases.items() if own == name))


def summary(profile: Profile) -> str:
    """The first sentence of a profile's docstring, without lenstronomy's name.

    >>> from jaxlens.kernels import MASS_PROFILES
    >>> summary(MASS_PROFILES["SIE"])
    'Deflection of the singular isothermal ellipsoid'
    """
    paragraph = profile.doc.partition("\n\n")[0].replace("\n", " ")
    return _REST.split(paragraph)[0].replace(" (equation above)", "").strip(" .:")


def signature(profile: Profile) -> str:
    """The parameters of a profile in a file, with their defaults.

    >>> from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
    >>> signature(LIGHT_PROFILES["SERSIC"]), signature(MASS_PROFILES["SHEAR"])
    ('magnitude, R_sersic, n_sersic, center_x=0, center_y=0', 'gamma1, gamma2, ra_0=0, dec_0=0')
    """
    return ", ".join(f"{row.name}={row.default}" if row.default else row.name for row in rows(profile))


def rows(profile: Profile) -> tuple[Row, ...]:
    """The parameters of a profile in a file, in order: those of its functions after `magnitude` or `amp`."""
    return (*_brightness(profile), *(_row(profile, name) for name in profile.parameters))


def text_of(profile: Profile) -> str:
    """The equation of a profile and its source: its docstring without the arguments, and its family's."""
    return "\n\n".join(part for part in (own_text(profile), family_text(profile)) if part)


def own_text(profile: Profile) -> str:
    """The docstring of a profile without arguments and examples."""
    return _plain(profile.doc)


def family_of(profile: Profile) -> str:
    """The name of the module that has the function of a profile, which is that of its family."""
    function: object = profile.surface_brightness if isinstance(profile, LightProfile) else None
    function = profile.deflection if isinstance(profile, MassProfile) else function
    return str(getattr(function, "__module__", ""))


def family_text(profile: Profile) -> str:
    """The equations that the profiles of a family share; "" where the profile is a user's."""
    module = family_of(profile)
    return _plain(sys.modules[module].__doc__ or "") if module.startswith("jaxlens.kernels.") else ""


def notes(profile: Profile) -> Iterator[str]:
    """What else a user should know of a profile, as sentences."""
    if isinstance(profile, LightProfile) and profile.total_flux is None:
        yield f"It has no finite flux, since {profile.no_flux}: files give `amp` in place of `magnitude`."
    for form in forms(profile):
        yield f"{_words(form.given)} may stand in place of {_words(form.replaced)}: {form.text}."
    if isinstance(profile, MassProfile):
        if profile.line_of_sight is not None:
            yield "It is no mass: it changes what the other masses of its plane do."
        elif profile.potential is None:
            yield "It has no lensing potential, and so no arrival times."


def _words(names: tuple[str, ...]) -> str:
    """Some parameters as a sentence has them."""
    return " and ".join(f"`{name}`" for name in names)


def _brightness(profile: Profile) -> tuple[Row, ...]:
    """`magnitude`, or `amp` where the profile has no finite flux."""
    if not isinstance(profile, LightProfile):
        return ()
    if profile.total_flux is not None:
        return (Row("magnitude", "mag", "apparent magnitude of all its light", "", ""),)
    if "amp" in profile.parameters:
        return ()
    return (Row("amp", "counts/s/arcsec^2", "amplitude", "", ""),)


def _row(profile: Profile, name: str) -> Row:
    meaning, default = profile.meanings[name], profile.parameters[name]
    kind = profile.kinds[name]
    text = "; ".join(part for part in (meaning.text, _KIND_WORDS.get(kind, "")) if part)
    usual = f"{meaning.low:g} to {meaning.high:g}" if kind in ("number", "list") and meaning.text else ""
    return Row(name, meaning.unit, text, "" if default is None else _number(default), usual)


def _number(value: object) -> str:
    """A default as a file has it."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_number, value))}]"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _plain(doc: str) -> str:
    """A docstring without the sections on arguments, and without examples."""
    return doc[: found.start()].strip() if (found := _SECTIONS.search(doc)) else doc.strip()
