"""The line that a stopped training or sweep prints is run word for word, and goes on. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny, wait_for_lines  # noqa: E402
from sweep_program import ASHA  # noqa: E402

# As in tests/support/agsweep_program.py, but for what a launch has to say by itself.
ENVIRONMENT = {"OMPI_MCA_rmaps_base_oversubscribe": None, "OMPI_MCA_hwloc_base_binding_policy": None}
LONG = tiny("--epochs", 16, "--patience", 0)


class Stopped(ProgramTest):
    def run_line(self, words, **how):
        """Starts a line as a shell does, in the test's folder."""
        line = words if isinstance(words, str) else shlex.join(map(str, words))
        return subprocess.Popen(["bash", "-c", line], cwd=self.folder, env=self.program.environment(ENVIRONMENT | {"MARK": "1"}),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **how)

    def stop(self, launcher, work, file, by=signal.SIGINT):
        """Starts, stops as Ctrl-C does once the file has 21 lines, and returns the line that was printed last to go on with."""
        job = self.run_line([*launcher, *work])
        wait_for_lines(self.folder / file, 21, job)
        os.killpg(job.pid, by)
        result = self.program.finish(job)
        self.assertIn(result.code, (1, 85), result)  # mpirun may end its ranks before they have ended
        lines = result.stderr.splitlines()
        said = [i for i, line in enumerate(lines) if line.endswith("go on with:")]
        self.assertTrue(said, result)
        return lines[said[-1] + 1]

    def stop_training(self, *launcher, program=None):
        work = [program or self.program.path, "train", "--data", self.data, "--out", "run", *LONG]
        return self.stop(launcher, work, "run/steps.csv")

    def go_on(self, line, *has):
        for text in has:
            self.assertIn(f" {text} ", f" {line} ")
        self.assertTrue(line.endswith(" --resume"), line)
        result = self.program.finish(self.run_line(line)).check()
        self.assertIn("epoch 16/16", result.stderr)
        self.assertEqual(json.loads((self.folder / "run" / "result.json").read_text())["epochs_completed"], 16)

    def test_alone(self):
        line = self.stop_training()
        self.assertTrue(line.startswith(str(self.program.path)), line)
        self.go_on(line)

    def test_under_mpirun_with_more_ranks_than_cores(self):
        launcher = ["mpirun", "-n", str(os.cpu_count() + 1), "--oversubscribe", "--bind-to", "none"]
        self.go_on(self.stop_training(*launcher), shlex.join(launcher))

    def test_under_mpirun_with_a_hostfile(self):
        (self.folder / "my hosts").write_text("localhost slots=3\n")
        self.go_on(self.stop_training("mpirun", "--hostfile", "my hosts", "-n", "3"), "--hostfile 'my hosts' -n 3")

    def test_under_mpirun_that_passes_variables_on(self):
        self.go_on(self.stop_training("mpirun", "-n", "2", "--oversubscribe", "-x", "MARK", "-x", "OTHER=a b"), "-x MARK -x 'OTHER=a b'")

    def test_from_a_path_with_a_space(self):
        place = self.folder / "my programs"
        place.mkdir()
        (place / "agsweep").symlink_to(self.program.path)
        self.go_on(self.stop_training("mpirun", "-n", "2", "--oversubscribe", program="my programs/agsweep"), "'my programs/agsweep' train")

    def test_behind_a_wrapper(self):
        (self.folder / "set up.sh").write_text('"$@"\n')
        self.go_on(self.stop_training("bash", "set up.sh"), "bash 'set up.sh'")

    def test_a_script_of_mpirun_s_is_for_the_person_to_name(self):
        script = self.folder / "train.sh"
        script.write_text(f"exec {shlex.join(map(str, [self.program.path, 'train', '--data', self.data, '--out', 'run', *LONG]))}\n")
        line = self.stop(["mpirun", "-n", "2", "--oversubscribe"], ["bash", "train.sh"], "run/steps.csv")
        self.assertEqual(line, "the command you started with, and --resume")

    def test_a_sweep(self):
        (self.folder / "spec.toml").write_text(ASHA)
        line = self.stop(["mpirun", "-n", "2", "--oversubscribe"],
                         [self.program.path, "sweep", "--spec", "spec.toml", "--data", self.data, "--out", "sweep", "--threads", 1],
                         "sweep/journal.log", signal.SIGTERM)
        self.assertTrue(line.startswith("mpirun -n 2 --oversubscribe "), line)
        self.program.finish(self.run_line(line), 120).check()
        self.assertEqual(json.loads(self.program.run("status", self.folder / "sweep", "--json").check().stdout)["pending"], 0)


if __name__ == "__main__":
    main()
