"""Files: the metadata table of a dataset, and every file format that is written or read.

`contents` describes the files of a dataset; `hdf5`, `npy`, `csv` and `fits` are one format each; `formats` is
the table of the image formats; `writer` and `reader` write and read a whole dataset.  `metadata` turns
parameters into columns, `table` turns columns back into parameters.

No image is rendered and no parameter is drawn here; all arrays are on the host.
"""
