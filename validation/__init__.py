"""Agreement of jaxlens with lenstronomy, and its speed beside it.

`references` reads the frozen numbers that the tests compare with; everything else here needs the
extra `validation` (`pip install "jaxlens[validation]"`) and is run as `python -m validation.<name>`.
"""
