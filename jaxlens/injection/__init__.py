"""Systems in real images, at places on the sky: `jaxlens.inject` and `jaxlens inject`.

From the ground up: `sky` (WCS), `photometry` (zero points and gains), `masks`, `images`; `pixel_planes`,
`plain_files` and `copies` (files whose pixels are changed by windows); `positions`, `placing`, `clearing`;
`psf`, `optics`, `rendering`, `noise` (the light of systems); `adding`, `cutouts`, `entries`, `truth` (what
becomes of it); `run` puts them together.
"""
