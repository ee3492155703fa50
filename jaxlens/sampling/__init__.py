"""From a configuration to the parameters of system i, and their prior density.

Pure functions of one system, static in `Population` and differentiable with respect to the hyperparameters.
Nothing here renders an image, adds a batch axis or calls jit.
"""
