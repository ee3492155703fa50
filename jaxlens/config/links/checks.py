"""Checks of the links of a file: names that mean nothing, circles, epochs and bands, and legal values."""

from __future__ import annotations

from collections.abc import Sequence

from jaxlens.config.errors import Report, shown
from jaxlens.config.galaxies.names import of_images
from jaxlens.config.links.names import Links, Place, links_of
from jaxlens.config.links.values import known_draw
from jaxlens.config.model import Config, Galaxy, Joint, PointSource
from jaxlens.config.quantities import check_draw
from jaxlens.config.special_functions import is_built_in
from jaxlens.config.used_bands import of_other_band


def check_links(config: Config, joints: Sequence[Joint], report: Report) -> None:
    """Report what is wrong with the links of each configuration.

    Args:
        config: what was read, with a placeholder where something is missing or illegal.
        joints: everything that sets parameters instead of the file's numbers.
        report: the problems and remarks are added to it.
    """
    for configuration in config.configurations:
        links = links_of(config.cosmology, config.instrument, configuration, joints)
        if links is not None:
            _check_configuration(links, report)


def _check_configuration(links: Links, report: Report) -> None:
    circular = False
    for place in links.links:
        finding = _wrong_name(links, place, report) or _in_circle(links, place)
        circular |= finding.startswith("follows itself")
        _report(links, place, finding, report)
    if circular:
        # what follows from a circle has no meaning
        return
    for place in links.links:
        finding = _wrong_bands(links, place)
        _report(links, place, finding, report)
        if not finding:
            _check_values(links, place, report)
    _check_special(links, report)


def _report(links: Links, place: Place, finding: str, report: Report) -> None:
    """Report a problem with a link, unless the finding is ""."""
    (name, band), link = place, links.links[place].link
    if finding and link:
        with report.about(links.quantities[name].path, band=band or None):
            report.problem(link.place, finding, configurations=[links.configuration.label])


def _wrong_name(links: Links, place: Place, report: Report) -> str:
    """What is wrong with the name that a SAME_AS gives; "" where nothing is."""
    (name, _), link = place, links.links[place].link
    if name in links.by_epoch:
        return "is a link, and this number is drawn anew for each epoch; give a number or a DISTRIBUTION"
    if _is_mixed(links, name):
        return "is a link in one band and drawn for each epoch in another; give all bands links, or none"
    if link is None or not link.source:
        return ""
    text, found = link.source, links.find(name, link)
    if found is None and of_other_band(text, report):
        band = text.rpartition("-")[2]
        return f"follows {text}, of a band that is not used; use the band {band} too, or give it a number"
    if found is None:
        label = links.configuration.label
        return f"{shown(text)} is no number of {label}; {links.advice(name, text)}"
    source, band = found
    if links.outside_copy(name, source):
        return (
            f"{text} is a number of one copy, and copies differ in number; link to it within the same object"
        )
    if source in links.by_epoch:
        return f"{text} differs by epoch, and a link is one number a system; link to one that does not"
    if source in of_images(links.configuration):
        return f"{text} follows from the image of a stack, after all links; link to a number that does not"
    rule = links.names.rules[links.configuration.label][source]
    if band and not rule.by_band:
        return (
            f"{text} names a band, and this number is the same in all; write {text.removesuffix(band)[:-1]}"
        )
    return ""


def _is_mixed(links: Links, name: str) -> bool:
    """Whether a number of IMAGE or SURVEY is linked in one band and drawn for each epoch in another."""
    own = links.quantities[name]
    moving = [draw for draw in own.draws if not (draw.link or draw.is_constant)]
    return (
        bool(moving) and links.configuration.series is not None and name in dict(links.instrument.quantities)
    )


def _in_circle(links: Links, place: Place) -> str:
    """That a number follows itself; "" where it does not."""
    circle = links.cycle(place)
    if not circle:
        return ""
    if len(circle) == 2:
        return "follows itself; link it to another number"
    return f"follows itself, by {' -> '.join(circle)}; give one of them a number or a DISTRIBUTION"


def _wrong_bands(links: Links, place: Place) -> str:
    """That a number which is the same in all bands follows one that is not; "" where it does not."""
    (name, band), link = place, links.links[place].link
    rule = links.names.rules[links.configuration.label][name]
    if band or link is None or rule.by_band or not links.follows_bands(place):
        return ""
    if link.source:
        example = f"{link.source}-{links.instrument.bands[0]}"
        return f"{link.source} differs by band, and this number does not; name a band, as {example}"
    return "has an argument that differs by band, and this number does not; name a band in its SAME_AS"


def _check_values(links: Links, place: Place, report: Report) -> None:
    """Report a link that is or can be outside the legal values, where its distribution is known."""
    (name, band), link = place, links.links[place].link
    draw = known_draw(links, place)
    if draw is None or link is None:
        return
    label = links.configuration.label
    rule = links.names.rules[label][name]
    with report.about(links.quantities[name].path, band=band or None), report.only([label]):
        check_draw(draw, link.place, rule, report)


def _check_special(links: Links, report: Report) -> None:
    """Report a built-in function of SPECIAL that changes a number before it is linked."""
    for plane in links.configuration.planes:
        for label, species in plane.members:
            if not isinstance(species, Galaxy | PointSource):
                continue
            for call in species.special:
                profile = call.argument.partition("-")[0]
                names = [f"{plane.label}-{label}-{end}" for end in (f"{profile}-magnitude", "magnitude")]
                places = [place for place in links.links if place[0] in names]
                if places and is_built_in(call.name):
                    finding = f"is a link, which {call.name} of SPECIAL cannot change; add the change by PLUS"
                    _report(links, places[0], finding, report)
