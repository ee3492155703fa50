"""How the tables that jaxlens ships were made: passbands and spectra, and the cadences of examples.

`python -m validation.packaged_data` (extra `data`) writes `jaxlens/config/passbands/*.txt` and
`jaxlens/config/templates/hsiao.npz` again, from tables of other packages, and
`jaxlens/config/examples/*.csv`.  jaxlens itself needs none of those packages.
"""
