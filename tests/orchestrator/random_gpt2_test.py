"""agsweep random-gpt2: what it writes, says and refuses. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, contents, main  # noqa: E402

import safetensors.numpy

FAILURE, USAGE = 1, 2
SMALL = ["--vocabulary", 100]


class RandomGpt2(ProgramTest):
    def test_a_model_of_gpt2_s_vocabulary_is_written_and_called_untrained(self):
        printed = self.program.run("random-gpt2", "--out", self.folder / "gpt2").check()
        self.assertEqual(list(contents(self.folder / "gpt2")), ["config.json", "model.safetensors"])
        config = json.loads((self.folder / "gpt2" / "config.json").read_text())
        self.assertEqual((config["model_type"], config["vocab_size"], config["agsweep_random"]), ("gpt2", 50257, True))
        parameters = sum(t.size for t in safetensors.numpy.load_file(self.folder / "gpt2" / "model.safetensors").values())
        self.assertIn(f"{self.folder / 'gpt2'}: a GPT-2 of {parameters} parameters with random weights, which was never trained", printed.stdout)
        self.assertEqual(printed.stderr, "")

    def test_the_options_make_its_geometry(self):
        sizes = ["--layers", 3, "--d-model", 12, "--heads", 4, "--ffn", 20, "--positions", 9, "--vocabulary", 100]
        self.program.run("random-gpt2", "--out", self.folder, *sizes).check()
        config = json.loads((self.folder / "config.json").read_text())
        expected = {"n_layer": 3, "n_embd": 12, "n_head": 4, "n_inner": 20, "n_positions": 9, "vocab_size": 100}
        self.assertEqual({key: config[key] for key in expected}, expected)
        shapes = {name: t.shape for name, t in safetensors.numpy.load_file(self.folder / "model.safetensors").items()}
        self.assertEqual(shapes["h.2.mlp.c_fc.weight"], (12, 20))

    def test_the_seed_makes_its_weights(self):
        for name, seed in (("a", 42), ("b", 43), ("default", None)):
            given = [] if seed is None else ["--seed", seed]
            self.program.run("random-gpt2", "--out", self.folder / name, *SMALL, *given).check()
        weights = {name: contents(self.folder / name)["model.safetensors"] for name in ("a", "b", "default")}
        self.assertEqual(weights["a"], weights["default"])
        self.assertNotEqual(weights["a"], weights["b"])

    def test_a_model_that_is_there_is_kept(self):
        for name in ("config.json", "model.safetensors"):
            with self.subTest(name):
                folder = self.folder / name.partition(".")[0]
                folder.mkdir()
                (folder / name).write_text("mine")
                self.refused(USAGE, f"--out: {folder} holds {name} already", "random-gpt2", "--out", folder, *SMALL)

    def test_bad_options_are_told(self):
        out = ["random-gpt2", "--out", self.folder / "gpt2"]
        self.refused(USAGE, "--out", "random-gpt2")
        self.refused(USAGE, "--heads: 5 does not divide --d-model 64", *out, "--heads", 5)
        self.refused(USAGE, "--layers: 0 is out of range [1, 48]", *out, "--layers", 0)
        self.refused(USAGE, "--seed: -1 is out of range", *out, "--seed", -1)

    def test_after_a_full_disk_the_same_command_does_it(self):
        for blocks in (1, 30):  # of 512 bytes: config.json has room, the weights have none
            command = ["sh", "-c", f'ulimit -f {blocks}; trap "" XFSZ; exec "$@"', "sh", self.program.path, "random-gpt2", "--out", self.folder / "gpt2", *SMALL]
            result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
            self.assertEqual(result.returncode, FAILURE, result)
            self.assertIn("cannot write", result.stderr)
            self.assertFalse((self.folder / "gpt2").exists())
        self.program.run("random-gpt2", "--out", self.folder / "gpt2", *SMALL).check()

    def test_a_folder_that_cannot_be_made_is_told(self):
        (self.folder / "file").write_text("")
        self.refused(FAILURE, str(self.folder / "file"), "random-gpt2", "--out", self.folder / "file" / "gpt2", *SMALL)


if __name__ == "__main__":
    main()
