"""Time series of lensed supernovae, and their pictures: `python -m jaxlens.examples.supernova_series`.

It makes some systems of the packaged file `lensed_supernova_series`.  Of those whose supernovae become
brightest it draws the images at every epoch, and the light curves that were measured in them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.plotting.light_curves import view_lightcurves
from jaxlens.plotting.series import view_series

CONFIG = "lensed_supernova_series"
# The prefix of the supernova in that file.
SUPERNOVA = "PLANE_2-OBJECT_2"


def main(arguments: list[str] | None = None) -> int:
    """Make the dataset and draw it; the arguments are those of the command line by default."""
    parser = argparse.ArgumentParser(description="Draw time series of lensed supernovae.")
    parser.add_argument("--systems", type=int, default=24, help="systems that are made (24)")
    parser.add_argument("--drawn", type=int, default=3, help="systems that are drawn, the brightest (3)")
    parser.add_argument("--outdir", type=Path, default=Path(), help="folder of the pictures (this one)")
    parser.add_argument("--config", default=CONFIG, help=f"another file whose supernova is {SUPERNOVA}")
    options = parser.parse_args(arguments)
    dataset = make_dataset(options.config, skip_image_generation=True)
    dataset.update_param({"SIZE": options.systems})
    dataset.regenerate(skip_image_generation=False)
    chosen = brightest(dataset, options.drawn)
    pictures = {
        "time_series.png": view_series(
            dataset.series()[chosen], dataset.mjd()[chosen], dataset.mask()[chosen]
        ),
        "light_curves.png": view_lightcurves(dataset.metadata(), SUPERNOVA, chosen.tolist()),
    }
    for name, figure in pictures.items():
        figure.savefig(options.outdir / name, dpi=80)
        print(options.outdir / name)
    return 0


def brightest(dataset: Dataset, count: int) -> np.ndarray:
    """The systems whose supernovae become brightest, all images together, (count,)."""
    metadata = dataset.metadata()
    fluxes = metadata[[f"{SUPERNOVA}-forced_flux-{band}" for band in dataset.bands]].max(axis=1)
    peaks = fluxes.groupby(metadata[f"OBJID-{dataset.bands[0]}"]).max()
    return np.sort(peaks.nlargest(count).index.to_numpy())


if __name__ == "__main__":
    raise SystemExit(main())
