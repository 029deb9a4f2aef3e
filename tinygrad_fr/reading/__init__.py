"""The wing `reading`: what a person types or saves becomes numbers, nodes and tables.

A table of contents, floor by floor.
"""

FLOORS = (
    ("number", "letters", "rows"),
    ("signs", "table", "rounded"),
    ("steps",),
    ("slips",),
    ("grammar",),
    ("graph",),
    ("expression",),
    ("values",),
)
