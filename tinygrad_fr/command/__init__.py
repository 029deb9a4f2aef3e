"""The wing `command`: the whole sentence from a terminal, one command a room.

A table of contents, floor by floor.  A new command is a room with a COMMAND, and a line in `cli`.
"""

FLOORS = (
    ("options",),
    ("look_options", "model_options"),
    ("check_options",),
    ("check", "compile", "course", "demo", "draw", "explain", "predict", "step", "train"),
)
