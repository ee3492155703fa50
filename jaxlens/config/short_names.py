"""Short names of parameters: endings of full names, and names by the object's NAME.

A full name is words joined by hyphens, `PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E`; a path in the file is words
joined by dots.  A short name is some of the words of one full name, in their order and with the last one:

1. any ending, as `theta_E` or `OBJECT_1-MASS_PROFILE_1-theta_E`, where only one full name ends so;
2. where no full name ends so, any words that only one full name has, as `PLANE_1-theta_E`.  The NAME that the
   file gives to an object counts as a word after the object's label, so that `LENS-theta_E` is a short name.

Words may be joined by hyphens or dots, so `LENS.theta_E` is the same.  A full name always means itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any, TypeVar

from jaxlens.config.errors import Report, one_of, spelled_alike
from jaxlens.config.files import FROM_DICT
from jaxlens.config.meanings import meanings
from jaxlens.config.model import Configuration
from jaxlens.config.reader import read_text
from jaxlens.config.text import plain

# The largest number of full names in a message; of more the first ones are listed.
MAX_LISTED = 12
# The largest number of names that an unknown one is compared with in a message.
_MAX_SUGGESTIONS = 3

_BORDER = re.compile(r"[-.]")

Words = tuple[str, ...]
T = TypeVar("T")


class ShortNames:
    """The full names that short names may mean.

    Args:
        names: the full names; or each with what it means, where several mean the same.
        objects: the NAMEs of the object whose parameters begin with a prefix (`PLANE_1-OBJECT_1`), by the
            prefix; several where configurations have other objects there.

    >>> names = [f"PLANE_{k}-OBJECT_1-LIGHT_PROFILE_1-n_sersic" for k in (1, 2)]
    >>> names.append("PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E")
    >>> objects = {"PLANE_1-OBJECT_1": ("LENS",), "PLANE_2-OBJECT_1": ("SOURCE",)}
    >>> short_names = ShortNames(names, objects)
    >>> short_names.full("theta_E"), short_names.full("SOURCE.n_sersic")
    ('PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E', 'PLANE_2-OBJECT_1-LIGHT_PROFILE_1-n_sersic')
    >>> [short_names.shortest(name) for name in names]
    ['LENS.n_sersic', 'SOURCE.n_sersic', 'theta_E']
    >>> short_names.full("n_sersic")
    Traceback (most recent call last):
        ...
    ValueError: n_sersic may mean PLANE_1-OBJECT_1-LIGHT_PROFILE_1-n_sersic (LENS.n_sersic) or \
PLANE_2-OBJECT_1-LIGHT_PROFILE_1-n_sersic (SOURCE.n_sersic); give one of these names
    """

    def __init__(
        self, names: Iterable[str] | Mapping[str, str], objects: Mapping[str, Words] | None = None
    ) -> None:
        self.names = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
        self.objects = {} if objects is None else dict(objects)

    def full(self, given: str, where: str = "") -> str:
        """The full name that a name means.

        Args:
            given: a full name or a short one.
            where: the argument that has it, for a message, such as "free".

        Raises:
            ValueError: if it may mean several, which are listed, or none, with those that are spelled alike.
        """
        found = self.meant(given)
        if len(found) == 1:
            return found[0]
        place = f" in {where}" if where else ""
        if found:
            raise ValueError(
                f"{shown_name(given)}{place} may mean {self.listed(found)}; give one of these names"
            )
        raise ValueError(f"{shown_name(given)}{place} is no parameter; {self.advice(given)}")

    def full_keys(self, given: Mapping[str, T], where: str = "") -> dict[str, T]:
        """A mapping with full names in the place of its names.

        Args:
            given: the values by full or short names.
            where: the argument, for a message.

        Raises:
            ValueError: as `full`, and if two of the names mean the same parameter.
        """
        found: dict[str, T] = {}
        written: dict[str, str] = {}
        for name, value in given.items():
            own = self.full(name, where)
            if own in found:
                place = f" of {where}" if where else ""
                raise ValueError(f"{written[own]!r} and {name!r}{place} are both {own}; give it once")
            found[own], written[own] = value, name
        return found

    def meant(self, given: object) -> tuple[str, ...]:
        """All full names that a name may mean; empty where it means none."""
        if not isinstance(given, str):
            return ()
        if given in self.names:
            return (self.names[given],)
        words = _words(given)
        return self._endings.get(words) or self._with_words(words)

    def shortest(self, name: str) -> str:
        """The shortest name that means this full name alone; by words, then by letters.

        Args:
            name: a full name.
        """
        words = _words(name)
        options = ["-".join(words[-k:]) for k in range(1, len(words))]
        for prefix, own in self._owners(name):
            rest = _words(name.removeprefix(prefix))[1:]
            options += [".".join((own, *rest[-k:])) for k in range(1, len(rest) + 1)]
        options.sort(key=lambda one: (len(_words(one)), len(one)))
        return next((one for one in options if self.meant(one) == (self.names[name],)), name)

    def advice(self, given: object) -> str:
        """What may be meant by a name that means nothing, as it stands behind the semicolon of a message."""
        if not isinstance(given, str):
            return f"it is {_article(given)}, and a name is a text, such as {next(iter(self.names), '')!r}"
        if not self.names:
            return "there is none to choose from"
        last = {_words(name)[-1]: None for name in self.names}
        own = _words(given)[-1]
        found = spelled_alike(given, self.names)[:1] if _BORDER.search(given) else []
        near = meanings(own, last) or get_close_matches(own, last, n=_MAX_SUGGESTIONS)
        if not found:
            near = near or spelled_alike(own, last)[:_MAX_SUGGESTIONS]
            found = [name for one in near for name in self.names if _words(name)[-1] == one]
        if found:
            return f"did you mean {_either(found[:_MAX_SUGGESTIONS])}?"
        few = len(self.names) <= MAX_LISTED
        return one_of(self.names) if few else "sim.names() or `jaxlens names FILE` lists the names"

    def listed(self, names: Iterable[str]) -> str:
        """Full names for a message, each with its shortest one.

        Args:
            names: the full names.
        """
        every = list(dict.fromkeys(names))
        short = {name: self.shortest(name) for name in every[:MAX_LISTED]}
        shown = [name if one == name else f"{name} ({one})" for name, one in short.items()]
        more = len(every) - len(shown)
        if more:
            return f"{', '.join(shown)} or one of {more} more"
        return _either(shown)

    @cached_property
    def _endings(self) -> dict[Words, tuple[str, ...]]:
        """What is meant by each ending of a full name."""
        found: dict[Words, dict[str, None]] = defaultdict(dict)
        for name, meant in self.names.items():
            words = _words(name)
            for k in range(1, len(words) + 1):
                found[words[-k:]][meant] = None
        return {words: tuple(meant) for words, meant in found.items()}

    def _with_words(self, given: Words) -> tuple[str, ...]:
        """What is meant by the full names that have these words in their order, and the last at their end."""
        if len(given) < 2 or given[-1:] not in self._endings:
            return ()
        found: dict[str, None] = {}
        for name, meant in self.names.items():
            if name.endswith(given[-1]) and any(_has(words, given) for words in self._spelled(name)):
                found[meant] = None
        return tuple(found)

    def _spelled(self, name: str) -> list[Words]:
        """The words of a full name, with each NAME of its object after the object's label."""
        spelled = [
            (*_words(prefix), *_words(own), *_words(name.removeprefix(prefix))[1:])
            for prefix, own in self._owners(name)
        ]
        return spelled or [_words(name)]

    def _owners(self, name: str) -> list[tuple[str, str]]:
        """The prefix of the object that a name belongs to, with each of its NAMEs; empty without one."""
        return [
            (prefix, own)
            for prefix, every in self.objects.items()
            if name.startswith((f"{prefix}-", f"{prefix}."))
            for own in every
        ]


def object_names(*configurations: Configuration) -> dict[str, Words]:
    """The NAMEs of the objects of configurations, by the beginning of their parameters' names.

    >>> from jaxlens.config import load_config
    >>> object_names(load_config("galaxy_galaxy").configuration())
    {'PLANE_1-OBJECT_1': ('LENS',), 'PLANE_2-OBJECT_1': ('SOURCE',)}
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for configuration in configurations:
        for plane in configuration.planes:
            for label, species in (*plane.objects, *plane.members):
                found[f"{plane.label}-{label}"][species.name] = None
        for label, source in configuration.noise:
            found[label][source.name] = None
    return {prefix: tuple(own) for prefix, own in found.items()}


def objects_in(text: str, label: str) -> dict[str, Words]:
    """`object_names` of the configuration with a label, from the text of a file that is not checked again.

    Args:
        text: YAML, as `Config.text` has it.
        label: the label of the configuration.

    >>> from jaxlens.config import load_config
    >>> objects_in(load_config("galaxy_galaxy").text, "CONFIGURATION_1")
    {'PLANE_1-OBJECT_1': ('LENS',), 'PLANE_2-OBJECT_1': ('SOURCE',)}
    """
    tree: Any = plain(read_text(text, FROM_DICT, Report(), numbered=False)) if text else {}
    found: dict[str, Words] = {}
    for plane, own in _entries(_entries(_entries(tree).get("GEOMETRY")).get(label)).items():
        for one, entry in _entries(own).items():
            name = _entries(entry).get("NAME") if isinstance(entry, dict) else entry
            if plane.startswith("PLANE_") and one.startswith("OBJECT_") and isinstance(name, str):
                found[f"{plane}-{one}"] = (name,)
    return found


def _entries(value: Any) -> dict[str, Any]:
    """A mapping of the file; empty where it is none."""
    return value if isinstance(value, dict) else {}


def shown_name(given: object) -> str:
    """A name that a user gave, for a message; what is no text as Python writes it.

    >>> shown_name("theta_E"), shown_name(3)
    ('theta_E', '3')
    """
    return given if isinstance(given, str) else repr(given)


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _words(name: str) -> Words:
    return tuple(_BORDER.split(name))


def _has(words: Words, given: Words) -> bool:
    """Whether `given` are some of the words, in their order, with the last one."""
    left = iter(words[:-1])
    return words[-1] == given[-1] and all(word in left for word in given[:-1])


def _article(value: object) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
