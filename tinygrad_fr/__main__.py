"""The whole sentence from a terminal: `python -m tinygrad_fr` is `tinygrad-fr`."""

from tinygrad_fr.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
