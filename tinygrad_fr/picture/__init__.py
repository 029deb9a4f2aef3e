"""The wing `picture`: the gradient flow, seen.  A table of contents, floor by floor."""

FLOORS = (
    ("gathered",),
    ("boxes",),
    ("fold",),
    ("levels",),
    ("names",),
    ("arrows",),
    ("labels",),
    ("view",),
    ("columns", "size", "style", "blank", "frames"),
    ("legend", "explained", "told"),
    ("dot", "layout", "wrong"),
    ("draw", "cells"),
    ("page", "slides"),
    ("steps",),
)
