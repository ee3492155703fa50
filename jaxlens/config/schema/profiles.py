"""JSON Schemas of profiles of light and mass, by the registries of profiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import combinations

from jaxlens.config.aliases import LIGHT_ALIASES, MASS_ALIASES
from jaxlens.config.naming import IMAGE_INDEX
from jaxlens.config.physical import forms
from jaxlens.config.profile_ranges import profile_rule
from jaxlens.config.quantities import ANY, ANY_BY_BAND
from jaxlens.config.schema.entries import Entries, Entry, choice
from jaxlens.config.schema.values import NUMBERS, TEXT, Schema, needing, number, optional, section, when
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.halos import MASS_DEFINITIONS
from jaxlens.kernels.registry import LightProfile, Profile

# What the images of a stack may give.
_OF_IMAGES = ("scale", "phi_G", "size", "flip", "image_index")
# The meaning of parameters that stand in place of those of a profile.
_FORMS = {
    "q": ("", "The axis ratio, in place of e1 and e2."),
    "phi": ("radian", "The angle of the major axis from x towards y, in place of e1 and e2."),
    "sigma_v": ("km/s", "A velocity dispersion, in place of theta_E."),
    "M": ("solar masses", "A mass, in place of theta_E."),
    "M200": ("solar masses", "The mass of the halo, in place of Rs and alpha_Rs."),
    "logM": ("", "The decimal logarithm of the mass in solar masses, in place of Rs and alpha_Rs."),
    "concentration": ("", "The concentration of the halo, in place of Rs and alpha_Rs."),
}


def profile_keys(profile: Profile) -> Entries:
    """The PARAMETERS that a file may give of a profile, by name, with their units and meanings.

    >>> from jaxlens.kernels import MASS_PROFILES
    >>> sorted(profile_keys(MASS_PROFILES["SIE"]))
    ['center_x', 'center_y', 'e1', 'e2', 'phi', 'q', 'sigma_v', 'theta_E']
    """
    is_light = isinstance(profile, LightProfile)
    rule_of = partial(profile_rule, profile.name, by_band=is_light)
    found: dict[str, Entry] = {}
    if isinstance(profile, LightProfile):
        found |= _brightness(profile)
    for key, default in profile.parameters.items():
        meaning, kind = profile.meanings[key], profile.kinds.get(key, "number")
        text = (
            f"{meaning.text[:1].upper()}{meaning.text[1:]}."
            if meaning.text
            else "A parameter of the profile."
        )
        written = "" if default is None else f"{default:g}"
        if kind == "number":
            found[key] = Entry("number", text, meaning.unit, written, rule=rule_of(key))
        else:
            shown = {"list": "array", "integer": "integer", "table": "any"}[kind]
            found[key] = Entry(shown, text, meaning.unit, written)  # type: ignore[arg-type]
    for form in forms(profile):
        for key in form.given:
            unit, text = _FORMS[key]
            found[key] = Entry("number", text, unit, rule=profile_rule(profile.name, key, by_band=is_light))
        if form.is_halo:
            words = tuple(MASS_DEFINITIONS)
            found["mass_definition"] = choice("How the mass is defined.", words, "200c")
    if "image" in profile.parameters and is_light:
        found |= {
            IMAGE_INDEX: Entry("any", "Which image of a stack: a number, or NEAREST or WEIGHT."),
            "size": Entry("number", "The width of the image, in place of scale.", "arcsec", rule=ANY_BY_BAND),
            "flip": Entry("any", "Whether the image is mirrored: 0, 1 or random."),
            "phi_G": Entry("any", "The angle by which the image is turned, or random.", "radian"),
            "scale": Entry("any", "The side of a pixel, or angular or physical.", "arcsec"),
        }
    return found


def _brightness(profile: LightProfile) -> Entries:
    if profile.total_flux is not None:
        text = "The apparent magnitude, of a source before lensing."
        return {"magnitude": Entry("number", text, "mag", rule=ANY_BY_BAND)}
    if "amp" in profile.parameters:
        return {}
    return {"amp": Entry("number", "The amplitude.", "counts/s/arcsec^2", rule=ANY_BY_BAND)}


def profile_schema(profiles: Mapping[str, Profile], aliases: Mapping[str, str], text: str) -> Schema:
    """The schema of a profile in a file: NAME, and its PARAMETERS by NAME.

    Args:
        profiles: the profiles by name.
        aliases: another name -> the name of a profile.
        text: what the profile is.
    """
    others = {name: [one for one, meant in aliases.items() if meant == name] for name in profiles}
    conditions = [
        when("NAME", [name, *others[name]], {"properties": {"PARAMETERS": optional(_parameters(profile))}})
        for name, profile in profiles.items()
    ]
    known = sorted({*profiles, *(alias for alias, meant in aliases.items() if meant in profiles)})
    found = section(
        {"NAME": {"enum": known, "description": text}, "PARAMETERS": {"description": "The parameters."}},
        ["NAME"],
    )
    return {**found, "allOf": conditions}


def _parameters(profile: Profile) -> Schema:
    properties = {
        key: {**optional(_value(entry)), "description": _text(entry)}
        for key, entry in profile_keys(profile).items()
    }
    return section(properties)


def whole(profiles: Mapping[str, Profile]) -> Schema:
    """The schema of profiles whose PARAMETERS have what the file must give, in one of its forms."""
    conditions = []
    for name, profile in profiles.items():
        needed = [key for key, default in profile.parameters.items() if default is None]
        needed += (
            [key for key in _brightness(profile) if key not in needed]
            if isinstance(profile, LightProfile)
            else []
        )
        ways: list[list[str]] = [needed]
        for form in forms(profile):
            rest = [key for key in needed if key not in form.replaced]
            ways += [[*rest, *form.given]] if len(rest) < len(needed) else []
        for one, other in combinations(forms(profile), 2):
            both = {*one.replaced, *other.replaced}
            if not {*one.replaced} & {*other.replaced}:
                ways.append([*(key for key in needed if key not in both), *one.given, *other.given])
        images = (
            [[key for key in way if key not in _OF_IMAGES] for way in ways] if "image" in needed else ways
        )
        then = {"properties": {"PARAMETERS": {"anyOf": [needing(way) for way in images]}}}
        conditions.append(when("NAME", [name], then))
    return {"allOf": conditions}


def _value(entry: Entry) -> Schema:
    if entry.kind == "number":
        return number(entry.rule)
    if entry.kind == "array":
        # each number of the list may be drawn
        return {"anyOf": [NUMBERS, {"type": "array", "items": number(ANY), "minItems": 1}, TEXT]}
    if entry.kind == "integer":
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\s*[0-9.]+\s*$"}]}
    return {"enum": list(entry.choices)} if entry.kind == "choice" else {}


def _text(entry: Entry) -> str:
    unit = f" Unit: {entry.unit}." if entry.unit else ""
    default = f" Default: {entry.default}." if entry.default else ""
    return f"{entry.text}{unit}{default}"


def light_schema() -> Schema:
    """The schema of LIGHT_PROFILE_n."""
    return profile_schema(LIGHT_PROFILES, LIGHT_ALIASES, "A light profile of lenstronomy.")


def mass_schema() -> Schema:
    """The schema of MASS_PROFILE_n and SHEAR_PROFILE_n."""
    return profile_schema(MASS_PROFILES, MASS_ALIASES, "A mass profile of lenstronomy.")
