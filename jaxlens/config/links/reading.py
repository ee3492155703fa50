"""Reading a link: a number that is SAME_AS another one, or follows others by a RELATION.

What the names in a link mean is found in `jaxlens.config.links.names`, for each configuration.
"""

from __future__ import annotations

import math

from jaxlens.config.draw_parameters import WRONG, constant_draw
from jaxlens.config.draws import read_bounds, read_distribution
from jaxlens.config.errors import Report
from jaxlens.config.model import Draw, Link
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing
from jaxlens.config.values import number
from jaxlens.kernels.relations import RELATIONS

# The keys of which a link has one.
SAME_AS, RELATION = "SAME_AS", "RELATION"
# The keys of the numbers of a link: the factor, what is added, the standard deviation.
TIMES, PLUS, SCATTER = "TIMES", "PLUS", "SCATTER"
# The keys of the file whose numbers decide where objects are and how many, and cannot follow others.
_NEVER = frozenset({"REDSHIFT", "NUMBER", "POSITION"})
_NUMBER_ADVICE = "give a number or a DISTRIBUTION"


def is_link(node: Node) -> bool:
    """Whether an entry of the file is a link.

    >>> from jaxlens.config.reader import read_text
    >>> is_link(read_text("SAME_AS: seeing", "c.yaml", Report()))
    True
    """
    return not node.entries.keys().isdisjoint((SAME_AS, RELATION))


def read_link(node: Node, path: str, report: Report) -> Draw:
    """Read `{SAME_AS: NAME, TIMES: ..., PLUS: ..., SCATTER: ..., TRUNCATE: [low, high]}`, or with RELATION.

    Args:
        node: the mapping.
        path: the path of the number that is linked.
        report: the problems are added to it.

    Returns:
        The draw; `WRONG`, and a problem, where the mapping is illegal.
    """
    never = sorted(_NEVER & set(path.split(".")))
    if never:
        what = f"a {never[0]}" if never[0] != "NUMBER" else "a NUMBER of copies"
        report.problem(
            node.place, f"is a link, and {what} cannot follow others; {_NUMBER_ADVICE}", final=True
        )
        return WRONG
    with Section(node, report, noun="a key of a link") as section:
        if section.has(SAME_AS) and section.has(RELATION):
            report.problem(node.place, "has SAME_AS and RELATION; give one of them", final=True)
            return WRONG
        link, numbers = _relation(section, path) if section.has(RELATION) else _same_as(section)
        scatter = _number(section.take(SCATTER), SCATTER, report, least=0.0)
        if scatter is not None:
            numbers[SCATTER] = scatter
        bounds = _truncate(section, numbers, report)
    return WRONG if link is None else _draw(link, numbers, bounds)


def _same_as(section: Section) -> tuple[Link | None, dict[str, Draw]]:
    """The link of a SAME_AS, and its numbers TIMES and PLUS; None, and a problem, where it names nothing."""
    source = section.text(SAME_AS, "give the name of a number, as MASS_PROFILE_1-e1")
    node = section.take(SAME_AS)
    given = {key: _number(section.take(key), key, section.report) for key in (TIMES, PLUS)}
    numbers = {key: draw for key, draw in given.items() if draw is not None}
    return (Link(source, "", place=node.place) if source and node else None), numbers


def _relation(section: Section, path: str) -> tuple[Link | None, dict[str, Draw]]:
    """The link of a RELATION, and its arguments and scatter; None, and a problem, where its NAME is wrong."""
    report = section.report
    with section.sub(RELATION) as inner:
        name = inner.choice("NAME", RELATIONS, noun="a relation")
        node = inner.written("PARAMETERS")
        if not name or inner.node is None:
            return None, {}
        wanted = RELATIONS[name].parameters
        needed = [key for key, default in wanted.items() if default is None]
        if needed and (node is None or is_nothing(node)):
            inner.need("PARAMETERS", f"give {', '.join(needed)}")
            return None, {}
        numbers = _arguments(node, name, path, report)
        scatter = RELATIONS[name].scatter
        place = inner.node.entries["NAME"].place
    return Link("", name, place=place), numbers | ({SCATTER: constant_draw(scatter)} if scatter else {})


def _arguments(node: Node | None, name: str, path: str, report: Report) -> dict[str, Draw]:
    """The arguments of a relation by their keys, RELATION.<argument>."""
    found = {}
    empty = node is None or is_nothing(node)
    with Section(None if empty else node, report, noun=f"a parameter of {name}") as section:
        for key, default in RELATIONS[name].parameters.items():
            own = f"{RELATION}.{key}"
            given = (
                section.take(key)
                if default is not None
                else section.need(key, f"{_NUMBER_ADVICE}, or a link")
            )
            if given is None:
                found[own] = WRONG if default is None else constant_draw(default)
            elif is_link(given):
                found[own] = read_link(given, f"{path}.{own}", report)
            else:
                draw = _number(given, key, report)
                found[own] = WRONG if draw is None else draw
    return found


def _number(node: Node | None, key: str, report: Report, least: float = -math.inf) -> Draw | None:
    """A number or a DISTRIBUTION of a link; None where it is missing, `WRONG` where it is illegal."""
    if node is None:
        return None
    if is_link(node):
        report.problem(node.place, f"is a link, and {key} is none; {_NUMBER_ADVICE}", final=True)
        return WRONG
    if isinstance(node.value, dict):
        found = read_distribution(node, report, by_band=False, bands=report.bands)
        draw = found if isinstance(found, Draw) else WRONG
    else:
        draw = constant_draw(number(node, report, _NUMBER_ADVICE))
    low, _ = draw.support()
    if low < least and draw.function is None:
        report.problem(
            node.place, f"{'is' if draw.is_constant else 'can be'} {low:g}; it must be at least {least:g}"
        )
        return WRONG
    return draw


def _truncate(section: Section, numbers: dict[str, Draw], report: Report) -> tuple[float, float] | None:
    """TRUNCATE, which restricts the scatter; None, and a problem, where there is none to restrict."""
    bounds, node = read_bounds(section), section.take("TRUNCATE")
    if SCATTER in numbers and not _is_zero(numbers[SCATTER]):
        return bounds
    if node is not None:
        report.problem(node.place, "restricts the SCATTER, and there is none; add SCATTER or remove it")
    return None


def _draw(link: Link, numbers: dict[str, Draw], bounds: tuple[float, float] | None) -> Draw:
    """The draw of a link, with its constant numbers as parameters."""
    if SCATTER in numbers and _is_zero(numbers[SCATTER]):
        del numbers[SCATTER]
    constants = tuple((key, draw.parameters[0][1]) for key, draw in numbers.items() if draw.is_constant)
    parts = tuple((key, draw) for key, draw in numbers.items() if not draw.is_constant)
    return Draw("link", constants, bounds, link=Link(link.source, link.relation, parts, link.place))


def _is_zero(draw: Draw) -> bool:
    return draw.is_constant and draw.parameters[0][1] == 0.0
