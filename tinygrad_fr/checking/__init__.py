"""The wing `checking`: a gradient by hand against the chain rule.  Contents, floor by floor."""

FLOORS = (
    ("graph",),
    ("structure", "recognise", "hand", "judge", "arrays", "differences", "shapes"),
    ("answer", "bends", "points", "settle", "cost", "rules", "sides", "wire", "lab", "listed"),
    ("catalogue", "locate", "run_file"),
    ("diagnose", "verdict", "sabotage"),
    ("shown",),
    ("report",),
    ("compare",),
    ("model",),
    ("check",),
    ("quantities",),
    ("typed",),
    ("exercise", "answered"),
    ("wide", "network"),
    ("student_file",),
    ("classes",),
    ("marks",),
)
