"""The wing `checking`: a gradient by hand against the chain rule.  Contents, floor by floor."""

FLOORS = (
    ("graph",),
    ("structure", "recognise", "hand", "judge", "arrays", "differences", "shapes"),
    ("answer", "bends", "points", "settle", "cost", "rules", "sides", "wire", "lab"),
    ("catalogue", "locate", "run_file"),
    ("diagnose", "verdict", "sabotage"),
    ("shown",),
    ("report",),
    ("compare",),
    ("model",),
    ("check",),
    ("typed",),
    ("exercise", "listed", "answered"),
    ("wide", "network"),
    ("student_file",),
    ("classes",),
    ("marks",),
)
