"""A whole sample of real lenses: found in a folder or a table, fitted one after the other, and compared.

`lenses` finds the files of each lens and `reading` reads them, `runs` fits them and can be resumed, `record`
and `folders` keep what is found, `flags` says in words what is doubtful, `table` has one row a lens, and
`published` compares with other values.
"""
