"""LINE_OF_SIGHT of each configuration: its own, or that of the file."""

from __future__ import annotations

from collections.abc import Sequence

from jaxlens.config.errors import Report
from jaxlens.config.haloes.reading import LINE_OF_SIGHT_KEY, is_switched_off, read_line_of_sight
from jaxlens.config.model import Galaxy, Instrument, LineOfSight, Plane
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.kernels.registry import MASS_PROFILES


class LineOfSightReader:
    """Reads LINE_OF_SIGHT of the configurations; that of the file is read once, where one uses it.

    Args:
        root: the whole file.
        instrument: IMAGE and SURVEY.
    """

    def __init__(self, root: Section, instrument: Instrument) -> None:
        self._root, self._instrument = root, instrument
        self._shared: LineOfSight | None = None
        self._is_read = False
        self._of_file = root.take(LINE_OF_SIGHT_KEY)

    def read(self, outer: Section, planes: Sequence[Plane], nodes: Sequence[Node]) -> LineOfSight | None:
        """LINE_OF_SIGHT of a configuration; None where it has none.

        Args:
            outer: the mapping of the configuration.
            planes: its planes.
            nodes: those of the planes in the file.
        """
        node = outer.take(LINE_OF_SIGHT_KEY)
        if is_switched_off(outer):
            return None
        if node is None:
            # what is said for all configurations is not meant for those without a lens
            found = self._of_all() if len(planes) > 1 else None
        else:
            found = read_line_of_sight(outer, self._instrument)
            if len(planes) == 1:
                finding = "is in front of a single plane, and needs a lens and what is behind it"
                outer.report.problem(node.place, f"{finding}; add PLANE_2 or remove LINE_OF_SIGHT")
                return None
        if found is not None:
            _check_masses(planes, nodes, outer.report)
        return found

    def _of_all(self) -> LineOfSight | None:
        """That of the file."""
        if self._of_file is None:
            return None
        if not self._is_read:
            self._is_read = True
            with self._root.report.only(self._users()):
                self._shared = read_line_of_sight(self._root, self._instrument)
        return self._shared

    def _users(self) -> list[str]:
        """The labels of the configurations of several planes that have none of their own."""
        geometry = self._root.node.entries.get("GEOMETRY") if self._root.node else None
        return [
            label
            for label, node in (geometry.entries if geometry else {}).items()
            if LINE_OF_SIGHT_KEY not in node.entries and "PLANE_2" in node.entries
        ]

    def finish(self) -> None:
        """Remark LINE_OF_SIGHT of the file where no configuration uses it."""
        if self._of_file is not None and not self._is_read:
            finding = "is used by no configuration of several planes, so no haloes are drawn"
            self._root.report.remark(self._of_file.place, finding)


def _check_masses(planes: Sequence[Plane], nodes: Sequence[Node], report: Report) -> None:
    """Report masses that stand for a line of sight themselves (LOS and its kind)."""
    for plane, node in zip(planes, nodes, strict=True):
        for label, species in plane.objects:
            for profile in species.mass if isinstance(species, Galaxy) else ():
                if profile.name and MASS_PROFILES[profile.name].line_of_sight is not None:
                    finding = f"has {profile.name} in {profile.label}, which stands for a line of sight"
                    advice = "remove it, or LINE_OF_SIGHT, which draws the haloes there"
                    report.problem(node.entries[label].place, f"{finding}; {advice}")
