"""Streams: batches without end for training.

The mixture of configurations, the parts of a batch and their places in it, and batches for NumPy and PyTorch.
Programs and threads come from `jaxlens.engine`; nothing here is written to a file.
"""
