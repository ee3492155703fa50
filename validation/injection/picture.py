"""The picture docs/injection.png: a simulated coadd before and after, and cutouts of what was added."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from matplotlib.axes import Axes
from matplotlib.patches import Circle

import jaxlens
from jaxlens.plotting.images import draw_grid
from validation.injection import DOCS
from validation.injection.coadd import SEED, gains, make

OUT = DOCS / "injection.png"
# How many lenses, arcsec that are free of others around each, and pixels along a side of a stamp.
LENSES, CLEAR, STAMP = 12, 2.5, 160
# Pixels along a side of a stamp that are shown.
SHOWN = 60
# nJy per pixel: black, and where the stretch turns from linear to logarithmic; blue, green, red are g, r, i.
BLACK, SCALE = -4.0, 18.0
# Of g, r and i, so that galaxies are neither blue nor red.
WEIGHTS = (1.6, 1.0, 0.75)
# Inches: the width of a coadd.
WIDTH = 5.0


def run() -> None:
    """Make the coadd, inject, and draw."""
    with tempfile.TemporaryDirectory() as folder:
        paths = make(Path(folder))
        made = jaxlens.inject(
            "realistic_lsst",
            paths,
            out=Path(folder) / "injected",
            configuration="LENSED",
            number=LENSES,
            seed=SEED,
            keep_clear=CLEAR,
            spacing=12.0,
            stamp=STAMP,
            gain=gains(),
            cutouts=True,
        )
        _draw(paths, made)


def _draw(paths: dict[str, Path], made: jaxlens.Injection) -> None:
    before, after = (
        [np.asarray(fits.getdata(files[band], "IMAGE"), float) for band in paths]
        for files in (paths, made.images)
    )
    figure = plt.figure(figsize=(2 * WIDTH, WIDTH + 3.6), layout="constrained")
    top, below = cast(Any, figure.subfigures(2, 1, height_ratios=(WIDTH, 3.4)))
    axes = top.subplots(1, 2)
    for axis, pixels, title in zip(axes, (before, after), ("the coadd", "with lenses"), strict=True):
        axis.imshow(_coloured(pixels), origin="lower", interpolation="nearest")
        axis.set(xticks=[], yticks=[], title=title)
    _mark(axes[1], made)
    halves = below.subfigures(1, 2, wspace=0.03)
    for half, name in zip(halves, ("LIGHT", "AFTER"), strict=True):
        stamps = [_stamps(made, name, k + 1) for k in range(len(made.table)) if _is_there(made, k)]
        draw_grid(half, stamps, 4, rgb=True)
        half.suptitle({"LIGHT": "the light of the lenses", "AFTER": "in the coadd"}[name])
    figure.savefig(OUT, dpi=80)
    plt.close(figure)


def _is_there(made: jaxlens.Injection, k: int) -> bool:
    return bool(made.table["status"][k] in ("injected", "clipped"))


def _stamps(made: jaxlens.Injection, name: str, number: int) -> np.ndarray:
    """The stamps of a system, (bands, y, x)."""
    middle = slice((STAMP - SHOWN) // 2, (STAMP + SHOWN) // 2)
    files = [made.folder / f"cutouts_{band}.fits" for band in made.images]
    return np.stack([fits.getdata(file, (name, number))[middle, middle] for file in files])


def _mark(axis: Axes, made: jaxlens.Injection) -> None:
    band = next(iter(made.images))
    for x, y in made.table[[f"x-{band}", f"y-{band}"]].to_numpy():
        axis.add_patch(Circle((x, y), 0.5 * SHOWN, fill=False, color="white", lw=0.7))


def _coloured(pixels: list[np.ndarray]) -> np.ndarray:
    """Red, green and blue from 0 to 1 of g, r and i, by Lupton's stretch."""
    blue, green, red = (weight * (one - BLACK) for weight, one in zip(WEIGHTS, pixels, strict=True))
    mean = np.maximum((blue + green + red) / 3.0, 1e-9)
    factor = np.arcsinh(mean / SCALE) / mean / np.arcsinh(60.0)
    return np.clip(np.stack([red, green, blue], axis=-1) * factor[..., None], 0.0, 1.0)
