"""Reading the NAME of a profile: its own, an alias, or one that does not belong in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from jaxlens.config.aliases import CHANGED_MASSES, LIGHT_ALIASES, MASS_ALIASES
from jaxlens.config.errors import shown, spelled_alike
from jaxlens.config.meanings import meanings
from jaxlens.config.sections import Section
from jaxlens.config.values import word
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile

# Advice where no name is near: there are too many to list them.
_LISTED = "the command `jaxlens profiles` lists them"


class Kind(NamedTuple):
    """The profiles of one kind.

    Attributes:
        profiles: the profiles by name.
        aliases: another name -> the name here.
        noun: what a profile is called in messages.
        place: the key of the file under which one stands.
    """

    profiles: Mapping[str, Profile]
    aliases: Mapping[str, str]
    noun: str
    place: str

    def canonical(self, name: str) -> str:
        """The name of the profile that `name` means; "" where there is none."""
        found = self.aliases.get(name, name)
        return found if found in self.profiles else ""

    def advice(self, name: str) -> str:
        """Advice on a name that is not known: the profile that it means, or is spelled like."""
        names = (*self.profiles, *self.aliases)
        found = meanings(name, names) or spelled_alike(name, names)
        return f"did you mean {found[0]}?" if found else _LISTED


LIGHT = Kind(LIGHT_PROFILES, LIGHT_ALIASES, "a light profile", "LIGHT_PROFILE_n")
MASS = Kind(MASS_PROFILES, MASS_ALIASES, "a mass profile", "MASS_PROFILE_n")


def light_name(section: Section) -> str:
    """The light profile that NAME means; "", and a problem, where there is none."""
    return _name(section, LIGHT, MASS)


def mass_name(section: Section) -> str:
    """The mass profile that NAME means; "", and a problem, where there is none.

    A name that meant another profile in older versions of lenstronomy gets a remark.
    """
    name = _name(section, MASS, LIGHT)
    node = section.written("NAME")
    if name in CHANGED_MASSES and node is not None and node.text.strip() == name:
        section.report.remark(
            node.place, f"means today's profile of lenstronomy, {CHANGED_MASSES[name].format(name=name)}"
        )
    return name


def _name(section: Section, kind: Kind, other: Kind) -> str:
    """The profile of a kind that NAME means; profiles of the other kind do not belong here."""
    advice = f"give the name of {kind.noun}; {_LISTED}"
    node = section.need("NAME", advice)
    given = "" if node is None else word(node, section.report, advice)
    found = kind.canonical(given)
    if node is not None and given and not found:
        section.report.problem(node.place, f"{shown(given)} {_refusal(given, kind, other)}")
    return found


def _refusal(given: str, kind: Kind, other: Kind) -> str:
    """What is wrong with a name that is no profile of a kind, and what would be right."""
    if not other.canonical(given):
        return f"is not {kind.noun}; {kind.advice(given)}"
    meant = meanings(given, kind.profiles)
    instead = f" (or did you mean {meant[0]}?)" if meant else ""
    return f"is {other.noun}, and {kind.noun} belongs here; move it to a {other.place}{instead}"
