"""The wing `formula`: the graph, written.  A table of contents, floor by floor."""

FLOORS = (
    ("names", "proof"),
    ("symbol", "parameters"),
    ("formula", "board"),
    ("product",),
    ("stages", "putting"),
    ("general", "lines", "writers"),
    ("batch",),
    ("derivation", "paths"),
)
