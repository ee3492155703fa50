"""LABELS of a file: which systems count as detectable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """LABELS: bounds that a detectable system meets, each None where the file has none.

    Attributes:
        snr_min: the smallest total signal-to-noise ratio of the source, in its best band.
        theta_E_min: the smallest Einstein radius by area, arcsec.
        magnification_min: the smallest magnification of the source's flux, in its best band.
        resolved: the smallest Einstein radius by area over the seeing of the sharpest band.
    """

    snr_min: float | None = None
    theta_E_min: float | None = None
    magnification_min: float | None = None
    resolved: float | None = None


KEYS = ("snr_min", "theta_E_min", "magnification_min", "resolved")
