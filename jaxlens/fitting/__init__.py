"""`jaxlens.fit`: observed images, the posterior of an image, descents from many starts, and the result.

Fits of populations (the hyperparameters of a file) live in `jaxlens.populations`; the likelihood of one image
lives in `jaxlens.imaging`, and the priors of a file in `jaxlens.sampling`.
"""
