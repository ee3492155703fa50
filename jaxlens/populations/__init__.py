"""`jaxlens.fit_population`: the hyperparameters of a file with which simulated images are like observed ones.

Here are the statistics of images, the distance of two sets of images, and the search for its minimum.  Fits
of single images live in `jaxlens.fitting`.
"""
