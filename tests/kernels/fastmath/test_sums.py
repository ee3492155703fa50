"""Sums over parameters that are lists."""

from __future__ import annotations

import pytest

from jaxlens.kernels.fastmath.sums import paired, total


def test_entries_stand_together_and_are_summed():
    assert paired(amp=[1.0, 2.0], sigma=(0.5, 0.25)) == [(1.0, 0.5), (2.0, 0.25)]
    assert float(total(lambda a, s: a / s, amp=[1.0, 2.0], sigma=(0.5, 0.25))) == 10.0


@pytest.mark.parametrize(("amp", "sigma"), [([1.0], [1.0, 2.0]), ([], [])])
def test_lists_of_different_lengths_are_refused(amp, sigma):
    with pytest.raises(ValueError, match=f"amp has {len(amp)}, sigma has {len(sigma)} entries"):
        paired(amp=amp, sigma=sigma)
