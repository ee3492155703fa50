"""Time and memory of an injection into an image of 10,000 x 10,000 pixels with variance and mask."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from astropy.io import fits

from jaxlens.injection.pixel_planes import TYPES
from jaxlens.injection.plain_files import FITS_BLOCK, storage_cards
from validation.injection.coadd import header

# Pixels along a side, and systems.
SIDE, SYSTEMS = 10_000, 1_000
# Rows that are written at a time.
ROWS = 100
# In a process of its own: a small image first, so that programs are compiled and libraries are loaded.
CODE = """if True:
    import json, pathlib, sys, time, jaxlens
    # not getrusage, whose ru_maxrss begins with that of the process that started this one
    status = pathlib.Path("/proc/self/status")
    peak = lambda: int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    def put(name, number):
        start = time.perf_counter()
        options = {"number": number, "gain": 1.0, "keep_clear": 2.0, "seed": 1}
        made = jaxlens.inject("galaxy_galaxy", {"g": f"{name}.fits"}, out=f"out_{name}", **options)
        return made.counts, time.perf_counter() - start, peak()
    print(json.dumps([put("small", 40), put("large", int(sys.argv[1]))]))
"""


def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "small.fits", 400)
        _write(Path(folder) / "large.fits", SIDE)
        command = [sys.executable, "-c", CODE, str(SYSTEMS)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
    small, large = json.loads(done.stdout)
    print(f"small: {small[0]}, {small[1]:.0f} s, peak {small[2]:.0f} MB")
    more = large[2] - small[2]
    print(f"{SIDE} x {SIDE}: {large[0]}, {large[1]:.0f} s, peak {large[2]:.0f} MB, {more:.0f} more")


def _write(path: Path, side: int) -> None:
    """An image of noise with MASK and VARIANCE, written a block of rows at a time."""
    own = header("g")
    del own["A_2_0"], own["B_1_1"], own["A_ORDER"], own["B_ORDER"]
    own["CTYPE1"], own["CTYPE2"] = "RA---TAN", "DEC--TAN"
    own["CRPIX1"] = own["CRPIX2"] = 0.5 * (side + 1)
    generator = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(fits.PrimaryHDU().header.tostring().encode())
        for name, bitpix in (("IMAGE", -32), ("VARIANCE", -32), ("MASK", 32)):
            cards = fits.Header(storage_cards(False, bitpix, (side, side)))
            cards["EXTNAME"] = name
            cards.extend(own)
            file.write(cards.tostring().encode())
            for _ in range(0, side, ROWS):
                block = np.full((ROWS, side), 100.0 if name == "VARIANCE" else 0.0)
                if name == "IMAGE":
                    block += generator.normal(0.0, 10.0, block.shape)
                file.write(block.astype(TYPES[bitpix]).tobytes())
            file.write(b"\0" * (-4 * side * side % FITS_BLOCK))
