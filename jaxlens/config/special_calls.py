"""Reading the section SPECIAL of a species: which functions it calls, and with which arguments.

The functions themselves, and the decorator `jaxlens.special`, are in `special_functions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jaxlens.config.errors import Report, nearest, shown
from jaxlens.config.model import Special
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.special_functions import SPECIALS
from jaxlens.config.unknown_keys import report_unknown
from jaxlens.config.values import describe, word

_ADVICE = "give a list of arguments, as [LIGHT_PROFILE_1-2.5]"


def read_special(section: Section, names: Sequence[str]) -> tuple[Special, ...]:
    """The calls under SPECIAL of a species, in the order of the file; empty where it has no SPECIAL.

    `names` are the parameters of the species, for example `LIGHT_PROFILE_1-magnitude`.
    """
    node = section.take("SPECIAL")
    if node is None:
        return ()
    if not isinstance(node.value, dict):
        finding = f"is {describe(node)}; give a mapping of functions to lists of arguments"
        section.report.problem(node.place, finding)
    unknown = {name: one.place for name, one in node.entries.items() if name.lower() not in SPECIALS}
    if unknown:
        every = [one.place for one in node.entries.values()]
        report_unknown(unknown, every, node.place, tuple(SPECIALS), _unknown, section.report)
    return tuple(
        call
        for name, entry in node.entries.items()
        if name not in unknown
        for call in _calls(name, entry, names, section.report)
    )


def _unknown(name: str) -> str:
    return f"{shown(name)} is no function of SPECIAL; {nearest(name, SPECIALS)}"


def _calls(name: str, node: Node, names: Sequence[str], report: Report) -> Iterator[Special]:
    """The calls of the function `name`, one for each argument that `node` lists."""
    entry = SPECIALS[name.lower()]
    for item in node.value if isinstance(node.value, tuple) else (node,):
        argument = word(item, report, _ADVICE)
        wrong = entry.check(argument, names, report.bands) if argument else ""
        if wrong:
            report.problem(item.place, f"{shown(argument)} {wrong}")
        elif argument:
            yield Special(name.lower(), argument, entry.function)
