"""The command line that the comparisons share."""

import argparse
import pathlib


def parse_arguments(description, paths, **options):
    """The positional `paths`, and an --option for each keyword, whose default tells its type; None: a path."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in paths:
        parser.add_argument(name, type=pathlib.Path)
    for name, default in options.items():
        parser.add_argument(f"--{name}", type=pathlib.Path if default is None else type(default), default=default)
    return parser.parse_args()
