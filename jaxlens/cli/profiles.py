"""`jaxlens profiles`: list the light and mass profiles, or print what one of them is."""

from __future__ import annotations

import argparse

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.config.profile_names import LIGHT, MASS, Kind
from jaxlens.config.profile_texts import aliases_of, notes, profiles_called, rows, signature, summary, text_of
from jaxlens.kernels.registry import Profile

# The width of the names in the list.
_WIDTH = 34


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "profiles", run, "list the light and mass profiles, or explain one")
    parser.add_argument("name", nargs="?", metavar="NAME", help="print its equation, parameters and source")


def run(arguments: argparse.Namespace) -> int:
    """Print two lines for each profile and one for each alias, or all that there is to say about one."""
    if arguments.name:
        found = profiles_called(arguments.name)
        print("\n\n".join(_page(arguments.name, kind, profile) for kind, profile in found))
        return 0
    for kind in (LIGHT, MASS):
        print(f"{'light' if kind is LIGHT else 'mass'} profiles, with the PARAMETERS of a {kind.place}")
        for name in sorted(kind.profiles, key=str.lower):
            profile = kind.profiles[name]
            print(f"{name:{_WIDTH}} {summary(profile)}")
            print(f"{'':{_WIDTH}} {signature(profile)}")
        for alias in sorted(kind.aliases):
            if kind.canonical(alias):
                print(f"{alias:{_WIDTH}} the same as {kind.aliases[alias]}")
        print()
    print("jaxlens profiles NAME prints the equation, the units and the source of one")
    return 0


def _page(given: str, kind: Kind, profile: Profile) -> str:
    """What there is to say about a profile."""
    head = f"{profile.name}, {kind.noun}"
    others = aliases_of(kind, profile.name)
    head += f" (also {', '.join(others)})" if others else ""
    lines = [head, "", text_of(profile), ""]
    lines += [_line(*row) for row in rows(profile)]
    lines += ["", *notes(profile)] if any(notes(profile)) else []
    return "\n".join(lines)


def _line(name: str, unit: str, text: str, default: str, usual: str) -> str:
    """One parameter: name, unit, meaning, default and usual range."""
    about = [text, f"default {default}" if default else "", f"usually {usual}" if usual else ""]
    return f"  {name:18} {unit or '-':18} {', '.join(part for part in about if part)}".rstrip()
