"""The wing `program`: the graph, compiled into arrays.  A table of contents, floor by floor."""

FLOORS = (
    ("cells", "arrays"),
    ("families", "slopes", "written"),
    ("matrix", "names", "running"),
    ("constants", "layout"),
    ("lift",),
    ("program",),
    ("native",),
)
