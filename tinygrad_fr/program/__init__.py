"""The wing `program`: the graph, compiled into arrays.  A table of contents, floor by floor."""

FLOORS = (
    ("cells", "arrays", "given"),
    ("families", "slopes", "written", "calls"),
    ("matrix", "names", "running", "storage", "rows", "emit"),
    ("constants", "layout", "namespace", "theta"),
    ("lift", "fast"),
    ("program",),
    ("native",),
)
