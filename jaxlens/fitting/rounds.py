"""The rounds of a fit: how many steps its starts take, and on which images."""

from __future__ import annotations

from typing import NamedTuple


class Round(NamedTuple):
    """At most `steps` steps on a level of `expansion.expansion`, of the `keep` best starts of an image."""

    level: int
    keep: int
    steps: int


def rounds(starts: int, levels: int, steps: int) -> list[Round]:
    """The rounds of a fit, from the most smoothed images to the images themselves.

    Args:
        starts: the number of starts of an image.
        levels: the number of levels of smoothing.
        steps: the largest number of steps of the last round.

    Returns:
        The rounds in order.

    >>> [tuple(each) for each in rounds(24, 1, 50)]
    [(1, 24, 2), (1, 12, 4), (0, 6, 6), (0, 3, 50)]
    """
    half, few = -(-starts // 2), max(4, -(-starts // 4))
    plan = [Round(1, starts, 2), Round(1, half, 4)]
    plan += [Round(level, few, 4) for level in range(2, levels + 1)]
    return [*plan, Round(0, few, 6), Round(0, max(3, -(-starts // 8)), steps)]
