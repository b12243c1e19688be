"""Runs and sweeps whose GPT-2 or start weights lie elsewhere now: what lies there counts, not where. Arguments: AGSWEEP TOKENIZER_DIR."""

import os
import pathlib
import shutil
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, kill, main, wait_until  # noqa: E402

DONE, USAGE, DATA, CHECKPOINTED = 0, 2, 4, 85
SPEC = """
model = "gpt2-lora"
sampler = "grid"
[fixed]
weights = "{}"
epochs = {}
batch_size = 16
train_limit = 64
warmup_steps = 0
lora_rank = 2
[space]
lr = {{ values = [1e-4, 1e-3, 1e-2] }}
"""


class MovedInputs(ProgramTest):
    def gpt2(self, name, seed=1):
        self.program.run("random-gpt2", "--out", self.folder / name, "--layers", 1, "--d-model", 8, "--heads", 1, "--ffn", 16, "--seed", seed).check()
        return self.folder / name

    def stopped(self, begun, *args, **how):
        """Runs a command until something has happened, and stops it by a signal."""
        process = self.program.start(*args, **how)
        self.addCleanup(kill, process)
        wait_until(begun, process)
        process.send_signal(signal.SIGTERM)
        self.program.finish(process).check(CHECKPOINTED)

    def stopped_sweep(self, weights, epochs=300, cwd=None):
        (self.folder / "s.toml").write_text(SPEC.format(weights, epochs))
        journal = self.folder / "sweep/journal.log"
        self.stopped(lambda: journal.exists() and "intermediate_value" in journal.read_text(), "sweep", "--spec", self.folder / "s.toml", "--data",
                     self.data, "--out", self.folder / "sweep", "--threads", 1, cwd=cwd)

    def resume_sweep(self, *options, **how):
        return self.program.run("sweep", "--data", self.data, "--out", self.folder / "sweep", "--resume", "--threads", 1, *options, **how)

    def states(self):
        return [line.split(",")[1] for line in (self.folder / "sweep/results.csv").read_text().splitlines()[1:]]

    def test_a_sweep_goes_on_from_another_folder(self):
        self.gpt2("gpt2")
        self.stopped_sweep("gpt2", epochs=40, cwd=self.folder)
        (self.folder / "sub").mkdir()
        self.resume_sweep(cwd=self.folder / "sub").check()
        self.assertEqual(self.states(), ["complete"] * 3)

    def test_a_sweep_goes_on_with_its_gpt2_elsewhere_and_with_no_other(self):
        base = self.gpt2("gpt2")
        self.stopped_sweep(base, epochs=40)
        other = self.gpt2("other", seed=2)
        moved = base.rename(self.folder / "moved")
        journal = (self.folder / "sweep/journal.log").read_bytes()
        self.assertIn("gpt2", self.resume_sweep().check(DATA).stderr)
        self.assertIn("--weights", self.resume_sweep("--weights", other).check(USAGE).stderr)
        self.assertEqual((self.folder / "sweep/journal.log").read_bytes(), journal)
        self.resume_sweep("--weights", moved).check()
        self.assertEqual(self.states(), ["complete"] * 3)
        self.resume_sweep().check()  # it has recorded where they are now

    def test_a_sweep_whose_trials_would_all_fail_does_not_begin(self):
        base = self.gpt2("gpt2")
        tensor = bytearray((base / "model.safetensors").read_bytes())
        tensor[-2:] = b"\xff\x7f"  # the last float, now not a number
        damaged = self.gpt2("damaged")
        (damaged / "model.safetensors").write_bytes(tensor)
        narrow = self.gpt2("narrow")
        (narrow / "config.json").write_text((narrow / "config.json").read_text().replace('"n_positions": 128', '"n_positions": 8'))
        for weights, says in ((self.folder / "nowhere", "nowhere"), (damaged, "has values that are not finite"), (narrow, "narrow")):
            with self.subTest(weights.name):
                (self.folder / "s.toml").write_text(SPEC.format(weights, 1))
                for ranks in (1, 2):
                    self.refused(DATA, says, "sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--out", self.folder / "sweep",
                                 "--threads", 1, ranks=ranks)
        (self.folder / "s.toml").write_text(SPEC.format(base, 1).replace("warmup_steps = 0", f'warmup_steps = 0\ninit = "{self.folder}/none"'))
        self.refused(DATA, "none", "sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--out", self.folder / "sweep")

    def test_a_run_goes_on_with_its_gpt2_elsewhere_and_with_no_other(self):
        base = self.gpt2("gpt2")
        run = self.folder / "run"
        self.stopped(lambda: (run / "epochs.csv").exists() and "1,val" in (run / "epochs.csv").read_text(), "train", "--data", self.data, "--out", run,
                     "--model", "gpt2-lora", "--weights", base, "--lora-rank", 2, "--epochs", 30, "--batch-size", 16, "--train-limit", 64,
                     "--threads", 1, "--warmup-steps", 0)
        moved = base.rename(self.folder / "moved")
        other = self.gpt2("other", seed=2)
        self.refused(DATA, "name its folder by --weights", "train", "--out", run, "--resume")
        self.refused(DATA, "not the GPT-2 that the run was trained on", "train", "--out", run, "--resume", "--weights", other)
        self.program.run("train", "--out", run, "--resume", "--weights", moved).check()
        self.program.run("evaluate", run, "--data", self.data).check()

    def test_a_run_with_a_checkpoint_needs_its_start_weights_no_more(self):
        first, run = self.folder / "first", self.folder / "run"
        options = ["train", "--data", self.data, "--model", "scratch", "--layers", 1, "--d-model", 8, "--heads", 1, "--ffn", 16, "--batch-size", 16,
                   "--train-limit", 64, "--threads", 1, "--warmup-steps", 0]
        self.program.run(*options, "--epochs", 1, "--out", first).check()
        self.stopped(lambda: (run / "checkpoints").exists() and any((run / "checkpoints").glob("step-*")), *options, "--epochs", 300, "--out", run,
                     "--init", first / "model.safetensors")
        (first / "model.safetensors").write_bytes(b"of another training")
        self.refused(DATA, "not the weights that the run was started from", "train", "--out", run, "--resume", "--repair")
        self.program.run("train", "--out", run, "--resume").check()

    def test_a_path_of_any_bytes_is_recorded_and_read_back(self):
        base = os.path.join(os.fsencode(self.folder), b"g\xff\n'\"%41 \xc3\xa4")
        shutil.move(os.fsencode(self.gpt2("gpt2")), base)
        data = os.path.join(os.fsencode(self.folder), b"d\xfe.h5")
        shutil.copy(self.data, data)
        run = self.folder / "run"
        self.program.run("train", "--data", os.fsdecode(data), "--out", run, "--model", "gpt2-lora", "--weights", os.fsdecode(base), "--lora-rank", 2,
                         "--epochs", 1, "--batch-size", 16, "--train-limit", 64, "--threads", 1, "--warmup-steps", 0).check()
        self.program.run("evaluate", run, "--data", self.data).check()
        (run / "result.json").unlink()
        self.program.run("train", "--out", run, "--resume").check()
        (self.folder / "s.toml").write_text("\n".join(line for line in SPEC.format("", 1).splitlines() if not line.startswith("weights")))
        for ranks in (1, 2):
            self.program.run("sweep", "--spec", self.folder / "s.toml", "--data", os.fsdecode(data), "--out", self.folder / f"sweep{ranks}", "--weights",
                             os.fsdecode(base), "--threads", 1, ranks=ranks).check()
        self.program.run("sweep", "--data", self.data, "--out", self.folder / "sweep1", "--resume", "--threads", 1).check()


if __name__ == "__main__":
    main()
