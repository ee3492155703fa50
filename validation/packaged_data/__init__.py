"""How the tables of passbands and spectra that jaxlens ships were made, from tables of other packages.

`python -m validation.packaged_data` (extra `data`) writes `jaxlens/config/passbands/*.txt` and
`jaxlens/config/templates/hsiao.npz` again.  jaxlens itself needs none of those packages.
"""
