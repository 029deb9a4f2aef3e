"""The wing `formula`: the graph, written.  A table of contents, floor by floor."""

FLOORS = (
    ("names", "proof", "breaks", "constants"),
    ("symbol", "parameters"),
    ("formula", "board"),
    ("product", "taught"),
    ("stages", "putting"),
    ("general", "short", "writers"),
    ("lines",),
    ("batch", "python"),
    ("derivation", "paths"),
)
