"""LaTeX tables of aggregate compile as they are. Argument: aggregate_tool. Skipped with a word where there is no pdflatex."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from sweep_folder import SweepFolder

SPACE = {"lr": ("log", [5e-5, 5e-3]), "lora_targets": ("values", ["c_attn", "c_proj & 50 % {#$~^\\}"]), "lora_dropout": ("range", [0.0, 0.3])}
DOCUMENT = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n%s\\end{document}\n"


def ranked_sweep(folder):
    sweep = SweepFolder(folder, SPACE, trials=30, seeds=[1, 2])
    for number in range(30):
        params = {"lr": 5e-5 + number * 1e-5, "lora_targets": SPACE["lora_targets"][1][number % 2], "lora_dropout": number / 100}
        for seed in (1, 2):
            trial = sweep.trial(params, [0.5, 0.8 + number / 1000 + seed / 100], "COMPLETE", configuration=number, seed=seed, config_hash=f"h{number}")
            result = sweep.path / "trials" / f"{trial:04}" / "result.json"
            best = {"epoch": 2, "val": {"confusion": [[400, 50], [60, 390]]}}
            result.write_text(json.dumps(json.loads(result.read_text()) | {"best": best, "params_trainable": 1000 + number}))
    return sweep.path


def check(tool, folder):
    latex = subprocess.run([tool, "latex", ranked_sweep(folder / "s_1")], check=True, capture_output=True, text=True).stdout
    for name in ("trials", "configurations", "importance"):
        assert f"\\label{{tab:{name}}}" in latex, latex[:2000]
    assert latex.count("$\\pm$") > 60 and "\\times10^{-5}$" in latex
    (folder / "paper.tex").write_text(DOCUMENT % latex)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    assert run.returncode == 0, run.stdout[-3000:]
    assert (folder / "paper.pdf").read_bytes().startswith(b"%PDF-")


if shutil.which("pdflatex") is None:
    print("skipped: no pdflatex (Debian's texlive-latex-recommended)")
    sys.exit(77)
with tempfile.TemporaryDirectory() as scratch:
    check(sys.argv[1], pathlib.Path(scratch))
