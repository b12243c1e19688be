"""What Optuna and TensorBoard show of a sweep beside its results: names, times, hyperparameters.

usage: sweep_viewers_test.py AGSWEEP TOKENIZER_DIR
"""

import json
import os
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main, wait_for_lines  # noqa: E402
from hparams_tab import hparams_tab  # noqa: E402
from sweep_program import ASHA, SIMPLE, SweepTest  # noqa: E402
from terminals import open_terminal  # noqa: E402

from tensorboard.plugins.hparams import api_pb2  # noqa: E402


class Progress(SweepTest):
    def on_terminal(self, *args, ranks, columns=80):
        """What a terminal gets on standard error."""
        terminal, end = open_terminal(columns)
        job = self.program.start(*args, ranks=ranks, env={"TERM": "xterm"}, stderr=end)
        os.close(end)
        said = []

        def read():
            try:
                while data := os.read(terminal, 65536):
                    said.append(data)
            except OSError:  # nobody has its other end open any more
                pass

        reader = threading.Thread(target=read)
        reader.start()
        self.program.finish(job, timeout=120).check()
        reader.join()
        os.close(terminal)
        return b"".join(said).decode()

    def test_is_a_table_on_the_terminal_behind_mpirun_as_wide_as_that(self):
        for columns in (80, 40):
            said = self.on_terminal(*self.command(f"sweep{columns}"), ranks=2, columns=columns)
            self.assertRegex(said, r"\x1b\[\d+A\x1b\[J")
            self.assertIn("trial  epoch", said)
            self.assertRegex(said, r"\d+ of 9 trials ended")
            drawn = said[: said.rfind("\x1b[J")].split("\x1b[J")
            lines = [line.rstrip("\r") for block in drawn[1:] for line in block.split("\n") if not line.startswith(("trial ", "synthetic"))]
            self.assertLess(max(len(line.split("\x1b")[0]) for line in lines), columns)

    def test_is_lines_with_the_best_and_what_runs_elsewhere_or_where_they_are_asked_for(self):
        spec = ASHA.replace("epochs = 4", "epochs = 60").replace("eta = 2", "eta = 2\nmin_epochs = 30")
        said = self.on_terminal(*self.command("asked", spec, "--progress", "lines"), ranks=2)
        self.assertNotIn("\x1b", said)
        piped = self.program.run(*self.command("piped", spec), ranks=2, timeout=120).check().stderr
        for text in (said, piped):
            self.assertRegex(text, r"\d of 9 trials ended.*; best val.accuracy 0\.\d{4} \(trial \d after epoch \d+.*; now trial \d+ in epoch \d+ of 60, loss")

    def test_is_nothing_where_none_is_wanted(self):
        said = self.on_terminal(*self.command("sweep", SIMPLE, "--progress", "none"), ranks=1)
        self.assertNotIn("trial 0", said)
        self.assertIn("synthetic corpus", said)


class Optuna(SweepTest):
    def seconds(self, sweep, number):
        result = json.loads((sweep / f"trials/{number:04}/result.json").read_text())
        return result["train_seconds"] + result["eval_seconds"]

    def test_knows_the_metric_and_how_long_each_trial_took(self):
        sweep = self.sweep(ranks=2)
        study = self.study(sweep)
        self.assertEqual(study.metric_names, ["val.accuracy"])
        states = set()
        for trial in study.trials:
            states.add(trial.state.name)
            self.assertAlmostEqual(trial.duration.total_seconds(), self.seconds(sweep, trial.number), delta=1e-3)
        self.assertEqual(states, {"COMPLETE", "PRUNED"})

    def test_counts_no_time_between_two_processes(self):
        sweep = self.folder / "sweep"
        job = self.program.start(*self.command("sweep", SIMPLE.replace("epochs = 2", "epochs = 40")), ranks=1)
        wait_for_lines(sweep / "trials/0000/epochs.csv", 7, job)
        job.terminate()
        self.program.finish(job).check(85)
        self.resume(sweep, ranks=1)
        for trial in self.study(sweep).trials:
            self.assertAlmostEqual(trial.duration.total_seconds(), self.seconds(sweep, trial.number), delta=1e-3)


class TensorBoard(SweepTest):
    def test_shows_each_trials_hyperparameters_and_metrics(self):
        sweep = self.sweep(ranks=2)
        experiment, groups = hparams_tab(sweep / "tensorboard")
        self.assertEqual({info.name for info in experiment.hparam_infos}, {"lr", "dropout"})
        metrics = {(info.name.group, info.name.tag) for info in experiment.metric_infos}
        self.assertIn(("", "best/accuracy"), metrics)
        trials = self.study(sweep).trials
        self.assertEqual(len(groups), len(trials))
        for group in groups:
            number = int(group.name.split()[0])
            trial = trials[number]
            self.assertEqual(group.name, f"{number:04} lr={trial.params['lr']:.4g} dropout={trial.params['dropout']:.4g}")
            self.assertEqual({key: value.number_value for key, value in group.hparams.items()}, trial.params)
            self.assertEqual(group.sessions[0].name, group.name, "the run is named so too")
            values = {metric.name.tag: metric.value for metric in group.metric_values}
            self.assertAlmostEqual(values["best/accuracy"], trial.value, delta=1e-6)
            complete = trial.state.name == "COMPLETE"
            self.assertEqual(group.sessions[0].status, api_pb2.STATUS_SUCCESS if complete else api_pb2.STATUS_UNKNOWN)

    def test_of_a_resumed_sweep_shows_each_trial_once(self):
        sweep = self.sweep("sweep", SIMPLE, ranks=1)
        self.program.run(*self.command("sweep", SIMPLE.replace("trials = 4", "trials = 6"), "--resume"), ranks=1, timeout=120).check()
        _, groups = hparams_tab(sweep / "tensorboard")
        self.assertEqual(sorted(int(group.name.split()[0]) for group in groups), list(range(6)))

    def test_has_no_folder_where_it_is_not_wanted(self):
        sweep = self.sweep("sweep", ASHA, "--tensorboard", "off", ranks=1)
        self.assertFalse((sweep / "tensorboard").exists())


if __name__ == "__main__":
    main()
