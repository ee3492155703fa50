"""LINE_OF_SIGHT of each configuration: its own, or that of the file."""

from __future__ import annotations

from collections.abc import Sequence

from jaxlens.config.errors import Report
from jaxlens.config.haloes import LINE_OF_SIGHT_KEY, is_switched_off, read_line_of_sight
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
        # the configurations that use that of the file
        self._users: list[str] = []
        self._shared: LineOfSight | None = None
        self._is_read = False
        self._of_file = root.take(LINE_OF_SIGHT_KEY)

    def read(
        self, label: str, outer: Section, planes: Sequence[Plane], nodes: Sequence[Node]
    ) -> LineOfSight | None:
        """LINE_OF_SIGHT of a configuration; None where it has none.

        Args:
            label: the label of the configuration.
            outer: its mapping.
            planes: its planes.
            nodes: those of the planes in the file.
        """
        node = outer.take(LINE_OF_SIGHT_KEY)
        if is_switched_off(outer):
            return None
        if node is None:
            # what is said for all configurations is not meant for those without a lens
            found = self._of_all(label) if len(planes) > 1 else None
            place = self._of_file
        else:
            found, place = read_line_of_sight(outer, self._instrument), node
            if len(planes) == 1:
                finding = "is in front of a single plane, and needs a lens and what is behind it"
                outer.report.problem(node.place, f"{finding}; add PLANE_2 or remove LINE_OF_SIGHT")
        if found is not None and place is not None:
            _check_masses(planes, nodes, outer.report)
        return found

    def _of_all(self, label: str) -> LineOfSight | None:
        """That of the file, which is used by the configuration `label`."""
        if self._of_file is None:
            return None
        self._users.append(label)
        if not self._is_read:
            # the list of users grows while the other configurations are read
            self._is_read = True
            self._shared = read_line_of_sight(self._root, self._instrument)
        return self._shared

    def finish(self) -> None:
        """Remark LINE_OF_SIGHT of the file where no configuration uses it."""
        if self._of_file is not None and not self._users:
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
