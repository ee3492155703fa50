"""Objects that stand in a plane a random number of times: `OBJECT_n: {NAME, NUMBER, MAX, POSITION}`.

A compiled program has room for a fixed number of copies, the bound.  It is MAX, or else the largest number
that the distribution of NUMBER can give: a draw is the quantile of a float32 uniform in [2^-24, 1 - 2^-24],
so that even a distribution without an upper end has a largest draw.  The bound then depends neither on SIZE
nor on the seed, and no draw is beyond it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from jaxlens.config.errors import Report
from jaxlens.config.model import Configuration, Copies, Draw, Galaxy, PointSource, Quantity, constant
from jaxlens.config.quantities import NOT_NEGATIVE, SMALLEST_PROBABILITY, Rule, quantity, quantity_path
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import number
from jaxlens.distributions import Poisson, Truncated
from jaxlens.distributions.host import probability, support
from jaxlens.kernels.registry import MASS_PROFILES

# The keys of an object that stands in its plane a random number of times, besides its NAME.
NUMBER, MAX, POSITION = "NUMBER", "MAX", "POSITION"
# The largest bound that is computed; a larger one must be asked for by MAX.
LARGEST_BOUND = 100
# The largest MAX.
LARGEST_MAX = 1000
# The legal values of NUMBER.
COUNT = Rule(low=0.0, whole=True)
_NO_COUNT = "it must draw whole numbers, as poisson, uniform_int and categorical do"


def read_copies(label: str, section: Section, species: Galaxy | PointSource | None) -> Copies | None:
    """Read NUMBER, MAX and POSITION of an object.

    Args:
        label: the key of the object, such as `OBJECT_3`.
        section: its mapping.
        species: what it is; None where that is not known.

    Returns:
        The copies; None where the mapping has none of the three keys, and the object stands there once.
    """
    given = [key for key in (NUMBER, MAX, POSITION) if section.has(key)]
    position = _position(section) if POSITION in given else ()
    most = _most(section) if MAX in given else None
    if not given:
        return None
    count = quantity(section, NUMBER, COUNT, default=1.0)
    node = section.take(NUMBER) or section.node
    assert node is not None, "an object that has a key is a mapping"
    if species is not None:
        _check_species(species, node, section.report)
    count, bound = _bounded(count, most, section, node)
    return Copies(label, count, bound, position)


def _most(section: Section) -> int:
    """MAX; LARGEST_MAX, and a problem, where it is illegal."""
    before = len(section.report.problems)
    found = section.integer(MAX, at_least=1, below=LARGEST_MAX + 1)
    return found if len(section.report.problems) == before else LARGEST_MAX


def _bounded(count: Quantity, most: int | None, section: Section, node: Node) -> tuple[Quantity, int]:
    """NUMBER, truncated where MAX cuts its distribution, and the bound: 1, and a problem, without one."""
    (draw,) = count.draws
    report = section.report
    with report.about(count.path):
        wrong = _problem(draw)
        if wrong:
            report.problem(node.place, f"{wrong}; {_NO_COUNT}")
        if wrong or any(np.isnan(np.ravel(value)).any() for _, value in draw.parameters):
            return constant(count.path, math.nan), most or 1
        largest = largest_count(draw)
        if most is None and largest > LARGEST_BOUND:
            found = "has no largest value" if math.isinf(largest) else f"can be {largest:.0f}"
            report.problem(node.place, f"{found}; give MAX, the largest number of copies")
            return count, 1
        if most is None or largest <= most:
            return count, max(1, int(largest)) if most is None else most
        smallest = _smallest_count(draw)
        if smallest > most:
            place = section.take(MAX)
            assert place is not None, "MAX is given"
            finding = f"is {most}, but {NUMBER} is at least {smallest:g}"
            report.problem(place.place, f"{finding}; MAX must be at least that")
            return count, most
    low, high = draw.truncate or (0.0, math.inf)
    cut = replace(draw, truncate=(max(low, 0.0), min(high, float(most))))
    return replace(count, draws=(cut,)), most


def _problem(draw: Draw) -> str:
    """What is wrong with the distribution of a count; "" where nothing is."""
    if draw.function is not None or draw.is_constant:
        return ""
    if not draw.build().discrete:
        return f"{draw.distribution} draws numbers that are not whole"
    values = np.ravel(dict(draw.parameters).get("values", 0.0))
    broken = values[np.isfinite(values) & (values != np.round(values))]
    return f"{draw.distribution} draws {broken[0]:g}" if broken.size else ""


def _smallest_count(draw: Draw) -> float:
    """The smallest number that a draw can be."""
    if draw.function is not None:
        return draw.truncate[0] if draw.truncate else 0.0
    return support(draw.build())[0]


def largest_count(draw: Draw) -> float:
    """The largest number that a draw can be; infinite for a user's function without TRUNCATE.

    Of a distribution without an upper end it is the smallest k with Prob(value > k) <= 2^-24.  There is a
    margin of one for rounding, but not for `poisson`, whose quantiles are exact.

    >>> largest_count(Draw("poisson", (("mean", 3.0),)))
    16.0
    """
    if draw.function is not None:
        return math.floor(draw.truncate[1]) if draw.truncate and draw.truncate[1] < math.inf else math.inf
    distribution = draw.build()
    low, high = support(distribution)
    if math.isfinite(high):
        return float(math.floor(high))
    inner, share = distribution, 1.0
    if isinstance(distribution, Truncated):
        inner, share = distribution.inner, probability(distribution.inner, ">=", low)
    k = max(math.floor(low), 0)
    while k <= LARGEST_MAX and probability(inner, ">", float(k)) > share * SMALLEST_PROBABILITY:
        k += 1
    margin = 0.0 if isinstance(distribution, Poisson) else 1.0
    return k + margin if k <= LARGEST_MAX else math.inf


def _position(section: Section) -> tuple[tuple[str, Quantity], ...]:
    """`sep` and `angle` of POSITION: uniform in the area of a ring about the centre of the image."""
    with section.sub(POSITION, "a key of POSITION") as ring:
        outer = ring.need("within", "give the largest distance from the centre, in arcsec")
        inner = ring.take("outside")
        within, outside = (_distance(node, section.report) for node in (outer, inner))
        if outer is not None and within == 0.0:
            section.report.problem(outer.place, "is 0; it must be above 0")
        elif inner is not None and outer is not None and outside >= within:
            finding = f"is {outside:g}, and within is {within:g}; it must be below within"
            section.report.problem(inner.place, finding)
        path = quantity_path(section, POSITION)
    sep = (("index", 1.0), ("minimum", outside), ("maximum", within))
    turn = (("minimum", 0.0), ("maximum", 2.0 * math.pi))
    return (
        ("sep", Quantity(f"{path}.sep", (Draw("power_law", sep),))),
        ("angle", Quantity(f"{path}.angle", (Draw("uniform", turn),))),
    )


def _distance(node: Node | None, report: Report) -> float:
    """A distance in arcsec; 0 where it is missing, NaN, and a problem, where it is illegal."""
    if node is None:
        return 0.0
    value = number(node, report, "give a number of arcsec")
    if value < 0.0:
        report.problem(node.place, f"is {value:g}; it must be at least 0")
        return math.nan
    return value


def _check_species(species: Galaxy | PointSource, node: Node, report: Report) -> None:
    """Report species that cannot be copied: hosted point sources, and a line of sight."""
    if isinstance(species, PointSource):
        if species.host is not None:
            finding = f"{species.name} has a host, {species.host}, so it stands there once"
            report.problem(node.place, f"{finding}; there may be copies of galaxies and of foreground stars")
        return
    if species.substructure:
        finding = f"{species.name} has SUBSTRUCTURE, which belongs to one object"
        report.problem(node.place, f"{finding}; remove it, or give the galaxy an object without NUMBER")
    for profile in species.mass:
        if profile.name and MASS_PROFILES[profile.name].line_of_sight is not None:
            finding = f"{species.name} has {profile.name}, of which a configuration has one"
            report.problem(node.place, f"{finding}; give it an object of its own, without NUMBER")


def count_rules(configuration: Configuration) -> dict[str, Rule]:
    """The legal values of NUMBER and of `sep` of all copies of a configuration, by the parameter's name."""
    found: dict[str, Rule] = {}
    for plane in configuration.planes:
        for copies in plane.copies:
            found[f"{plane.label}-{copies.label}-{NUMBER}"] = replace(COUNT, high=float(copies.bound))
            if copies.position:
                found |= {f"{plane.label}-{label}-sep": NOT_NEGATIVE for label in copies.labels}
    return found


def described(configuration: Configuration) -> list[str]:
    """A line for each object that stands in its plane a random number of times, with its bound.

    For example `PLANE_1-OBJECT_3 (NEIGHBOUR): up to 14 copies`.
    """
    return [
        f"{plane.label}-{copies.label} ({dict(plane.objects)[copies.label].name}): up to {copies.bound} "
        f"{'copy' if copies.bound == 1 else 'copies'}"
        for plane in configuration.planes
        for copies in plane.copies
        if copies.label in dict(plane.objects)
    ]
