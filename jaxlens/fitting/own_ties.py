"""The ties of a fit that the caller gives: parameters that are the same as others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jaxlens.config.errors import nearest
from jaxlens.config.model import Draw, Link, LinkedDraw, Quantity
from jaxlens.fitting.ties import followed
from jaxlens.simulator.simulator import Simulator


def own_ties(
    sim: Simulator,
    tie: Mapping[str, str] | None,
    shapes: Mapping[str, tuple[int, ...]],
    decided: Iterable[str] = (),
) -> tuple[LinkedDraw, ...]:
    """The links of the parameters that the caller ties to others.

    Args:
        sim: the simulator of the configuration.
        tie: the name of the parameter that each follows, by the name of the one that follows.
        shapes: the shape of each parameter of one system, (), (bands,) or (epochs, bands).
        decided: the names of parameters that the caller frees or fixes, and which cannot follow others.

    Raises:
        ValueError: if a name is not that of a parameter; if a parameter is tied and free or fixed as well; if
            what all bands share is to follow what differs by band; if a parameter differs by epoch, or is
            tied to itself.
    """
    if tie is None:
        return ()
    if not isinstance(tie, Mapping):
        raise ValueError("tie must say what follows what: give a mapping, as in tie={follower: followed}")
    decided = set(decided)
    found: list[LinkedDraw] = []
    for name, source in tie.items():
        for one in (name, source):
            if one not in sim.parameter_names:
                raise ValueError(f"{one} in tie is no parameter; {nearest(str(one), sim.parameter_names)}")
            if len(shapes[one]) > 1:
                raise ValueError(f"{one} in tie differs by epoch; tie what is the same at all epochs")
        if name in decided:
            raise ValueError(f"{name} is tied to {source}, and in free or fixed; it can only be one of them")
        if name == source:
            raise ValueError(f"{name} is tied to itself; tie it to another parameter")
        found += _links(name, source, sim.bands, shapes)
    return tuple(found)


def _links(
    name: str, source: str, bands: Sequence[str], shapes: Mapping[str, tuple[int, ...]]
) -> list[LinkedDraw]:
    """The links by which one parameter follows another in all bands."""
    draw = Draw("link", (), link=Link(source, ""))
    quantity = Quantity(f"tie.{name}", (draw,))
    if shapes[name] and not shapes[source]:
        # each band follows the one number that all share
        return [LinkedDraw(name, band, quantity, draw, source) for band in bands]
    if shapes[source] and not shapes[name]:
        if len(bands) > 1:
            raise ValueError(
                f"{name} is one number for all bands and cannot follow {source}, which differs by band; tie "
                "it by a link of the file, SAME_AS: <name>-<band>"
            )
        return [LinkedDraw(name, "", quantity, draw, source, bands[0])]
    return [LinkedDraw(name, "", quantity, draw, source, by_band=bool(shapes[name]))]


def in_order(every: Sequence[LinkedDraw]) -> tuple[LinkedDraw, ...]:
    """The ties, each after those that it follows.

    Args:
        every: the ties, in any order.

    Raises:
        ValueError: if ties follow each other in a circle.
    """
    left, found = list(every), []
    while left:
        ready = [link for link in left if not any(_follows(link, other) for other in left)]
        if not ready:
            circle = ", ".join(dict.fromkeys(link.name for link in left))
            raise ValueError(f"{circle} follow each other in a circle; let one of them be free")
        found += ready
        left = [link for link in left if link not in ready]
    return tuple(found)


def _follows(link: LinkedDraw, other: LinkedDraw) -> bool:
    """Whether a tie follows what another gives; one band of a parameter may follow another of its bands."""
    if link.name == other.name:
        return link.source == link.name and other.band == link.source_band
    return other.name in followed(link)
