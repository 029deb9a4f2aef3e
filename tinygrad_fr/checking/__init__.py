"""The wing `checking`: a gradient by hand against the chain rule.  A table of contents, floor by floor."""

FLOORS = (("watch",), ("scene",), ("mistakes",), ("check",), ("answers",))
