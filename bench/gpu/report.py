"""What a part of gpu-check measured: a line of JSON a row, written at once, so that a part that is stopped leaves what it had."""

import contextlib
import json
import pathlib
import traceback


class Report:
    def __init__(self, path):
        self.path = pathlib.Path(path)

    def row(self, what, measured, bar="", ok=None):
        """ok None: nothing is asked of it."""
        row = {"what": what, "measured": str(measured), "bar": bar, "ok": None if ok is None else bool(ok)}
        print(f"---- {row}", flush=True)
        with open(self.path, "a") as file:
            file.write(json.dumps(row) + "\n")

    @contextlib.contextmanager
    def attempt(self, what):
        """A failure in here is a row, and the part goes on."""
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            last = (str(error).strip() or type(error).__name__).splitlines()[-1]
            self.row(what, f"failed: {last[:160]}", "runs", False)

    @staticmethod
    def read(path):
        lines = pathlib.Path(path).read_text().splitlines() if pathlib.Path(path).exists() else []
        return [json.loads(line) for line in lines]


def table(parts):
    """Text of {part: {"rows": [...], "seconds": n, "status": text}}."""
    mark = {True: "ok", False: "FAILS", None: ""}
    lines = [("part", "what", "measured", "bar", "")]
    for name, part in parts.items():
        lines += [(name, row["what"], row["measured"], row["bar"], mark[row["ok"]]) for row in part["rows"]]
        lines.append((name, f"{part['seconds']:.0f} s", part["status"], "", "" if part["status"] == "done" else "FAILS"))
    widths = [max(len(line[i]) for line in lines) for i in range(5)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)
