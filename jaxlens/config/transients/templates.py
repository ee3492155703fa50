"""TEMPLATE: which of the templates of a library a system has."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.errors import nearest, shown
from jaxlens.config.model import Draw, Library, Quantity, constant
from jaxlens.config.quantities import Rule, quantity
from jaxlens.config.scalars import LARGEST
from jaxlens.config.sections import Section
from jaxlens.config.transients.defaults import REALIZATION, STANDARD_NORMAL
from jaxlens.config.unit_sums import without_overflow


def drawn_of_library(library: Library, scatter: bool) -> dict[str, Draw]:
    """How TEMPLATE, REALIZATION and, with `scatter`, MAGSMEAR are drawn where the file does not give them."""
    found = {"TEMPLATE": _one_of(range(len(library.ids)), library), "REALIZATION": REALIZATION}
    return {**found, "MAGSMEAR": STANDARD_NORMAL} if scatter else found


def read_template(section: Section, library: Library) -> Quantity:
    """The key TEMPLATE: a number, or the name or type of templates, of which one is drawn by their weights.

    Args:
        section: the mapping MODEL, which has the key.
        library: the templates.

    Returns:
        The index of the template; NaN, and a problem, where there is none.
    """
    node = section.take("TEMPLATE")
    if node is None or not isinstance(node.value, str):
        return quantity(section, "TEMPLATE", Rule(low=0.0, high=len(library.ids) - 1.0, whole=True))
    text = node.text.strip()
    names = [one.rpartition("/")[2] for one in library.ids]
    stems = [one.rpartition(".")[0] or one for one in names]
    every = zip(library.ids, names, stems, library.types, strict=True)
    chosen = [i for i, own in enumerate(every) if text in own]
    if not chosen:
        choices = dict.fromkeys((*library.types, *stems))
        advice = nearest(text, choices, dict.fromkeys(library.types))
        section.report.problem(node.place, f"{shown(text)} is no template; {advice}")
        return constant(node.place.path, math.nan)
    return Quantity(node.place.path, (_one_of(chosen, library),))


def _one_of(indices: Sequence[int], library: Library) -> Draw:
    """The draw of one of several templates, by their weights."""
    weights = library.arrays.get("weight", np.ones(len(library.ids)))[list(indices)]
    if len(indices) == 1:
        return constant_draw(indices[0])
    if np.sum(weights) > LARGEST:
        weights = without_overflow(weights)
    values = tuple(float(i) for i in indices)
    return Draw("categorical", (("values", values), ("weights", tuple(weights.tolist()))))
