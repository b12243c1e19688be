"""Help at the terminal's width, what is meant by a wrong name, the man page and completions. Arguments: AGSWEEP TOKENIZER_DIR."""

import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main  # noqa: E402
from terminals import open_terminal  # noqa: E402


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command, columns=80, **how):
        self.terminal, inside = open_terminal(columns)
        self.process = subprocess.Popen(list(map(str, command)), stdin=inside, stdout=inside, stderr=inside, start_new_session=True, **how)
        os.close(inside)
        self.seen = ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, done, seconds=30):
        """All that was printed, once done(it)."""
        end = time.monotonic() + seconds
        while not done(self.seen):
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"not within {seconds} s: {self.seen!r}")
            try:
                self.seen += os.read(self.terminal, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                return self.seen
        return self.seen

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


class Help(ProgramTest):
    def lines_on_terminal(self, columns, *arguments):
        terminal = Terminal([self.program.path, *arguments], columns)
        self.addCleanup(terminal.close)
        return terminal.read_until(lambda _: False).splitlines()

    def test_is_wrapped_at_the_terminal_s_width(self):
        for columns in (40, 60, 132):
            for arguments in (["--help"], ["help", "version"]):
                lines = self.lines_on_terminal(columns, *arguments)
                self.assertLessEqual(max(map(len, lines)), columns, lines)
        self.assertGreater(max(map(len, self.lines_on_terminal(132, "help", "train"))), 110)

    def test_has_80_columns_where_there_is_no_terminal(self):
        lines = self.program.run("help", "train").check().stdout.splitlines()
        self.assertTrue(70 < max(map(len, lines)) <= 80, max(lines, key=len))

    def test_of_a_command_is_what_the_command_says(self):
        self.assertEqual(self.program.run("help", "sweep").check().stdout, self.program.run("sweep", "--help").check().stdout)

    def test_of_a_wrong_command_names_the_right_one(self):
        self.refused(2, "tran: unknown command; did you mean train?", "help", "tran")
        self.refused(2, "swep: unknown command; did you mean sweep?", "swep", "--help")
        self.refused(2, "sweep: unexpected argument", "help", "train", "sweep")


class NamesOfOtherPrograms(ProgramTest):
    def test_on_the_command_line(self):
        for given, meant in {"--batch": "--batch-size", "--learning_rate": "--lr", "--learning-rate": "--lr", "--num_train_epochs": "--epochs",
                             "--per_device_train_batch_size": "--batch-size", "--max_grad_norm": "--clip-norm", "--lora_r": "--lora-rank",
                             "--n_layer": "--layers", "--warmup": "--warmup-steps", "--learning_rat": "--lr", "--output_dir": "--out"}.items():
            with self.subTest(given):
                self.refused(2, f"{given}: unknown option; did you mean {meant}?", "train", given, 1, "--data", self.data, "--out", self.folder / "run")

    def test_of_a_model(self):
        self.refused(2, ["--model: gpt2 is not one of", "did you mean gpt2-lora?"], "train", "--model", "gpt2", "--data", self.data,
                     "--out", self.folder / "run")

    def test_in_a_spec(self):
        spec = self.folder / "spec.toml"
        for table in ("fixed", "space"):
            for given, meant in {"learning_rate": "lr", "num_train_epochs": "epochs", "per_device_train_batch_size": "batch_size", "r": "lora_rank",
                                 "target_modules": "lora_targets", "batch-size": "batch_size"}.items():
                with self.subTest(given):
                    other = "" if table == "space" else "[space]\nlr = { log = [1e-4, 1e-2] }\n"
                    value = "{ values = [1, 2] }" if table == "space" else "1"
                    spec.write_text(f'model = "gpt2-lora"\ntrials = 2\n[{table}]\n{given} = {value}\n{other}')
                    self.refused(2, f"{given}: unknown key; did you mean {meant}?", "sweep", "--spec", spec, "--data", self.data, "--out",
                                 self.folder / "sweep")


class ManPage(ProgramTest):
    def test_has_every_command_and_option_once(self):
        page = self.program.run("man").check().stdout
        overview = self.program.run("--help").check().stdout
        commands = re.findall(r"^  ([\w-]+)  ", overview, re.M)
        self.assertEqual([name.replace("\\-", "-") for name in re.findall(r"^\.SS (.+)$", page, re.M)], commands)
        self.assertEqual(page.count("\n\\fB\\-\\-batch\\-size\\fR"), 1)

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_is_clean_for_groff(self):
        page = self.program.run("man").check().stdout
        result = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-wall", "-rLL=78n"], input=page, capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        text = re.sub(r".\x08|\x1b\[[0-9;]*m", "", result.stdout)  # bold is printed twice
        text = re.sub(" +", " ", text)  # lines are filled with spaces
        self.assertIn("--lr X", text)
        self.assertIn("peak learning rate of the OneCycle schedule", text)


class Completion(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text("")
        (self.folder / "my run").mkdir()

    def script(self, shell):
        path = self.folder / f"completion.{shell}"
        path.write_text(self.program.run("completion", shell).check().stdout)
        return path

    def test_is_for_known_shells(self):
        self.refused(2, "no completions for this shell; known: bash, zsh, fish", "completion", "tcsh")

    def completed_by_bash(self, line):
        """The line that bash has after a tab, typed at a prompt."""
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], 200, cwd=self.folder,
                         env={"PATH": os.environ["PATH"], "PS1": "ready>", "INPUTRC": "/dev/null", "TERM": "dumb", "HISTFILE": ""})
        self.addCleanup(shell.close)
        shell.read_until(lambda seen: "ready>" in seen)
        shell.type(f"bind 'set bell-style none'; source {self.script('bash')}; PS1='go''>'\n")
        shell.read_until(lambda seen: "go>" in seen)
        shell.seen = ""
        shell.type(f"{line}\t#\n")  # a comment's sign, so that nothing is run but what was completed before it
        shell.read_until(lambda seen: "#" in seen)
        return shell.seen.split("#")[0].replace("\r", "")

    def test_by_bash(self):
        subprocess.run(["bash", "-n", self.script("bash")], check=True)
        for line, completed in {
            "agsweep tra": "agsweep train ",
            "agsweep sweep --samp": "agsweep sweep --samp",
            "agsweep train --prec": "agsweep train --precision ",
            "agsweep train --precision b": "agsweep train --precision bf16 ",
            "agsweep train --precision=b": "agsweep train --precision=bf16 ",
            "agsweep sweep --spec sp": "agsweep sweep --spec spec.toml ",
            "agsweep status my": "agsweep status my\\ run/",
            "agsweep fetch g": "agsweep fetch gpt2 ",
            "agsweep fetch gpt2 g": "agsweep fetch gpt2 g",
            "agsweep fetch --out gpt2 g": "agsweep fetch --out gpt2 gpt2 ",
            "agsweep help tra": "agsweep help train ",
            "agsweep submit --nodes 2 -- sw": "agsweep submit --nodes 2 -- sweep ",
            "agsweep submit -- sweep --retry": "agsweep submit -- sweep --retry-failed ",
            "agsweep train --lr sp": "agsweep train --lr sp",
        }.items():
            with self.subTest(line):
                self.assertEqual(self.completed_by_bash(line), completed)

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_for_bash_is_clean_for_shellcheck(self):
        subprocess.run(["shellcheck", "-s", "bash", self.script("bash")], check=True)

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_by_fish(self):
        script = self.script("fish")
        subprocess.run(["fish", "--no-execute", script], check=True)
        for line, completed in {"agsweep tra": ["train"], "agsweep train --precision ": ["auto", "bf16", "fp32"], "agsweep train --prec": ["--precision"],
                                "agsweep sweep --spec sp": ["spec.toml"], "agsweep fetch ": ["gpt2"], "agsweep fetch gpt2 ": [],
                                "agsweep train --hel": ["--help"], "agsweep help train --pre": []}.items():
            with self.subTest(line):
                found = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], cwd=self.folder, check=True,
                                       capture_output=True, text=True, env=os.environ | {"HOME": str(self.folder)})
                self.assertEqual(sorted(text.split("\t")[0] for text in found.stdout.splitlines()), completed)

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_by_zsh(self):
        subprocess.run(["zsh", "-n", self.script("zsh")], check=True)
        functions = self.folder / "functions"
        functions.mkdir()
        shutil.copy(self.script("zsh"), functions / "_agsweep")
        for line, completed in {"agsweep tra": "agsweep train ", "agsweep train --prec": "agsweep train --precision=", "agsweep fetch ": "agsweep fetch gpt2 ",
                                "agsweep train --precision b": "agsweep train --precision bf16 ", "agsweep sweep --spec sp": "agsweep sweep --spec spec.toml ",
                                "agsweep submit --nodes 2 -- sw": "agsweep submit --nodes 2 -- sweep "}.items():
            with self.subTest(line):
                shell = Terminal(["zsh", "-f", "-i"], 200, cwd=self.folder, env={"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(self.folder)})
                self.addCleanup(shell.close)
                shell.type(f"unsetopt zle_bracketed_paste; PS1='ready''>'; fpath=({functions} $fpath); autoload -Uz compinit; compinit -u; PS1='go''>'\n")
                shell.read_until(lambda seen: "go>" in seen)
                shell.seen = ""
                shell.type(f"{line}\t#end")
                shell.read_until(lambda seen: "#end" in seen)
                text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|.\x08", "", shell.seen).replace("\r", "")
                self.assertIn(completed + "#end", text)


class Init(ProgramTest):
    def test_writes_a_spec_that_a_sweep_takes(self):
        self.program.run("random-gpt2", "--out", self.folder / "gpt2").check()
        for model in ("scratch", "gpt2-lora"):
            with self.subTest(model):
                said = self.program.run("init", model, "--model", model, cwd=self.folder).check().stdout
                self.assertIn(f"wrote {model}.toml", said)
                cost = self.program.run("sweep", "--spec", f"{model}.toml", "--data", self.data, "--out", "sweep", "--dry-run", cwd=self.folder).check()
                self.assertIn("lr", cost.stdout)
                self.assertIn("16", cost.stdout)

    def test_and_a_sweep_runs_it(self):
        self.program.run("init", "first.toml", cwd=self.folder).check()
        spec = (self.folder / "first.toml").read_text()
        small = "[fixed]\nlayers = 1\nd_model = 8\nheads = 2\nffn = 16\nbatch_size = 64\n"
        (self.folder / "first.toml").write_text(spec.replace("[fixed]\n", small).replace("trials = 16", "trials = 3").replace("epochs = 9", "epochs = 3"))
        self.program.run("sweep", "--spec", "first.toml", "--data", self.data, "--out", "first", "--train-limit", 0, cwd=self.folder).check()
        self.assertIn('"first"', (self.folder / "first" / "sweep.resolved.toml").read_text())

    def test_replaces_nothing(self):
        (self.folder / "a.toml").write_text("mine")
        self.refused(2, "a.toml: is there already", "init", self.folder / "a")
        for name in ("/", ".", "..", self.folder / ".."):
            self.refused(2, "no name for a sweep", "init", name)
        self.refused(1, "File name too long", "init", self.folder / ("a" * 300))
        self.refused(2, "did you mean gpt2-lora?", "init", self.folder / "b", "--model", "gpt2")


if __name__ == "__main__":
    main()
