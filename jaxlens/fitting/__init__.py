"""What `jaxlens.fit` is made of: the posterior of an image, starts, descents, and the result."""
