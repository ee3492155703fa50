"""Batches of systems on devices, for datasets and streams alike.

Which devices and how much memory they have, how many systems are made at a time, the compiled program, and
the threads that keep the devices busy.  Nothing here knows what is done with a batch: no file is written,
and no training loop is served, from here.
"""
