"""How the tables that jaxlens ships were made: passbands, spectra, haloes, cadences and galaxies of examples.

`python -m validation.packaged_data` (extra `data`) writes `jaxlens/config/passbands/*.txt` and
`jaxlens/config/templates/hsiao.npz` again, from tables of other packages, the modules of numbers
`kernels/halos/diemer_joyce_table.py` and `matter_table.py`, and `jaxlens/config/examples/*.csv` and
`*.h5`.  jaxlens itself needs none of those packages.
"""
