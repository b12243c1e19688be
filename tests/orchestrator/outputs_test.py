"""Where output may go: never onto an input or a record; into devices, pipes and what links name; on weak file systems too.

usage: outputs_test.py AGSWEEP TOKENIZER_DIR IO_SHIM
"""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import RunTest, contents, main, tiny  # noqa: E402
from sweep_program import SIMPLE  # noqa: E402

USAGE = 2
SHIM = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None


class Outputs(RunTest):
    def evaluate(self, out, **how):
        return self.program.run("evaluate", self.run_folder, "--data", self.data, "--out", out, **how)

    def csv_folder(self):
        folder = self.folder / "csv"
        folder.mkdir()
        for name, rows in (("train.csv", 80), ("test.csv", 20)):
            text = "".join(f'"{i % 4 + 1}","news {i}","about number {i * 7}"\n' for i in range(rows))
            (folder / name).write_text(text)
        (folder / "classes.txt").write_text("World\nSports\nBusiness\nSci/Tech\n")
        return folder

    def sweep(self):
        (self.folder / "s.toml").write_text(SIMPLE.replace("trials = 4", "trials = 2"))
        self.program.run("sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--out", self.folder / "sweep", "--threads", 1).check()
        return self.folder / "sweep"

    def test_an_input_is_not_overwritten_by_any_name(self):
        csv = self.csv_folder()
        tokenizer = self.folder / "tokenizer"
        shutil.copytree(self.program.tokenizer, tokenizer)
        data = self.folder / "data.h5"
        shutil.copy(self.data, data)
        (self.folder / "link.h5").symlink_to("data.h5")
        os.link(data, self.folder / "hard.h5")
        for out in [csv / "train.csv", csv / "test.csv", csv / "classes.txt", csv / "../csv/train.csv", *tokenizer.iterdir()]:
            if out.suffix not in (".csv", ".txt", ".json", ".bpe"):
                continue
            with self.subTest(out):
                self.refused(USAGE, [str(out), "which this command reads"], "prepare", "--csv-dir", csv, "--tokenizer", tokenizer, "--out", out)
        for name in ("data.h5", "link.h5", "hard.h5"):
            with self.subTest(name):
                self.refused(USAGE, "which this command reads", "evaluate", self.run_folder, "--data", data, "--out", self.folder / name)

    def test_a_record_of_a_run_or_a_sweep_is_not_overwritten(self):
        for name in ("config.toml", "result.json", "model.safetensors", "steps.csv", "checkpoints/step-00000012.safetensors"):
            with self.subTest(name):
                self.refused(USAGE, "is a record", "evaluate", self.run_folder, "--data", self.data, "--out", self.run_folder / name)
        self.evaluate(self.run_folder / "predictions_val.csv").check()
        self.evaluate(self.run_folder / "predictions_test.csv").check()
        for name in ("test.json", "embedding.json"):
            (self.run_folder / name).write_text("{}")
        for name in ("test.json", "embedding.json", "predictions_test.csv"):  # the last is sealed by test.json
            with self.subTest(name):
                self.refused(USAGE, "is a record", "evaluate", self.run_folder, "--data", self.data, "--out", self.run_folder / name)
        sweep = self.sweep()
        (self.folder / "journal").symlink_to(sweep / "journal.log")
        for out in (sweep / "journal.log", sweep / "sweep.resolved.toml", sweep / "results.csv", sweep / "trials/0000/result.json", self.folder / "journal"):
            for command in ("aggregate", "report"):
                with self.subTest(f"{command} {out}"):
                    self.refused(USAGE, "is a record", command, sweep, "--out", out)
        for _ in range(2):
            self.program.run("aggregate", sweep, "--out", sweep / "all.csv").check()
            self.program.run("report", sweep, "--out", sweep / "report.html").check()

    def test_a_device_and_a_pipe_are_written_into(self):
        null = self.folder / "null"
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        read = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
        reader.start()
        self.evaluate(pipe, timeout=20).check()
        reader.join(20)
        self.assertTrue(stat.S_ISFIFO(pipe.stat().st_mode))
        self.evaluate(self.folder / "file.csv").check()
        self.assertEqual(read, [(self.folder / "file.csv").read_bytes()])
        try:
            os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        except PermissionError:
            return
        self.evaluate(null).check()
        self.assertTrue(stat.S_ISCHR(null.stat().st_mode))

    def test_standard_output_and_a_substituted_process_are_written_into(self):
        self.evaluate(self.folder / "file.csv").check()
        rows = (self.folder / "file.csv").read_text()
        self.assertIn(rows, self.evaluate("/dev/stdout").check().stdout)
        with open(self.folder / "both", "wb") as both:
            self.evaluate("/dev/stdout", stdout=both).check()
        self.assertIn(rows, (self.folder / "both").read_text())
        command = [str(part) for part in self.program.command("evaluate", self.run_folder, "--data", self.data)]
        script = 'out=$1; shift; "$@" --out >(cat > "$out")'
        subprocess.run(["bash", "-c", script, "bash", str(self.folder / "sub.csv"), *command], env=self.program.environment(), check=True,
                       capture_output=True, timeout=30)

    def test_a_link_stays_and_what_it_names_is_replaced(self):
        (self.folder / "big").mkdir()
        (self.folder / "big/data.h5").write_text("old")
        (self.folder / "link.h5").symlink_to("big/data.h5")
        self.program.prepare(self.folder / "link.h5")
        self.assertTrue((self.folder / "link.h5").is_symlink())
        self.assertEqual((self.folder / "big/data.h5").read_bytes(), self.data.read_bytes())

    def test_no_link_at_a_temporary_name_is_followed(self):
        sweep = self.sweep()
        (self.folder / "victim").write_text("keep")
        (self.folder / "shared").mkdir()
        trap = ["bash", "-c", 'ln -s "$1/victim" "$1/shared/.t.csv.$$.agsweep.tmp"; folder=$1; shift; exec "$@" --out "$folder/shared/t.csv"',
                "bash", str(self.folder), *map(str, self.program.command("aggregate", sweep))]
        subprocess.run(trap, env=self.program.environment(), check=True, capture_output=True, timeout=30)
        self.assertEqual((self.folder / "victim").read_text(), "keep")
        self.assertTrue((self.folder / "shared/t.csv").is_file() and not (self.folder / "shared/t.csv").is_symlink())

    def test_a_name_may_be_as_long_as_the_file_system_takes(self):
        self.evaluate(self.folder / ("n" * 255)).check()
        self.assertEqual(len(list(self.folder.glob("n*"))), 1)


class WeakFileSystems(RunTest):
    def without(self, what):
        return {"LD_PRELOAD": SHIM, "IO_SHIM_WITHOUT": what}

    def test_folders_that_cannot_be_synced_are_noted(self):
        result = self.program.run("train", "--data", self.data, "--out", self.folder / "new", *tiny(), env=self.without("folder-fsync")).check()
        self.assertIn("cannot fsync folders", result.stderr)
        self.assertEqual(contents(self.folder / "new")["model.safetensors"], contents(self.run_folder)["model.safetensors"])
        self.program.run("prepare", "--synthetic", 40, "--tokenizer", self.program.tokenizer, "--out", self.folder / "d.h5",
                         env=self.without("folder-fsync")).check()

    def test_a_sweep_needs_no_hard_links(self):
        (self.folder / "s.toml").write_text(SIMPLE.replace("trials = 4", "trials = 2"))
        command = ["sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--out", self.folder / "sweep", "--threads", 1]
        self.program.run(*command, env=self.without("links")).check()
        self.assertFalse(list((self.folder / "sweep").glob("*lock*")) + list((self.folder / "sweep").glob(".*")))
        self.program.run(*command, "--resume", env=self.without("links,folder-fsync")).check()


if __name__ == "__main__":
    main()
