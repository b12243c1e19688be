"""A stdout or stderr that takes nothing: the exit code tells the truth, and files are whole. Arguments: AGSWEEP TOKENIZER_DIR."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import RunTest, contents, main, tiny  # noqa: E402

DONE, FAILED, USAGE, DATA = 0, 1, 2, 4


class LostOutputs(RunTest):
    def redirected(self, redirection, *args, ranks=1):
        command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *self.program.command(*args, ranks=ranks)]
        return subprocess.run(command, env=self.program.environment(), input=b"news\n", capture_output=True, timeout=30)

    def test_a_stdout_that_is_full_or_closed_fails(self):
        commands = (["version"], ["options"], ["--help"], ["train", "--help"], ["doctor", "--tokenizer", self.program.tokenizer],
                    ["evaluate", self.run_folder, "--data", self.data], ["predict", self.run_folder, "--tokenizer", self.program.tokenizer],
                    ["train", "--out", self.run_folder, "--resume"])
        for redirection in (">/dev/full", ">&-"):
            for command in commands:
                with self.subTest(f"{command[0]} {redirection}"):
                    result = self.redirected(redirection, *command)
                    self.assertEqual((result.returncode, result.stderr.count(b"error: ")), (FAILED, 1), result.stderr)
                    self.assertIn(b"standard output", result.stderr)

    def test_a_run_is_whole_all_the_same(self):
        for redirection in (">/dev/full", ">&-", ">&- 2>/dev/null <&-"):
            with self.subTest(redirection):
                out = self.folder / "new"
                self.assertEqual(self.redirected(redirection, "train", "--data", self.data, "--out", out, *tiny()).returncode, FAILED)
                new, old = contents(out), contents(self.run_folder)
                for name in ("hashes.csv", "model.safetensors", "predictions_test.csv"):
                    self.assertEqual(new[name], old[name], name)
                shutil.rmtree(out)

    def test_a_stderr_that_is_full_or_closed_changes_no_exit_code(self):
        for redirection in ("2>/dev/full", "2>&-", ">&- 2>&-"):
            with self.subTest(redirection):
                self.assertEqual(self.redirected(redirection).returncode, USAGE)
                self.assertEqual(self.redirected(redirection, "train", "--lr", "-1").returncode, USAGE)
                self.assertEqual(self.redirected(redirection, "evaluate", self.folder / "none", "--data", self.data).returncode, DATA)

    def without_reader(self, stream, *args):
        reader, writer = os.pipe()
        os.close(reader)
        process = self.program.start(*args, **{stream: writer})
        os.close(writer)
        return self.program.finish(process)

    def test_a_pipe_whose_reader_has_gone_ends_a_command_as_any_filter(self):
        for command in (["options"], ["train", "--out", self.run_folder, "--resume"]):
            with self.subTest(command[0]):
                result = self.without_reader("stdout", *command)
                self.assertEqual((result.code, result.stderr.count("error")), (-signal.SIGPIPE, 0), result.stderr)

    def test_a_training_whose_progress_has_lost_its_reader_goes_on(self):
        out = self.folder / "new"
        self.without_reader("stderr", "train", "--data", self.data, "--out", out, *tiny()).check(DONE)
        self.assertEqual(contents(out)["model.safetensors"], contents(self.run_folder)["model.safetensors"])

    def test_progress_that_nobody_reads_does_not_stop_a_training(self):
        for redirection in ("2>/dev/full", "2>&-"):
            with self.subTest(redirection):
                out = self.folder / "new"
                result = self.redirected(redirection, "train", "--data", self.data, "--out", out, *tiny())
                self.assertEqual(result.returncode, DONE, result)
                self.assertEqual(contents(out)["model.safetensors"], contents(self.run_folder)["model.safetensors"])
                shutil.rmtree(out)


if __name__ == "__main__":
    main()
