"""The wing `checking`: a gradient by hand against the chain rule.  A table of contents, floor by floor."""

FLOORS = (("watch", "structure"), ("scene",), ("mistakes",), ("check",), ("answers",))
