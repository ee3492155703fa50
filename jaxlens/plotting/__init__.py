"""Pictures of arrays and results, as matplotlib figures.

`images` draws images, `series` time series, `light_curves` what was measured in them, `corner` draws corner
plots, and `fit` draws the result of a fit; `figures` and `stretch` are helpers.
Every public function takes numpy arrays and tables, returns a matplotlib `Figure` and changes no global
state: show it in a notebook, or save it with `figure.savefig("name.png")`.  matplotlib is an
extra, `pip install "jaxlens-sim[plot]"`.

Nothing else of jaxlens is imported here, so that all other folders can import it, and no image is computed or
read.
"""
