"""What the names in links mean in one configuration, in which order links are evaluated, and what is wrong.

A name is looked up within the profile and the object of the number that is linked, then in its plane, then
as a whole name of the configuration, then as a short one.  It may end in `-<band>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from jaxlens.config.columns import Names, known_names, stems
from jaxlens.config.errors import spelled_alike
from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.links.parts import Named, part_name
from jaxlens.config.model import Config, Configuration, Draw, Instrument, Joint, Link, LinkedDraw, Quantity
from jaxlens.config.naming import by_epoch_names, named_quantities
from jaxlens.config.selectable import derived_names
from jaxlens.kernels.relations import RELATIONS

# A number of one configuration, and the band; "" for the number of all bands.
Place = tuple[str, str]
# The beginning of the names of one of the copies of an object.
_COPY = re.compile(r"PLANE_[0-9]+-OBJECT_[0-9]+_[0-9]+(?=-)")


def linked_draws(
    config: Config, configuration: Configuration, joints: Sequence[Joint]
) -> tuple[LinkedDraw, ...]:
    """The links of a configuration of a checked file, in the order in which they are evaluated.

    Args:
        config: the file.
        configuration: the configuration.
        joints: everything that sets parameters instead of the file's numbers.

    Returns:
        The links, each after those that it follows, without those that tables replace.
    """
    links = links_of(config.cosmology, config.instrument, configuration, joints)
    return links.in_order() if links else ()


def links_of(
    cosmology: tuple[Named, ...],
    instrument: Instrument,
    configuration: Configuration,
    joints: Sequence[Joint],
) -> Links | None:
    """The links of a configuration; None where it has none.

    Args:
        cosmology: the cosmological parameters.
        instrument: IMAGE and SURVEY.
        configuration: the configuration.
        joints: everything that sets parameters instead of the file's numbers.
    """
    named = named_quantities(cosmology, instrument, configuration)
    if not any(quantity.is_linked for _, quantity in named):
        return None
    names = known_names(cosmology, instrument, (configuration,))
    return Links(instrument, configuration, named, names, joints)


@dataclass(frozen=True, eq=False)
class Links:
    """The links of one configuration.

    Attributes:
        instrument: IMAGE and SURVEY.
        configuration: the configuration.
        named: its quantities by name.
        names: the names that columns may have in it, and the legal values.
        joints: everything that sets parameters instead of the file's numbers.
    """

    instrument: Instrument
    configuration: Configuration
    named: Sequence[Named]
    names: Names
    joints: Sequence[Joint]

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """The quantities by name."""
        return dict(self.named)

    @cached_property
    def links(self) -> dict[Place, Draw]:
        """The links that no table replaces, by name and band."""
        bands = self.instrument.bands
        return {
            (name, band): draw
            for name, quantity in self.named
            if quantity.is_linked
            for band, draw in zip(bands if quantity.per_band else ("",), quantity.draws, strict=True)
            if draw.link and not set(bands if not band else (band,)) <= set(self.given(name))
        }

    @cached_property
    def by_epoch(self) -> frozenset[str]:
        """The parameters that differ by epoch."""
        series = self.configuration.series
        drawn = by_epoch_names(self.instrument, self.configuration)
        return drawn | frozenset(series.cadence.conditions if series else ())

    def given(self, name: str) -> tuple[str, ...]:
        """The bands in which tables set a parameter."""
        label, every, series = self.configuration.label, self.instrument.bands, self.configuration.series
        if series and name in series.cadence.conditions:
            return every
        columns = [column for joint in self.joints for column in joint.columns]
        bands = {c.band for c in columns if c.parameter == name and c.configuration in (None, label)}
        return every if None in bands else tuple(band for band in every if band in bands)

    def find(self, name: str, link: Link) -> Place | None:
        """The parameter and the band ("" for none) that a SAME_AS names; None where there is none."""
        label = self.configuration.label
        known, short = self.names.parameters[label], self.names.short[label]
        for stem, band in stems(link.source, self.instrument.bands):
            for prefix in self._prefixes(name):
                parameter = known.get(prefix + stem)
                if parameter is not None:
                    return parameter, band or ""
        for stem, band in stems(link.source, self.instrument.bands):
            meant = short.meant(stem)
            if len(meant) == 1:
                return meant[0], band or ""
        return None

    def _prefixes(self, name: str) -> list[str]:
        """What may stand before a name in a link of the number `name`, the longest first."""
        quantity = self.quantities[name]
        # the names of the parts of a link continue that of the number
        parts = [word for word in quantity.part.split(".") if word not in ("", "RELATION")]
        words = name.split("-")[: -1 - len(parts)]
        return ["".join(f"{word}-" for word in words[:i]) for i in range(len(words), -1, -1)]

    def follows(self, place: Place) -> Iterator[Place]:
        """The numbers that a link follows at once: what SAME_AS names, or the arguments of its RELATION.

        A relation may follow the cosmology too.
        """
        (name, own_band), draw = place, self.links[place]
        assert draw.link is not None
        yield from ((part_name(name, key), own_band) for key, _ in draw.link.parts)
        if draw.link.relation and RELATIONS[draw.link.relation].takes_cosmology:
            yield from ((one, "") for one in COSMOLOGY if one in self.quantities)
        found = self.find(name, draw.link) if draw.link.source else None
        if found is None:
            return
        source, band = found
        if not self.quantities[source].per_band:
            yield source, ""
        elif band or own_band:
            yield source, band or own_band
        else:
            yield from ((source, each) for each in self.instrument.bands)

    def in_order(self) -> tuple[LinkedDraw, ...]:
        """The links, each after those that it follows."""
        done: dict[Place, LinkedDraw] = {}

        def visit(place: Place) -> None:
            if place in self.links and place not in done:
                for other in self.follows(place):
                    visit(other)
                done[place] = self._linked(place)

        for place in self.links:
            visit(place)
        return tuple(done.values())

    def _linked(self, place: Place) -> LinkedDraw:
        (name, band), draw = place, self.links[place]
        assert draw.link is not None
        source, source_band = (self.find(name, draw.link) if draw.link.source else None) or ("", "")
        by_band = not band and self.differs(name)
        return LinkedDraw(
            name, band, self.quantities[name], draw, source, source_band, by_band, self.given(name)
        )

    def differs(self, name: str) -> bool:
        """Whether the value of a parameter has a number for each band."""
        given = self.given(name)
        if self.quantities[name].per_band or (given and given != self.instrument.bands):
            return True
        return (name, "") in self.links and self.follows_bands((name, ""))

    def follows_bands(self, place: Place) -> bool:
        """Whether what a link follows has a number for each band, of which it names none."""
        (name, _), link = place, self.links[place].link
        assert link is not None
        if any(self.differs(part_name(name, key)) for key, _ in link.parts):
            return True
        source, band = (self.find(name, link) if link.source else None) or ("", "")
        return bool(source) and not band and self.differs(source)

    def cycle(self, place: Place) -> list[str]:
        """The names on the way from a link back to itself; empty where it does not follow itself."""
        ways = [[place]]
        seen: set[Place] = set()
        while ways:
            way = ways.pop()
            for other in self.follows(way[-1]) if way[-1] in self.links else ():
                if other == place:
                    return [_shown(one) for one in (*way, place)]
                if other not in seen:
                    seen.add(other)
                    ways.append([*way, other])
        return []

    def advice(self, name: str, text: str) -> str:
        """The names that an unknown name of a link may mean."""
        label = self.configuration.label
        stem = stems(text, self.instrument.bands)[-1][0]
        end = text.removeprefix(stem)
        known = self.names.parameters[label]
        copies = sorted(
            one for one in known if re.sub(r"(OBJECT_[0-9]+)_[0-9]+(?=-)", r"\1", one).endswith(stem)
        )
        if copies and not any(one.endswith(stem) for one in known):
            return "each copy has numbers of its own, which only links within the object follow"
        derived = derived_names(self.configuration)
        found = next((p + stem for p in self._prefixes(name) if p + stem in derived), "")
        if found:
            owner = found.rpartition("-")[0]
            own = [one.removeprefix(f"{owner}-") for one in known if one.startswith(f"{owner}-")]
            return f"it is derived in this file from others of {owner}, which has {', '.join(own)}"
        several = self.names.several(stem, [label])
        if several:
            return several
        choices: dict[str, None] = {}
        for prefix in self._prefixes(name):
            choices |= dict.fromkeys(one.removeprefix(prefix) for one in known if one.startswith(prefix))
        near = spelled_alike(stem, choices)
        if near:
            return f"did you mean {near[0]}{end}?"
        return (
            "give a name within the object, as MASS_PROFILE_1-e1, or a whole one of Simulator.parameter_names"
        )

    def outside_copy(self, name: str, source: str) -> bool:
        """Whether a link goes from outside into one of the copies of an object."""
        copy = _COPY.match(source)
        return copy is not None and not name.startswith(f"{copy[0]}-")

    def all_sources(self) -> frozenset[str]:
        """The names of all numbers that links name."""
        found: Iterable[Place | None] = (
            self.find(name, draw.link)
            for (name, _), draw in self.links.items()
            if draw.link and draw.link.source
        )
        return frozenset(place[0] for place in found if place)


def _shown(place: Place) -> str:
    return "-".join(filter(None, place))
