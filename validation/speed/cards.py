"""What cards can do at most, by the name that their driver gives: data sheets of NVIDIA."""

from __future__ import annotations

from typing import NamedTuple

import jax

from validation.speed import machine


class Limits(NamedTuple):
    """Bytes a second of memory, and float32 operations a second, a multiply-add as one; and from where."""

    bytes: float
    operations: float
    source: str = "data sheet"


# The most of each kind of card; the name is `device_kind` of jax.
CARDS = {
    "Tesla T4": Limits(0.32e12, 4.05e12),
    "Tesla V100-SXM2-16GB": Limits(0.9e12, 7.85e12),
    "Tesla V100-SXM2-32GB": Limits(0.9e12, 7.85e12),
    "NVIDIA A100-SXM4-40GB": Limits(1.555e12, 9.75e12),
    "NVIDIA A100-SXM4-80GB": Limits(2.039e12, 9.75e12),
    "NVIDIA A100-PCIE-40GB": Limits(1.555e12, 9.75e12),
    "NVIDIA A100 80GB PCIe": Limits(1.935e12, 9.75e12),
    "NVIDIA L4": Limits(0.3e12, 15.1e12),
    "NVIDIA L40S": Limits(0.864e12, 45.8e12),
    "NVIDIA H100 PCIe": Limits(2.0e12, 25.5e12),
    "NVIDIA H100 80GB HBM3": Limits(3.35e12, 33.5e12),
    "NVIDIA H200": Limits(4.8e12, 33.5e12),
}


def limits_of(device: jax.Device) -> Limits:
    """The limits of a device: those of its data sheet, or where it is not listed those that are measured."""
    known = CARDS.get(device.device_kind)
    # machine counts a multiply-add as two operations
    return known or Limits(machine.bandwidth(), machine.arithmetic() / 2.0, "measured")
