"""The wing `picture`: the gradient flow, seen.  A table of contents, floor by floor."""

FLOORS = (("view",), ("dot", "layout"), ("draw",))
