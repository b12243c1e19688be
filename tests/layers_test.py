"""Includes go one way through the folders, as docs/architecture.md has them in order. Argument: the repository."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
LAYERS = ("base", "data", "slurm", "sweeps", "workers", "orchestrator")


def folders_in_order():
    """Those of the table's first column: from top to bottom, in a row from left to right."""
    order = []
    for line in (ROOT / "docs/architecture.md").read_text().splitlines():
        cell = re.match(r"\| ((?:[a-z0-9_]+/)+.*?) \|", line)
        order += re.findall(r"((?:[a-z0-9_]+/)+)", cell[1]) if cell else []
    return [folder.rstrip("/") for folder in order]


class Layers(unittest.TestCase):
    def setUp(self):
        self.order = folders_in_order()
        self.files = [path for layer in LAYERS for path in (ROOT / layer).rglob("*") if path.suffix in (".cpp", ".hpp", ".cu", ".cuh")]

    def folder_of(self, path):
        return str(path.parent.relative_to(ROOT))

    def test_each_folder_is_in_the_table_once(self):
        folders = {self.folder_of(path) for path in self.files}
        self.assertEqual(folders - set(self.order), set())
        self.assertEqual(len(self.order), len(set(self.order)))

    def test_no_include_points_back(self):
        back = []
        for path in self.files:
            own = self.folder_of(path)
            for included in re.findall(r'#include "([^"]+)"', path.read_text()):
                other = str(pathlib.PurePath(included).parent)
                if other in self.order and self.order.index(other) > self.order.index(own):
                    back.append(f"{path.relative_to(ROOT)}: {included}")
        self.assertEqual(back, [])


if __name__ == "__main__":
    unittest.main()
