"""The wing `checking`: a gradient by hand against the chain rule.  A table of contents, floor by floor."""

FLOORS = (
    ("watch", "graph"),
    ("structure", "recognise", "hand", "judge"),
    ("answer", "bends", "points"),
    ("catalogue", "locate"),
    ("diagnose", "verdict", "sabotage"),
    ("report",),
    ("compare",),
    ("model",),
    ("check",),
    ("answers",),
)
