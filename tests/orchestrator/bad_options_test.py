"""A wrong command line or config.toml: exit 2, one line that names the cause, no file. Arguments: AGSWEEP TOKENIZER_DIR."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny  # noqa: E402

USAGE = 2


class BadCommands(ProgramTest):
    def test_without_a_command_the_overview_goes_to_stderr(self):
        result = self.program.run().check(USAGE)
        self.assertEqual(result.stdout, "")
        self.assertIn("agsweep COMMAND", result.stderr)

    def test_an_unknown_command_names_the_nearest(self):
        self.refused(USAGE, ["tarin: unknown command", "train"], "tarin")

    def test_a_command_like_no_other_names_none(self):
        self.assertNotIn("did you mean", self.refused(USAGE, "zzzzzz: unknown command", "zzzzzz").stderr)

    def test_a_missing_run_is_named(self):
        for command in ("evaluate", "predict"):
            with self.subTest(command):
                self.refused(USAGE, "RUN", command)

    def test_an_argument_too_many_is_named(self):
        for command in (["evaluate", "RUN", "surplus", "--data", self.data], ["version", "surplus"], ["options", "surplus"]):
            with self.subTest(command):
                self.refused(USAGE, "surplus", *command)

    def test_prepare_wants_one_source(self):
        out = self.folder / "data.h5"
        both = ["--synthetic", 400, "--csv-dir", self.folder]
        for source in ([], both):
            with self.subTest(source):
                self.refused(USAGE, ["--csv-dir", "--synthetic"], "prepare", "--out", out, *source)

    def test_columns_that_are_no_list_are_shown(self):
        out = self.folder / "data.h5"
        for columns in ("1", "0,1", "1,1", "1,b", "1,2,", "1;2"):
            with self.subTest(columns):
                self.refused(USAGE, ["--columns", columns], "prepare", "--csv-dir", ".", "--columns", columns, "--out", out)


class BadOptions(ProgramTest):
    def refused_options(self, says, *options, **how):
        return self.refused(USAGE, says, "train", "--data", self.data, "--out", self.folder / "run", *options, **how)

    def test_an_unknown_option_names_the_nearest(self):
        for wrong, right in (("--lrr", "--lr"), ("--epoch", "--epochs"), ("--batch_size", "--batch-size"), ("--drop-out", "--dropout")):
            with self.subTest(wrong):
                self.refused_options([f"{wrong}: unknown option", f"did you mean {right}?"], wrong, "1")

    def test_a_shortened_option_is_unknown(self):
        self.refused_options("--see: unknown option", "--see", "1")

    def test_an_option_given_twice_is_named(self):
        self.refused_options("--lr: given twice", "--lr", "1e-3", "--lr", "1e-3")

    def test_an_option_without_its_value_is_named(self):
        self.refused_options("--lr", "--lr")

    def test_an_out_of_range_value_is_told_as_it_was_typed_with_the_range(self):
        for option, value, allowed in (("--lr", "-1", "(0, 1]"), ("--lr", "nan", "(0, 1]"), ("--lr", "1e999", "(0, 1]"),
                                       ("--lr", "0", "(0, 1]"), ("--epochs", "0", "[1, "), ("--epochs", "99999999999999999999", "[1, "),
                                       ("--dropout", "1", "[0, 1)"), ("--timeout", "0", "(0, "), ("--seed", "-1", "[0, ")):
            with self.subTest(f"{option} {value}"):
                self.refused_options(f"{option}: {value} is out of range {allowed}", option, value)

    def test_a_value_that_is_no_number_is_told_with_the_range(self):
        for option, value in (("--lr", "abc"), ("--lr", "1e-3x"), ("--lr", ""), ("--epochs", "1.5"), ("--epochs", "two")):
            with self.subTest(f"{option} {value}"):
                self.refused_options([f"{option}: {value} is not a", "allowed: "], option, value)

    def test_a_word_that_is_not_among_the_allowed_is_told_with_them(self):
        self.refused_options(["--metric: val.f1", "val.f1_macro", "val.loss"], "--metric", "val.f1")
        self.refused_options(["--reduction: tre ", "tree", "allreduce"], "--reduction", "tre")
        self.refused_options(["--tensorboard: yes", "on", "off"], "--tensorboard", "yes")

    def test_heads_that_do_not_divide_the_width_are_told_with_it(self):
        self.refused_options("--heads: 3 does not divide --d-model 8", *tiny("--heads", 3))

    def test_a_warm_up_that_the_run_has_no_room_for_is_told_with_its_steps(self):
        for steps in (1, 13):  # 360 rows in batches of 64, twice: 12 steps
            with self.subTest(steps):
                self.refused_options(f"--warmup-steps: {steps} does not fit a run of 12 steps", *tiny("--warmup-steps", steps))

    def test_a_batch_below_the_shards_is_told_with_both_numbers(self):
        self.refused_options("--batch-size: 3 is below the 4 shards", *tiny("--batch-size", 3))

    def test_more_ranks_than_shards_are_told_once_with_both_numbers(self):
        self.refused_options(["--shards: 2", "3 ranks"], *tiny("--shards", 2), ranks=3)

    def test_two_ranks_tell_a_bad_value_once(self):
        self.refused_options("--lr: -1 is out of range", "--lr", "-1", ranks=2)


    def test_bad_adapters_are_told_with_what_is_allowed(self):
        lora = ["--model", "gpt2-lora", "--weights", self.folder]
        for option, value, allowed in (("--lora-alpha", "x", "a positive number"), ("--lora-alpha", "-1", "a multiple of the rank"),
                                       ("--lora-targets", "nope", "allowed: c_attn"), ("--lora-targets", "c_atn", "c_attn?")):
            with self.subTest(f"{option} {value}"):
                self.refused_options([f"{option}: {value} is n", allowed], *lora, option, value)


class BadSpecs(ProgramTest):
    def refused_spec(self, says, table):
        spec = self.folder / "sweep.toml"
        spec.write_text('model = "gpt2-lora"\nsampler = "random"\ntrials = 2\n' + table)
        self.refused(USAGE, [f"{spec}:{says[0]}", *says[1:]], "sweep", "--dry-run", "--spec", spec, "--data", self.data,
                     "--weights", self.folder, "--out", self.folder / "sweep")

    def test_bad_adapters_are_told_by_a_dry_run_with_line_and_column(self):
        space = "[space]\nlr = { log = [1e-5, 1e-3] }\n"
        for key, value, says in (("lora_alpha", "x", "is neither a positive number"), ("lora_targets", "nope", "is no module")):
            with self.subTest(f"{key} in [fixed]"):
                self.refused_spec([f"5:1: {key}: {value} {says}"], f'[fixed]\n{key} = "{value}"\n{space}')
            with self.subTest(f"{key} in [space]"):
                line = f'{key} = {{ values = ["{value}"] }}\n'
                self.refused_spec([f"6:{line.index(value)}: {key}: {value} {says}"], space + line)

    def test_an_option_of_the_command_line_that_space_has_too_is_refused(self):
        spec = self.folder / "sweep.toml"
        for key, option, value in (("lr", "--lr", 0.1), ("activation_checkpointing", "--activation-checkpointing", "on")):
            spec.write_text(f'model = "scratch"\nsampler = "random"\ntrials = 2\n[space]\nlr = {{ log = [1e-5, 1e-3] }}\n'
                            + (f"{key} = {{ values = [false, true] }}\n" if key != "lr" else ""))
            self.refused(USAGE, [option, "the spec's [space] has it"], "sweep", "--dry-run", "--spec", spec, "--data", self.data,
                         "--out", self.folder / "sweep", option, value)


class BadConfigFiles(ProgramTest):
    def refused_config(self, says, text):
        config = self.folder / "config.toml"
        config.write_text(text)
        self.refused(USAGE, [str(config), *says], "train", "--data", self.data, "--config", config, "--out", self.folder / "run")

    def test_an_unknown_key_is_told_with_line_column_and_the_nearest(self):
        self.refused_config([":2:1: ", "learning_rat: unknown key"], "epochs = 2\nlearning_rat = 1\n")
        self.refused_config([":2:3: ", "batch_sise: unknown key", "batch_size"], "epochs = 2\n  batch_sise = 64\n")

    def test_an_unknown_table_is_told(self):
        self.refused_config([":2:", "trian"], "epochs = 2\n[trian]\nlr = 1\n")

    def test_a_bad_value_is_told_with_line_column_key_and_range(self):
        for text, says in (("epochs = 0", ["epochs: 0", "[1, "]), ("epochs = 1.5", ["epochs: ", "[1, "]),
                           ("lr = nan", ["lr: nan", "(0, 1]"]), ("lr = 'high'", ["lr: ", "(0, 1]"]),
                           ("dropout = [0.1]", ["dropout: ", "[0, 1)"]), ("tensorboard = 'on'", ["tensorboard: ", "true or false"]),
                           ("metric = 3", ["metric: "]), ("metric = 'val.f1'", ["metric: val.f1", "val.f1_macro"])):
            with self.subTest(text):
                self.refused_config([":2:1: ", *says], f"seed = 1\n{text}\n")

    def test_what_is_no_toml_is_told_with_line_and_column(self):
        for text in ("seed = 1\nepochs 2\n", "seed = 1\nepochs = \n", "seed = 1\nseed = 2\n", "seed = 1\nmetric = 'val\n", "seed = 1\n\0"):
            with self.subTest(text):
                self.refused_config([":2:"], text)

    def test_values_that_do_not_go_together_name_the_file_or_the_option(self):
        self.refused_config(["heads: 3 does not divide --d-model 8"], "d_model = 8\nheads = 3\n")

    def test_a_missing_config_is_named(self):
        config = self.folder / "none.toml"
        self.refused(4, str(config), "train", "--data", self.data, "--config", config, "--out", self.folder / "run")

    def test_the_command_line_does_not_hide_a_bad_key(self):
        config = self.folder / "config.toml"
        config.write_text("lr = -1\n")
        self.refused(USAGE, f"{config}:1:1: lr: -1", "train", "--data", self.data, "--config", config, "--lr", "1e-3",
                     "--out", self.folder / "run")


if __name__ == "__main__":
    main()
