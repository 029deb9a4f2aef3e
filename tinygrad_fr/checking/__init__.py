"""The wing `checking`: a gradient by hand against the chain rule.  Contents, floor by floor."""

FLOORS = (
    ("graph",),
    ("structure", "recognise", "hand", "judge"),
    ("answer", "bends", "points", "settle", "cost", "wire"),
    ("catalogue", "locate", "run_file"),
    ("diagnose", "verdict", "sabotage"),
    ("report",),
    ("compare",),
    ("model",),
    ("check",),
    ("typed",),
    ("student_file",),
    ("classes",),
)
