"""The wing `program`: the graph, compiled into arrays.  A table of contents, floor by floor."""

FLOORS = (
    ("nodes", "arrays", "given"),
    ("cells", "outline"),
    ("read", "families", "slopes", "written", "calls"),
    ("matrix", "names", "running", "storage", "rows", "emit", "downhill"),
    ("constants", "layout", "namespace", "theta"),
    ("lift", "fast", "moving"),
    ("lifted",),
    ("recall",),
    ("program",),
    ("native",),
)
