"""A run that is missing, damaged, another's or started otherwise is refused by name. Arguments: AGSWEEP TOKENIZER_DIR."""

import hashlib
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import RunTest, main, tiny  # noqa: E402

FAILED, USAGE, DATA = 1, 2, 4


class BadOutputs(RunTest):
    def refused_out(self, code, says, out, *options, **how):
        self.refused(code, says, "train", "--data", self.data, "--out", out, *tiny(*options), **how)

    def test_a_folder_with_a_run_is_not_overwritten(self):
        self.refused_out(USAGE, [str(self.run_folder), "--resume"], self.run_folder)
        self.refused_out(USAGE, [str(self.run_folder), "--resume"], self.run_folder, ranks=2)

    def test_the_leavings_of_a_run_without_its_config_are_not_overwritten(self):
        (self.run_folder / "config.toml").unlink()
        for options in ([], ["--resume"]):
            with self.subTest(options):
                self.refused_out(USAGE, [str(self.run_folder), "config.toml"], self.run_folder, *options)

    def test_a_file_is_no_place_for_a_run(self):
        file = self.run_folder / "log.txt"
        self.refused_out(USAGE, [str(file), "is a file"], file)
        self.refused_out(USAGE, [str(file), "is a file"], file / "run")

    def test_prepare_needs_a_folder_that_it_can_write_to(self):
        file = self.run_folder / "log.txt"
        for out, says in ((file / "data.h5", "Not a directory"), (self.folder / "none" / "data.h5", "No such file"), (self.run_folder, "")):
            with self.subTest(says):
                self.refused(FAILED, [str(out), says], "prepare", "--synthetic", 40, "--tokenizer", self.program.tokenizer, "--out", out)

    def test_evaluate_needs_a_folder_that_it_can_write_to(self):
        for ranks in (1, 2):
            out = self.run_folder / "log.txt" / "predictions.csv"
            self.refused(FAILED, [str(out), "Not a directory"], "evaluate", self.run_folder, "--data", self.data, "--out", out, ranks=ranks)


class BadResumes(RunTest):
    def refused_resume(self, code, says, *options, **how):
        self.refused(code, says, "train", "--out", self.run_folder, "--resume", *options, **how)

    def refused_data(self):
        data = self.program.prepare(self.folder / "other.h5", "--seed", 7)
        hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (data, self.data)]
        self.refused_resume(USAGE, [str(data), *hashes], "--data", data)

    def test_other_options_are_named_each_with_both_values(self):
        says = ["--lr: 0.01, but the run was started with 0.001", "--dropout: 0.1, but the run was started with 0.3"]
        for state in ("finished", "unfinished"):
            with self.subTest(state):
                self.refused_resume(USAGE, says, "--lr", "1e-2", "--epochs", 2, "--dropout", 0.1)
                (self.run_folder / "result.json").unlink(missing_ok=True)
        self.refused_resume(USAGE, says, "--lr", "1e-2", "--dropout", 0.1, ranks=2)

    def test_another_corpus_is_refused_with_both_hashes(self):
        (self.run_folder / "result.json").unlink()
        self.refused_data()

    def test_another_corpus_is_refused_for_a_finished_run_too(self):
        self.refused_data()

    def test_more_ranks_than_the_run_has_shards_are_refused(self):
        (self.run_folder / "result.json").unlink()
        self.refused_resume(USAGE, ["shards: 4", "5 ranks"], ranks=5)

    def test_a_damaged_result_or_config_is_named(self):
        for name in ("result.json", "config.toml"):
            with self.subTest(name):
                path = self.run_folder / name
                path.write_bytes(path.read_bytes()[:100])
                self.refused_resume(DATA, str(path))


class BadModels(RunTest):
    def refused_run(self, says, run=None, **how):
        run = run or self.run_folder
        self.refused(DATA, says, "evaluate", run, "--data", self.data, **how)
        self.refused(DATA, says, "predict", run, stdin="news\n")

    def test_a_folder_that_is_no_run_is_named(self):
        for name in ("none", "run/checkpoints", "run/log.txt"):
            with self.subTest(name):
                self.refused_run([str(self.folder / name), "no run"], self.folder / name)

    def test_a_run_that_cannot_be_looked_at_is_named(self):
        name = "a" * 300  # longer than a name may be
        for ranks in (1, 2):
            self.refused(DATA, f"{self.folder / name}/config.toml: File name too long", "evaluate", self.folder / name, "--data", self.data, ranks=ranks)

    def test_two_ranks_tell_it_once(self):
        self.refused_run([str(self.folder / "none"), "no run"], self.folder / "none", ranks=2)
        model = self.run_folder / "model.safetensors"
        model.write_bytes(b"")
        self.refused_run(str(model), ranks=2)

    def test_damaged_weights_are_named(self):
        model = self.run_folder / "model.safetensors"
        whole = model.read_bytes()
        for name, damaged in (("empty", b""), ("cut in the header", whole[:100]), ("cut in the data", whole[:-4]),
                              ("longer", whole + b"\0\0\0\0"),
                              ("a huge header", b"\xff" * 7 + b"\x7f" + whole[8:]), ("text", b"weights\n" * 100),
                              ("a renamed tensor", whole.replace(b"head.bias", b"head.bios", 1))):
            with self.subTest(name):
                model.write_bytes(damaged)
                self.refused(DATA, str(model), "evaluate", self.run_folder, "--data", self.data)

    def test_missing_weights_are_named(self):
        (self.run_folder / "model.safetensors").unlink()
        self.refused_run("model.safetensors")

    def test_weights_of_another_geometry_are_named(self):
        other = self.train("other", "--ffn", 32)
        shutil.copy(other / "model.safetensors", self.run_folder)
        self.refused_run(["model.safetensors", "ffn"])

    def test_a_damaged_config_is_named(self):
        config = self.run_folder / "config.toml"
        text = config.read_text()
        for name, damaged, says in (("empty", "", "the seal in result.json"), ("another key", "hats = 2\n" + text, "the seal in itself"),
                                    ("another value", text.replace("ffn = 16", "ffn = 32"), "the seal in itself"),
                                    ("cut", text[:200], str(config))):
            with self.subTest(name):
                config.write_text(damaged)
                self.refused_run([str(config), says])

    def test_start_weights_that_do_not_fit_are_named(self):
        other, none = self.train("other", "--ffn", 32) / "model.safetensors", self.folder / "none.safetensors"
        for init in (other, none, self.run_folder / "log.txt"):
            with self.subTest(init.name):
                out = self.folder / f"from {init.name}"
                self.refused(DATA, str(init), "train", "--data", self.data, "--out", out, "--init", init, *tiny())

    def test_a_folder_to_start_from_is_told_what_to_name(self):
        for init, says in ((self.run_folder, f"name the file: {self.run_folder / 'model.safetensors'}"), (self.folder, "name a safetensors file")):
            with self.subTest(init.name):
                self.refused(DATA, ["no peft adapter", says], "train", "--data", self.data, "--out", self.folder / "out", "--init", init, *tiny())


class BadTexts(RunTest):
    def test_a_blank_text_keeps_its_place_without_a_class(self):
        csv = self.folder / "texts.csv"
        csv.write_text('1,news,\n2," ",""\n3,more news,\n')
        for source in ({"stdin": "news\n \t\nmore news\n"}, {"csv": csv}):
            given = ["--csv", source.pop("csv")] if "csv" in source else []
            table = self.program.run("predict", self.run_folder, *given, **source).check()
            lines = table.stdout.splitlines()
            self.assertEqual(len(lines), 4)
            self.assertEqual(lines[2], "\t\t\t\t")
            self.assertIn("1 of 3", table.stderr)
            printed = self.program.run("predict", self.run_folder, "--json", *given, **source).check()
            answers = [json.loads(line) for line in printed.stdout.splitlines()]
            self.assertEqual(answers[1], {"class": None, "probabilities": None})
            self.assertEqual([lines[1].split("\t")[0], lines[3].split("\t")[0]], [answers[0]["class"], answers[2]["class"]])
        blank = self.program.run("predict", self.run_folder, stdin="\n\n").check()
        self.assertEqual(blank.stdout.splitlines()[1:], ["\t\t\t\t"] * 2)

    def test_a_header_line_of_a_csv_is_no_text(self):
        csv = self.folder / "texts.csv"
        csv.write_text("Class Index,Title,Description\n1,a,b\n2,c,d\n")
        self.refused(DATA, [f"{csv}:1: ", "--text-columns Title,Description"], "predict", self.run_folder, "--csv", csv)
        printed = self.program.run("predict", self.run_folder, "--csv", csv, "--text-columns", "Title,Description").check()
        self.assertEqual(len(printed.stdout.splitlines()), 3)

    def test_a_byte_order_mark_is_no_part_of_a_text_and_utf_16_is_named(self):
        plain = self.program.run("predict", self.run_folder, stdin="news\n").check().stdout
        self.assertEqual(self.program.run("predict", self.run_folder, stdin="\ufeffnews\n").check().stdout, plain)
        self.refused(DATA, "UTF-16", "predict", self.run_folder, stdin="news\n".encode("utf-16"))
        self.assertIn("not UTF-8", self.program.run("predict", self.run_folder, stdin=b"caf\xe9\n").check().stderr)

    def test_no_text_at_all_is_told(self):
        self.refused(DATA, "standard input is empty", "predict", self.run_folder, stdin="")

    def test_a_bad_csv_is_told_with_its_line(self):
        csv = self.folder / "texts.csv"
        csv.write_text("1,a,b\n2,c\n")
        self.refused(DATA, f"{csv}:2: ", "predict", self.run_folder, "--csv", csv)
        self.refused(DATA, str(self.folder / "none.csv"), "predict", self.run_folder, "--csv", self.folder / "none.csv")


if __name__ == "__main__":
    main()
