"""The wing `picture`: the gradient flow, seen.  A table of contents, floor by floor."""

FLOORS = (
    ("graph",),
    ("boxes",),
    ("fold",),
    ("levels",),
    ("names",),
    ("arrows",),
    ("labels",),
    ("view",),
    ("dot", "layout"),
    ("draw",),
)
