"""What each command prints and writes, alone and on two ranks. Arguments: AGSWEEP TOKENIZER_DIR."""

import csv
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import Program, ProgramTest, RunTest, contents, main, tiny  # noqa: E402

OPTIONS_PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "options.md"
COMMANDS = ["prepare", "train", "init", "sweep", "submit", "status", "stop", "enqueue", "aggregate", "report", "confirm", "compare", "reproduce", "evaluate", "predict", "embed",
            "replay", "export", "fetch", "random-gpt2", "doctor", "version", "help", "man", "completion", "options"]
METRICS = {"loss", "accuracy", "f1_macro", "f1_weighted", "precision_macro", "recall_macro", "per_class", "confusion"}
RESULT = set("""
    status error model params_total params_trainable epochs_completed best final test train_seconds eval_seconds tokens_per_second
    peak_memory_bytes peak_device_memory_bytes peak_share ranks shards threads reduction device device_name cpu precision seed command config_hash data_sha256
    weights_sha256 tokenizer_sha256 config_seal files seal hosts slurm_job_id started ended versions
""".split())
SYNTHETIC = "synthetic corpus"


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Help(ProgramTest):
    def test_each_command_explains_itself_on_stdout(self):
        for arguments in (["--help"], ["-h"], ["help"], *([command, "--help"] for command in COMMANDS)):
            with self.subTest(arguments):
                result = self.program.run(*arguments).check()
                self.assertIn("agsweep", result.stdout)
                self.assertEqual(result.stderr, "")

    def test_the_overview_names_each_command(self):
        self.assertEqual(re.findall(r"^  ([\w-]+)  ", self.program.run("--help").stdout, re.M), COMMANDS)

    def test_help_wins_over_a_bad_option(self):
        self.assertIn("--epochs", self.program.run("train", "--lr", "-1", "--help").check().stdout)

    def test_the_overview_takes_less_than_three_tenths_of_a_second(self):
        def processor_seconds():  # not the clock's: others use this machine
            process = self.program.start("--help")
            process.stdout.read()
            usage = os.wait4(process.pid, 0)[2]
            process.returncode = 0
            process.stdout.close()
            process.stderr.close()
            return usage.ru_utime + usage.ru_stime

        self.assertLess(min(processor_seconds() for _ in range(10)), 0.3)

    def test_the_page_of_options_is_the_program_s(self):
        self.assertEqual(OPTIONS_PAGE.read_text(), self.program.run("options").check().stdout, "agsweep options > docs/options.md")


class WithoutItsLibrary(ProgramTest):
    """Only a command that is about to compute loads LibTorch, through libagsweep_torch.so, which lies beside the program."""

    def alone(self, *arguments):
        alone = Program(shutil.copy(self.program.path, self.folder), self.program.tokenizer)
        return alone.run(*arguments)

    def test_a_command_that_computes_nothing_does_not_miss_it(self):
        for arguments in (["--help"], ["train", "--help"], ["version"], ["completion", "bash"], ["init", self.folder / "sweep"]):
            with self.subTest(arguments):
                self.alone(*arguments).check()

    def test_a_command_that_cannot_begin_does_not_miss_it(self):
        nothing = self.folder / "nothing"
        damaged = self.folder / "damaged.h5"
        damaged.write_bytes(self.data.read_bytes()[:-100])
        self.alone("train", "--data", damaged, "--out", self.folder / "run", *tiny()).check(4)
        spec = self.folder / "sweep.toml"
        spec.write_text("model = 'scratch'\ntrials = 2\n[space]\nlr = [0.1, 0.2]\n")
        refusal = self.alone("sweep", "--spec", spec, "--data", self.data, "--out", self.folder / "sweep").check(2)
        self.assertIn(f"{spec}:4:1: lr: not a table", refusal.stderr)
        for arguments in (["evaluate", nothing, "--data", self.data], ["embed", nothing, "--data", self.data, "--out", nothing],
                          ["predict", nothing], ["replay", nothing], ["train", "--data", nothing, "--out", self.folder / "run"],
                          ["sweep", "--spec", nothing, "--data", self.data, "--out", self.folder / "sweep"],
                          ["confirm", nothing, "--data", self.data, "--out", self.folder / "confirm"],
                          ["reproduce", "--data", nothing, "--out", self.folder / "again", "--models", "scratch"]):
            with self.subTest(arguments):
                refusal = self.alone(*arguments).check(4)
                self.assertRegex(refusal.stderr, f"{nothing}: (no |there is no |cannot read)")

    def test_no_rank_waits_for_one_that_misses_it(self):
        without = shutil.copy(self.program.path, self.folder)
        options = ["train", "--data", self.data, "--out", self.folder / "run", *tiny()]
        both = subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "1", self.program.path, *options,
                               ":", "-n", "1", without, *options],
                              env=self.program.environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual(both.returncode, 1)
        self.assertIn("error: rank 1: LibTorch cannot be loaded", both.stderr)
        self.assertNotIn("MPI_ABORT", both.stderr)  # which ends those who wait

    def test_another_library_of_its_name_is_not_taken_for_it(self):
        another = re.search(r"/\S+/libc\.so\S*", pathlib.Path("/proc/self/maps").read_text()).group()
        (self.folder / "libagsweep_torch.so").symlink_to(another)
        self.assertIn("is not of this program", self.alone("train", "--data", self.data, "--out", self.folder / "run", *tiny()).check(1).stderr)

    def test_training_and_doctor_say_what_is_missing(self):
        says = "LibTorch cannot be loaded: libagsweep_torch.so: cannot open shared object file"
        self.assertIn(says, self.alone("train", "--data", self.data, "--out", self.folder / "run", *tiny()).check(1).stderr)
        self.assertFalse((self.folder / "run").exists())
        self.assertIn(says, self.alone("doctor", "--tokenizer", self.program.tokenizer).check(1).stdout)


class VersionAndDoctor(ProgramTest):
    def test_version_names_the_libraries(self):
        versions = json.loads(self.program.run("version", "--json").check().stdout)
        self.assertEqual({"agsweep", "libtorch", "mpi", "hdf5", "compiler"} - versions.keys(), set())
        for arguments in (["version"], ["--version"], ["-V"]):
            printed = dict(re.findall(r"^(\w+) +(.+)$", self.program.run(*arguments).check().stdout, re.M))
            self.assertEqual(printed, versions)

    def test_the_version_is_the_same_in_every_file(self):
        root = OPTIONS_PAGE.parents[1]
        version = json.loads(self.program.run("version", "--json").check().stdout)["agsweep"]
        for name, pattern in (("CMakeLists.txt", r"project\(agsweep VERSION (\S+)"), ("CITATION.cff", r"(?m)^version: (\S+)$"),
                              ("CHANGELOG.md", r"(?m)^## (\d\S+)$")):
            self.assertEqual(re.search(pattern, (root / name).read_text()).group(1), version, name)

    def test_doctor_tells_what_is_there(self):
        found = json.loads(self.program.run("doctor", "--json", "--tokenizer", self.program.tokenizer).check().stdout)
        self.assertEqual((found["missing"], found["tokenizer"]), ([], str(self.program.tokenizer)))
        self.assertEqual(found["cpus_online"], os.cpu_count())
        self.assertIn("nothing is missing", self.program.run("doctor", "--tokenizer", self.program.tokenizer).check().stdout)

    def test_doctor_tells_what_is_missing_and_fails(self):
        none = self.folder / "none"
        result = self.program.run("doctor", "--json", "--tokenizer", none).check(1)
        self.assertIn(str(none), json.loads(result.stdout)["missing"][0])
        self.assertIn("missing: ", self.program.run("doctor", "--tokenizer", none).check(1).stdout)

    def test_doctor_s_json_takes_paths_of_any_bytes(self):
        result = self.program.run("doctor", "--json", "--tokenizer", os.fsdecode(os.fsencode(self.folder) + b"/n\xff")).check(1)
        self.assertIn("n\N{REPLACEMENT CHARACTER}", json.loads(result.stdout)["missing"][0])

    def test_rank_zero_alone_speaks_for_commands_of_one_process(self):
        two = self.program.run("version", ranks=2).check()
        self.assertEqual(two.stdout, self.program.run("version").stdout)
        self.assertIn("rank 1: agsweep version is the work of rank 0", two.stderr)


class Prepare(ProgramTest):
    def prepared(self, *options, **how):
        return self.program.run("prepare", "--tokenizer", self.program.tokenizer, "--out", self.folder / "data.h5", *options, **how).check()

    def test_a_made_up_corpus_says_so_everywhere(self):
        self.assertIn(SYNTHETIC, self.prepared("--synthetic", 100).stdout)
        report = json.loads(self.prepared("--synthetic", 100, "--json").stdout)
        self.assertIs(report["synthetic"], True)
        with h5py.File(self.folder / "data.h5") as file:
            self.assertEqual(file.attrs["synthetic"], 1)

    def test_the_report_counts_what_stands_in_the_file(self):
        report = json.loads(self.prepared("--synthetic", 100, "--json").stdout)
        self.assertEqual(report["train"]["rows"] + report["val"]["rows"], 100)
        for train, val in zip(report["train"]["class_rows"], report["val"]["class_rows"]):
            self.assertAlmostEqual(val, 0.1 * (train + val), delta=0.5)
        with h5py.File(self.folder / "data.h5") as file:
            for split in ("train", "val", "test"):
                labels = file[split]["labels"][:].tolist()
                self.assertEqual(report[split]["class_rows"], [labels.count(label) for label in range(4)])
                self.assertEqual(report[split]["tokens"], len(file[split]["tokens"]))

    def test_real_rows_are_not_called_made_up(self):
        for name in ("train.csv", "test.csv"):
            (self.folder / name).write_text("".join(f"{i % 4 + 1},title {i},text\n" for i in range(80)))
        self.assertNotIn("synthetic", self.prepared("--csv-dir", self.folder).stdout)
        self.assertIs(json.loads(self.prepared("--csv-dir", self.folder, "--json").stdout)["synthetic"], False)

    def test_two_ranks_write_one_file_and_one_report(self):
        one = json.loads(self.prepared("--synthetic", 100, "--json").stdout)
        two = json.loads(self.prepared("--synthetic", 100, "--json", ranks=2).stdout)
        self.assertEqual(two | {"tokenize_seconds": 0}, one | {"tokenize_seconds": 0})


class Train(RunTest):
    def result(self, run=None):
        return json.loads(((run or self.run_folder) / "result.json").read_text())

    def test_a_run_holds_the_promised_files_and_no_other(self):
        names = {re.sub(r"^events\.out\.tfevents\..*", "events", path.name) for path in self.run_folder.iterdir()}
        self.assertEqual(names, {"config.toml", "log.txt", "steps.csv", "epochs.csv", "result.json", "hashes.csv", "model.safetensors",
                                 "checkpoints", "predictions_test.csv", "events"})
        self.assertEqual(sorted(path.name for path in (self.run_folder / "checkpoints").iterdir()),
                         ["step-00000006.safetensors", "step-00000012.safetensors"])

    def test_result_has_the_promised_keys(self):
        result = self.result()
        self.assertEqual(RESULT - result.keys(), set(), "promised but missing")
        self.assertEqual((result["status"], result["error"], result["epochs_completed"]), ("done", None, 2))
        for metrics in (result["best"]["train"], result["best"]["val"], result["final"]["train"], result["final"]["val"], result["test"]):
            self.assertEqual(metrics.keys(), METRICS)
            self.assertEqual(metrics["per_class"][0].keys(), {"precision", "recall", "f1", "support"})

    def test_each_step_and_epoch_stands_once_in_the_tables(self):
        steps, epochs = rows_of(self.run_folder / "steps.csv"), rows_of(self.run_folder / "epochs.csv")
        self.assertEqual([int(row["step"]) for row in steps], list(range(1, 13)))
        self.assertEqual(list(steps[0]), ["step", "lr", "loss", "grad_norm", "tokens_per_second"])
        self.assertEqual([(row["epoch"], row["split"]) for row in epochs], [("1", "train"), ("1", "val"), ("2", "train"), ("2", "val")])
        final = self.result()["final"]["val"]
        self.assertEqual([float(epochs[-1][name]) for name in ("loss", "f1_macro")], [final["loss"], final["f1_macro"]])

    def test_the_predictions_give_the_confusion_of_the_result(self):
        confusion = [[0] * 4 for _ in range(4)]
        for row in rows_of(self.run_folder / "predictions_test.csv"):
            logits = [float(row[f"logit_{label}"]) for label in range(4)]
            self.assertEqual(logits.index(max(logits)), int(row["predicted"]))
            confusion[int(row["label"])][int(row["predicted"])] += 1
        self.assertEqual(confusion, self.result()["test"]["confusion"])

    def test_the_table_goes_to_stdout_and_progress_plainly_to_stderr(self):
        printed = self.program.run("train", "--data", self.data, "--out", self.folder / "new", *tiny()).check()
        result = self.result(self.folder / "new")
        self.assertIn(SYNTHETIC, printed.stdout)
        for name, key in (("macro F1", "f1_macro"), ("accuracy", "accuracy"), ("loss", "loss")):
            figures = [f"{metrics[key]:.4f}" for metrics in (result["best"]["train"], result["best"]["val"], result["test"])]
            self.assertRegex(printed.stdout, rf"(?m)^{name} +{' +'.join(map(re.escape, figures))}$")
        self.assertNotRegex(printed.stdout, "steps/s|batches/s")
        self.assertIn("epoch 2/2", printed.stderr)
        self.assertNotRegex(printed.stdout + printed.stderr, r"[\x00-\x08\x0b-\x1f\x7f]")

    def test_json_is_the_result_file_alone_on_one_and_two_ranks(self):
        for ranks in (1, 2):
            with self.subTest(ranks):
                run = self.folder / f"on {ranks}"
                printed = self.program.run("train", "--data", self.data, "--out", run, "--json", *tiny(), ranks=ranks).check()
                self.assertEqual(json.loads(printed.stdout), self.result(run))
                self.assertEqual(self.result(run)["ranks"], ranks)

    def test_without_tensorboard_there_is_no_event_file(self):
        run = self.train("quiet", "--tensorboard", "off")
        self.assertEqual(list(run.glob("events*")), [])

    def test_a_config_trains_the_same_model_again(self):
        again = self.folder / "again"
        self.program.run("train", "--data", self.data, "--config", self.run_folder / "config.toml", "--out", again).check()
        for name in ("model.safetensors", "hashes.csv", "predictions_test.csv"):
            self.assertEqual(contents(again)[name], contents(self.run_folder)[name], name)
        self.assertEqual(self.result(again)["config_hash"], self.result()["config_hash"])

    def test_the_command_line_wins_over_a_config(self):
        other = self.folder / "other"
        self.program.run("train", "--data", self.data, "--config", self.run_folder / "config.toml", "--seed", 7, "--out", other).check()
        self.assertEqual(self.result(other)["seed"], 7)
        self.assertEqual(self.result(other)["config_hash"], self.result()["config_hash"])
        self.assertNotEqual(contents(other)["model.safetensors"], contents(self.run_folder)["model.safetensors"])

    def test_resuming_a_finished_run_prints_its_result_again_and_changes_nothing(self):
        before = contents(self.run_folder)
        for ranks in (1, 2):
            printed = self.program.run("train", "--out", self.run_folder, "--resume", "--json", ranks=ranks).check()
            self.assertEqual(json.loads(printed.stdout), self.result())
            self.assertIn("finished", printed.stderr)
        self.assertEqual(contents(self.run_folder), before)

    def test_resume_starts_a_run_where_there_is_none(self):
        run = self.train("new", "--resume")
        self.assertEqual(contents(run)["model.safetensors"], contents(self.run_folder)["model.safetensors"])

    def test_alone_it_starts_no_mpi(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        self.train("new", env={"PATH": "/nonexistent", "TMPDIR": temporary})
        self.assertEqual(list(temporary.iterdir()), [], "MPI_Init leaves its session's folder here")


class Evaluate(RunTest):
    def test_the_test_split_gives_the_result_s_metrics_and_predictions_on_one_and_two_ranks(self):
        result = json.loads((self.run_folder / "result.json").read_text())
        for ranks in (1, 2):
            for split, expected in (("test", result["test"]), ("val", result["best"]["val"]), ("train", result["best"]["train"])):
                with self.subTest(f"{split} on {ranks}"):
                    out = self.folder / f"{split}-{ranks}.csv"
                    printed = self.program.run("evaluate", self.run_folder, "--data", self.data, "--split", split, "--out", out, "--json",
                                               ranks=ranks).check()
                    metrics = json.loads(printed.stdout)
                    calibration = metrics.pop("calibration")
                    self.assertEqual(calibration["right"] + calibration["wrong"], sum(map(sum, expected["confusion"])))
                    self.assertEqual(metrics, expected | {"split": split, "synthetic": True, "random_base": False, "out_of_distribution": False})
            self.assertEqual((self.folder / f"test-{ranks}.csv").read_bytes(), (self.run_folder / "predictions_test.csv").read_bytes())

    def test_the_table_says_that_the_corpus_is_made_up(self):
        printed = self.program.run("evaluate", self.run_folder, "--data", self.data).check()
        self.assertIn(SYNTHETIC, printed.stdout)
        self.assertRegex(printed.stdout, r"(?m)^macro F1 +\d\.\d{4}$")
        self.assertNotIn("\x1b", printed.stdout + printed.stderr)


class Predict(ProgramTest):
    def test_texts_of_the_corpus_get_the_class_and_probabilities_of_the_predictions_file(self):
        words = ["market", "match", "war", "chip", "profit", "goal", "vote", "software"]
        texts = [f"The {words[i % 8]} number {i} -- \\\"quoted\\\" &lt;b&gt; café {words[i * 5 % 8]}" for i in range(80)]
        for name, end in (("train.csv", "\n"), ("test.csv", "\n")):
            (self.folder / name).write_text("".join(f'"{i % 4 + 1}","{text[:9]}","{text[10:]}"{end}' for i, text in enumerate(texts))
                                            .replace('\\"', '\\""'))
        data, run = self.folder / "data.h5", self.folder / "run"
        self.program.run("prepare", "--csv-dir", self.folder, "--tokenizer", self.program.tokenizer, "--out", data).check()
        self.program.run("train", "--data", data, "--out", run, *tiny("--epochs", 5)).check()

        predict = ["predict", run, "--tokenizer", self.program.tokenizer, "--json"]
        from_csv = self.program.run(*predict, "--csv", self.folder / "test.csv").check()
        from_lines = self.program.run(*predict, stdin="".join(f"{text[:9]} {text[10:]}\n" for text in texts)).check()
        self.assertEqual(from_lines.stdout, from_csv.stdout)
        expected = rows_of(run / "predictions_test.csv")
        answers = [json.loads(line) for line in from_csv.stdout.splitlines()]
        self.assertEqual(len(answers), len(expected))
        names = ["World", "Sports", "Business", "Sci/Tech"]
        for answer, row in zip(answers, expected):
            powers = [math.exp(float(row[f"logit_{label}"])) for label in range(4)]
            self.assertEqual(answer["class"], names[int(row["predicted"])])
            for name, power in zip(names, powers):
                self.assertAlmostEqual(answer["probabilities"][name], power / sum(powers), delta=1e-7)

        table = self.program.run(*predict[:-1], "--csv", self.folder / "test.csv").check().stdout.splitlines()
        self.assertEqual(table[0].split("\t"), ["class", *names])
        self.assertEqual([line.split("\t")[0] for line in table[1:]], [answer["class"] for answer in answers])
        self.assertEqual(table[1].split("\t")[1:], [f"{answers[0]['probabilities'][name]:.4f}" for name in names])


if __name__ == "__main__":
    main()
