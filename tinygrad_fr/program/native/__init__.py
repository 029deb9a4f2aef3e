"""The wing `program.native`: the arrays, in the processor's own words.  A table of contents."""

FLOORS = (
    ("text", "layout", "steps", "machine"),
    ("words", "turns"),
    ("entries", "downhill"),
    ("fills", "sums"),
    ("builder",),
    ("gathering",),
    ("driver",),
    ("module",),
    ("native",),
)
