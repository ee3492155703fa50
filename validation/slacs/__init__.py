"""Real lenses beside published Einstein radii: `python -m validation.slacs DIR`.

DIR has a folder NAME with image.fits, noise.fits and psf.fits for each lens, and published.csv.  All lenses
are fitted with the packaged configuration `slacs`, and `criteria` has what each must reach.
"""

import os

# as the command `jaxlens` has it, before NumPy is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
