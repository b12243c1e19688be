"""agsweep fetch, from a mirror on loopback. Arguments: AGSWEEP TOKENIZER_DIR."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main  # noqa: E402
from http_server import HttpServer, fixed, status, whole  # noqa: E402

FAILED, USAGE, DATA = 1, 2, 4
PROXIES = {name: None for name in os.environ if name.lower().endswith("_proxy")}
# GPT-2 small's, as published.
CONFIG = b"""{
  "activation_function": "gelu_new",
  "architectures": [
    "GPT2LMHeadModel"
  ],
  "attn_pdrop": 0.1,
  "bos_token_id": 50256,
  "embd_pdrop": 0.1,
  "eos_token_id": 50256,
  "initializer_range": 0.02,
  "layer_norm_epsilon": 1e-05,
  "model_type": "gpt2",
  "n_ctx": 1024,
  "n_embd": 768,
  "n_head": 12,
  "n_layer": 12,
  "n_positions": 1024,
  "resid_pdrop": 0.1,
  "summary_activation": null,
  "summary_first_dropout": 0.1,
  "summary_proj_to_labels": true,
  "summary_type": "cls_index",
  "summary_use_proj": true,
  "task_specific_params": {
    "text-generation": {
      "do_sample": true,
      "max_length": 50
    }
  },
  "vocab_size": 50257
}"""
WEIGHTS_SIZE = 548105171


def weights_cut(handler):
    """A long file's first 3 MB, then nothing."""
    handler.head(200, Content_Length=WEIGHTS_SIZE)
    handler.body(bytes(3_000_000))


class Fetch(ProgramTest):
    def fetch(self, *answers, code=FAILED):
        """Always fails: the weights would be 548 MB."""
        with HttpServer(CONFIG, answers) as server:
            result = self.program.run("fetch", "gpt2", "--out", self.folder / "gpt2", "--url", server.url("/mirror/"), env=PROXIES)
        self.assertEqual(result.check(code).stdout, "")
        return server, result

    def names(self):
        return sorted(path.name for path in (self.folder / "gpt2").iterdir())

    def test_each_file_comes_from_the_mirror_s_folder_and_only_once(self):
        server, result = self.fetch(whole, status(404))
        self.assertEqual([path for path, _ in server.asked], ["/mirror/config.json", "/mirror/model.safetensors"])
        self.assertEqual((self.folder / "gpt2" / "config.json").read_bytes(), CONFIG)
        self.assertEqual(result.errors, [f"error: {server.url('/mirror/model.safetensors')}: The requested URL returned error: 404"])
        server, _ = self.fetch(status(404))
        self.assertEqual([path for path, _ in server.asked], ["/mirror/model.safetensors"])
        self.assertEqual(self.names(), ["config.json"])

    def test_a_cut_connection_is_gone_on_with_and_told(self):
        server, result = self.fetch(whole, weights_cut, status(404))
        self.assertEqual(server.asked[-1], ("/mirror/model.safetensors", "bytes=3000000-"))
        self.assertIn("trying again", result.stderr)
        self.assertEqual(self.names(), ["config.json", "model.safetensors.part"])

    def test_another_config_is_refused_with_both_hashes(self):
        _, result = self.fetch(fixed(200, CONFIG.replace(b"0.1", b"0.2")), code=DATA)
        self.assertIn("config.json: SHA-256 ", result.errors[0])
        self.assertIn("0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4", result.errors[0])
        self.assertEqual(self.names(), [])

    def test_weights_of_another_size_are_refused(self):
        _, result = self.fetch(whole, fixed(200, b"log in"), code=DATA)
        self.assertIn(f"6 bytes instead of {WEIGHTS_SIZE}", result.errors[0])


class Misuse(ProgramTest):
    def test_another_model_names_the_known_one(self):
        self.refused(USAGE, ["gpt3", "gpt2"], "fetch", "gpt3", "--out", self.folder / "new")

    def test_a_model_and_a_folder_are_needed(self):
        self.refused(USAGE, "MODEL", "fetch", "--out", self.folder / "new")
        self.refused(USAGE, "--out", "fetch", "gpt2")

    def test_only_http_is_spoken(self):
        for url in (self.folder.as_uri(), "ftp://127.0.0.1", "127.0.0.1", ""):
            self.refused(USAGE, "--url", "fetch", "gpt2", "--out", self.folder / "new", "--url", url)

    def test_the_url_is_that_of_a_server_s_folder(self):
        for url in ("http://", "http://host/gpt2?token=1", "http://host/gpt2#main"):
            self.refused(USAGE, ["--url", url], "fetch", "gpt2", "--out", self.folder / "new", "--url", url)

    def test_trained_weights_are_not_replaced(self):
        (self.folder / "config.toml").touch()
        (self.folder / "model.safetensors").touch()
        self.refused(USAGE, ["--out", "a record of a run"], "fetch", "gpt2", "--out", self.folder, "--url", "http://127.0.0.1:9")

    def test_a_password_is_not_shown(self):
        result = self.program.run("fetch", "gpt2", "--out", self.folder / "new", "--url", "http://me:secret@127.0.0.1:9", env=PROXIES).check(FAILED)
        self.assertIn("http://me@127.0.0.1:9/config.json: ", result.stderr)
        self.assertNotIn("secret", result.stderr)
        for url in ("ftp://me:secret@host", "http://me:secret and more@host"):
            self.assertNotIn("secret", self.program.run("fetch", "gpt2", "--out", self.folder / "new", "--url", url).check(USAGE).stderr)

    def test_a_file_in_the_place_of_the_folder_is_told(self):
        (self.folder / "file").touch()
        for out in (self.folder / "file", self.folder / "file" / "gpt2"):
            self.refused(FAILED, str(out), "fetch", "gpt2", "--out", out, "--url", "http://127.0.0.1:9")


if __name__ == "__main__":
    main()
