"""The wing `program`: the graph, compiled into arrays.  A table of contents, floor by floor."""

FLOORS = (
    ("cells", "arrays"),
    ("families", "slopes", "written", "emit", "theta"),
    ("matrix", "names", "running", "storage"),
    ("constants", "layout", "namespace", "fast"),
    ("lift",),
    ("program",),
    ("rows",),
    ("native",),
)
