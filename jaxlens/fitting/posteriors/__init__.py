"""Samples of a posterior whose maximum a fit has found: NUTS, quick approximations, nested sampling.

What is here knows nothing of images: it samples any log-density of unconstrained coordinates u (k,), given
the place of its maximum and the covariance of u there.  `image_density` makes such a density of the fit of
an image.
"""
