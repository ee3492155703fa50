"""The distribution of a linked number, where it is known: sums of normal numbers, and of constants."""

from __future__ import annotations

import math
from typing import NamedTuple

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.links.names import Links, Place
from jaxlens.config.links.reading import PLUS, SCATTER, TIMES
from jaxlens.config.model import Draw, Galaxy, PointSource
from jaxlens.config.naming import in_pixels


class _Spread(NamedTuple):
    """A number that is normal, or uniform about its middle where `uniform`; a constant has no width."""

    middle: float
    width: float = 0.0
    uniform: bool = False


_ZERO = _Spread(0.0)


def known_draw(links: Links, place: Place) -> Draw | None:
    """The distribution of a linked number; None where it is not of a simple form.

    Args:
        links: the links of the configuration, none of which follows itself.
        place: the name of the number, and its band.
    """
    draw = links.links[place]
    before = _mean(links, place)
    scatter = _spread(draw, SCATTER, _ZERO)
    if before is None or scatter is None or scatter.width:
        return None
    if not scatter.middle:
        return _as_draw(before)
    if before.uniform or (draw.truncate and before.width):
        return None
    std = math.hypot(before.width, scatter.middle)
    return Draw("normal", (("mean", before.middle), ("std", std)), draw.truncate)


def _mean(links: Links, place: Place) -> _Spread | None:
    """The number without its scatter; None where it is not of a simple form."""
    draw = links.links[place]
    source = _source(links, place)
    times, plus = _spread(draw, TIMES, _Spread(1.0)), _spread(draw, PLUS, _ZERO)
    if source is None or times is None or plus is None or times.width:
        return None
    scaled = _Spread(times.middle * source.middle, abs(times.middle) * source.width, source.uniform)
    if scaled.width and plus.width and (scaled.uniform or plus.uniform):
        return None
    width = math.hypot(scaled.width, plus.width)
    uniform = scaled.uniform if scaled.width else plus.uniform
    return _Spread(scaled.middle + plus.middle, width, uniform)


def _source(links: Links, place: Place) -> _Spread | None:
    """The number that SAME_AS names; None where its distribution is not known, and for a RELATION."""
    (name, own_band), link = place, links.links[place].link
    if link is None or not link.source:
        return None
    source, band = links.find(name, link) or ("", "")
    if source not in links.quantities or _is_changed(links, source):
        return None
    quantity, band = links.quantities[source], band or own_band
    if quantity.per_band and not band:
        return None
    draw = quantity.draws[links.instrument.bands.index(band)] if quantity.per_band else quantity.draws[0]
    if draw.link:
        there = known_draw(links, (source, band if quantity.per_band else ""))
        return None if there is None else _of_draw(there)
    return _of_draw(draw)


def _is_changed(links: Links, name: str) -> bool:
    """Whether a number is not as the file draws it: by tables, SPECIAL, or the order of the planes."""
    changed = tuple(
        f"{plane.label}-{label}-"
        for plane in links.configuration.planes
        for label, species in plane.members
        if isinstance(species, Galaxy | PointSource) and species.special
    )
    moved = name.startswith(changed) or name in in_pixels(links.configuration)
    return moved or bool(links.given(name)) or name.endswith("-REDSHIFT")


def _spread(draw: Draw, key: str, default: _Spread) -> _Spread | None:
    """A number of a link; None where its distribution is not of a simple form."""
    constants = dict(draw.parameters)
    if key in constants:
        return _Spread(float(constants[key]))  # type: ignore[arg-type]
    part = dict(draw.link.parts).get(key) if draw.link else None
    return default if part is None else _of_draw(part)


def _of_draw(draw: Draw) -> _Spread | None:
    given = {key: value for key, value in draw.parameters if isinstance(value, float)}
    if draw.truncate or not draw.has_distribution:
        return None
    if draw.is_constant:
        return _Spread(given["value"])
    if draw.distribution == "normal":
        return _Spread(given["mean"], given["std"])
    if draw.distribution == "uniform":
        low, high = given["minimum"], given["maximum"]
        return _Spread((low + high) / 2, (high - low) / 2, uniform=True)
    return None


def _as_draw(spread: _Spread) -> Draw:
    if not spread.width:
        return constant_draw(spread.middle)
    if spread.uniform:
        ends = (spread.middle - spread.width, spread.middle + spread.width)
        return Draw("uniform", (("minimum", ends[0]), ("maximum", ends[1])))
    return Draw("normal", (("mean", spread.middle), ("std", spread.width)))
