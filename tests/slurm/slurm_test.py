"""Sweeps and trainings as batch jobs on a SLURM cluster of the test's own: submitted, interrupted in every way, requeued, finished.

usage: slurm_test.py AGSWEEP TOKENIZER_DIR
AGSWEEP_SLOW=1 in the environment adds the time limit of three minutes, which takes ten.
"""

import csv
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import slurm_cluster  # noqa: E402
from agsweep_program import main, tiny, wait_for_lines  # noqa: E402
from slurm_cluster import until  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

TWELVE = SIMPLE.replace("trials = 4", "trials = 12") + "[slurm]\nnodes = 2\nntasks_per_node = 2\nsetup = [\"export SETUP_WAS_HERE=yes\"]\n"
LONG = TWELVE.replace("trials = 12", "trials = 8").replace("epochs = 2", "epochs = 10")

cluster = None


def setUpModule():
    global cluster
    why_not = slurm_cluster.missing()
    if why_not is not None:
        raise unittest.SkipTest(f"no SLURM cluster can be started here: {why_not}")
    cluster = slurm_cluster.Cluster().__enter__()
    unittest.addModuleCleanup(cluster.__exit__)


class SlurmTest(SweepTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.clear_queue)

    def clear_queue(self):
        cluster.call("scancel", "--quiet", "--user", "root", check=False)
        until(lambda: not cluster.call("squeue", "-h", "-o", "%i").strip(), lambda: "an empty queue\n" + cluster.logs(), 60)

    def submit(self, *options, spec=TWELVE, name="sweep", code=0, env=None, command=None):
        """@returns the job's id, or the Result of a submission that must fail"""
        words = command or self.command(name, spec, "--deterministic", "--threads", 1)
        result = self.program.run("submit", *options, "--", *words, env=cluster.environment | (env or {})).check(code)
        if code != 0:
            return result
        self.assertRegex(result.stdout, r"^\d+\n$")
        return result.stdout.strip()

    def states(self, job):
        return cluster.call("squeue", "-h", "-t", "all", "-j", job, "-o", "%T", check=False).split()

    def wait(self, job, *states, seconds=120):
        until(lambda: self.states(job) and all(state in states for state in self.states(job)),
              lambda: f"job {job}: {self.states(job)} instead of {states}\n{self.output(job)}\n{cluster.logs()}", seconds)

    def output(self, job, sweep="sweep"):
        return "".join(path.read_text(errors="replace") for path in sorted((self.folder / sweep / "slurm").glob(f"job-{job}*.out")))

    def lines(self, sweep="sweep"):
        journal = self.folder / sweep / "journal.log"
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    def wait_for_lines(self, lines, sweep="sweep"):
        until(lambda: self.lines(sweep) >= lines, lambda: f"{lines} lines in the journal, not {self.lines(sweep)}\n{cluster.logs()}", 60)

    def release(self, job):
        """SLURM lets a requeued job wait for two minutes: its last start's credential is revoked to the second, its PMIx sockets go late."""
        self.wait(job, "PENDING")
        time.sleep(2.5)
        until(lambda: not [*cluster.folder.glob(f"spool.*/stepd.slurm.pmix.{job}.*")], f"job {job}: no PMIx socket of its last start")
        cluster.call("scontrol", "update", f"JobId={job}", "StartTime=now")

    def rows(self, sweep):
        """What aggregate says, but for the seconds."""
        result = self.program.run("aggregate", sweep, "--format", "csv").check()
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(result.stdout.splitlines())]


class Finished(SlurmTest):
    def test_a_sweep_over_two_nodes_is_the_one_that_mpirun_makes(self):
        job = self.submit()
        self.wait(job, "COMPLETED")
        self.assertIn("all trials", self.output(job))
        alone = self.sweep("alone", TWELVE, "--deterministic", "--workers", 4)
        self.assertEqual(self.rows(self.folder / "sweep"), self.rows(alone))
        result = json.loads((self.folder / "sweep" / "trials" / "0000" / "result.json").read_text())
        self.assertEqual(result["slurm_job_id"], job)
        status = json.loads(self.program.run("status", self.folder / "sweep", "--json", env=cluster.environment).check().stdout)
        self.assertEqual([(one["job"], one["state"], one["requeues"]) for one in status["slurm"]], [(job, "COMPLETED", 0)])
        self.assertEqual(status["complete"], 12)

    def test_a_training_too(self):
        run = self.folder / "sweep"
        job = self.submit("--ntasks-per-node", 2, command=["train", "--data", self.data, "--out", run, *tiny()])
        self.wait(job, "COMPLETED")
        self.assertEqual(json.loads((run / "result.json").read_text())["ranks"], 2)

    def test_paths_of_any_letters(self):
        folder = self.folder / "it's a \"50 %\" é $HOME"
        folder.mkdir()
        (folder / "-spec é.toml").write_text(SIMPLE)
        shutil.copy(self.data, folder / "da ta'.h5")
        result = self.program.run("submit", "--ntasks-per-node", 2, "--setup", "export A='b c'", "--", "sweep", "--spec=-spec é.toml",
                                  "--data", "da ta'.h5", "--out=-sweep é'", "--threads", 1, cwd=folder, env=cluster.environment).check()
        self.wait(result.stdout.strip(), "COMPLETED")
        self.assertEqual(len(self.results(folder / "-sweep é'")), 4)

    def test_an_array_does_each_configuration_once_even_if_a_task_is_killed(self):
        spec = LONG.replace("nodes = 2\nntasks_per_node = 2", "ntasks_per_node = 1")
        job = self.submit("--array", 3, spec=spec)
        self.wait_for_lines(20, "sweep/part-1")
        cluster.call("scancel", "--signal=KILL", f"{job}_1")
        self.wait(job, "COMPLETED", "FAILED", "CANCELLED")
        self.assertIn(self.states(f"{job}_1")[0], ("FAILED", "CANCELLED"))
        again = self.submit("--array", 3, spec=spec)
        self.wait(again, "COMPLETED")
        sweep = self.folder / "sweep"
        for part in range(3):
            trials = self.results(sweep / f"part-{part}")
            self.assertEqual(len(trials), len(range(part, 8, 3)))
        alone = self.sweep("alone", LONG, "--deterministic")
        self.assertEqual(self.rows(sweep), self.rows(alone))
        status = json.loads(self.program.run("status", sweep, "--json", env=cluster.environment).check().stdout)
        self.assertEqual((status["complete"], status["planned"], status["pending"]), (8, 8, 0))
        self.program.run("report", sweep, "--out", self.folder / "report.html").check()


class Interrupted(SlurmTest):
    """After each interruption the finished sweep is the one that was never interrupted, bit for bit."""

    @classmethod
    def setUpClass(cls):
        spec = cls.data.parent / "long.toml"
        spec.write_text(LONG)
        cls.whole = cls.data.parent / "whole"
        cls.program.run("sweep", "--spec", spec, "--data", cls.data, "--out", cls.whole, "--deterministic", "--workers", 4, "--threads", 1,
                        ranks=2, timeout=120).check()

    def begin(self):
        # A rank that hears nothing more of another one ends the job after --timeout.
        job = self.submit(command=self.command("sweep", LONG, "--deterministic", "--threads", 1, "--timeout", 15))
        self.wait_for_lines(60)
        return job

    def check_whole(self, job):
        self.wait(job, "COMPLETED")
        self.assertEqual(self.outcome(self.folder / "sweep"), self.outcome(self.whole))
        self.assertEqual(len(self.results(self.folder / "sweep")), 8)

    def requeues(self, job):
        return int(cluster.call("squeue", "-h", "-t", "all", "-j", job, "-O", "RestartCnt"))

    def test_by_a_signal_it_puts_itself_back_and_goes_on(self):
        job = self.begin()
        cluster.call("scancel", "--batch", "--signal=USR2", job)
        self.release(job)
        self.assertIn("stopped, every trial with a checkpoint", self.output(job))
        # What made the job, word for word.
        self.assertRegex(self.output(job), rf"go on with:\n{re.escape(str(self.program.path))} submit -- sweep --spec \S+ --data .*--timeout 15\n")
        self.check_whole(job)
        self.assertEqual(self.requeues(job), 1)

    def test_by_a_signal_to_steps_and_script_alike(self):
        job = self.begin()
        cluster.call("scancel", "--full", "--signal=USR2", job)
        self.release(job)
        self.assertIn("stopped, every trial with a checkpoint", self.output(job))
        self.check_whole(job)

    def test_by_scontrol_requeue(self):
        job = self.begin()
        cluster.call("scontrol", "requeue", job)
        self.release(job)
        self.check_whole(job)

    def test_by_a_job_of_higher_priority(self):
        job = self.begin()
        urgent = cluster.call("sbatch", "--parsable", "-p", "urgent", "-N", 2, "--exclusive", "-o", "/dev/null", "--wrap", "sleep 1").strip()
        self.wait(urgent, "COMPLETED")
        self.release(job)
        self.assertIn("stopped, every trial with a checkpoint", self.output(job))
        self.check_whole(job)

    def test_by_scancel_it_stays_cancelled_until_it_is_submitted_again(self):
        job = self.begin()
        self.refused_while(job)
        cluster.call("scancel", job)
        self.wait(job, "CANCELLED")
        self.assertIn("not requeued", self.output(job))
        self.check_whole(self.submit(spec=LONG.replace("[slurm]", "[slurm]\ntime = 60")))  # [slurm] is no part of the sweep

    def refused_while(self, job):
        result = self.submit(spec=LONG, code=1)
        self.assertEqual(result.stdout, "")
        self.assertIn(f"SLURM job {job} is there for it (RUNNING)", result.stderr)

    def go_on(self, job):
        """Whether SLURM has put the job back by itself or ended it. @returns the job that goes on"""
        self.wait(job, "FAILED", "NODE_FAIL", "CANCELLED", "PENDING")
        if self.states(job) != ["PENDING"]:
            return self.submit(spec=LONG)
        self.release(job)
        return job

    def test_by_the_loss_of_a_slurmstepd(self):
        job = self.begin()
        stepds = cluster.stepds("n2")
        self.assertEqual(len(stepds), 1)
        cluster.kill(stepds)
        self.check_whole(self.go_on(job))

    def test_by_the_death_of_a_node(self):
        job = self.begin()
        cluster.kill_node("n2")
        self.wait(job, "FAILED", "NODE_FAIL", "CANCELLED", "PENDING")
        cluster.start_node("n2")
        until(lambda: cluster.call("sinfo", "-h", "-n", "n2", "-o", "%T").split()[0] == "idle", lambda: "n2 idle\n" + cluster.logs(), 60)
        self.check_whole(self.go_on(job))

    @unittest.skipUnless(os.environ.get("AGSWEEP_SLOW"), "takes ten minutes: AGSWEEP_SLOW=1 runs it")
    def test_by_its_time_limit(self):
        begun = time.monotonic()
        self.sweep("pace", LONG.replace("trials = 8", "trials = 40"), "--deterministic", "--workers", 4)
        trials = int(40 * 240 / (time.monotonic() - begun))  # of four minutes
        spec = LONG.replace("trials = 8", f"trials = {trials}")
        job = self.submit("--time", 3, "--signal", 30, spec=spec)
        until(lambda: self.requeues(job) == 1, "a requeue", 200)
        self.assertIn("stopped, every trial with a checkpoint", self.output(job))
        self.release(job)
        until(lambda: self.states(job) == ["COMPLETED"], lambda: f"{self.states(job)}\n{self.output(job)}", 480)  # once more, it waits for two minutes
        whole = self.sweep("whole", spec, "--deterministic", "--workers", 4, timeout=480)
        self.assertEqual(self.outcome(self.folder / "sweep"), self.outcome(whole))
        self.assertEqual(len(self.results(whole)), trials)


class Srun(SlurmTest):
    def run_line(self, line):
        # Else srun hands on the second Ctrl-C alone, and kills the ranks after it.
        environment = self.program.environment(cluster.environment | {"SLURM_DISABLE_STATUS": 1})
        return subprocess.Popen(["bash", "-c", line], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True)

    def test_after_ctrl_c_the_line_that_it_prints_goes_on(self):
        launcher = "srun --mpi=pmix -N 2 --ntasks-per-node=2 --job-name='by hand'"
        job = self.run_line(f"{launcher} {self.program.path} train --data {self.data} --out run {' '.join(tiny('--epochs', 60, '--patience', 0))}")
        wait_for_lines(self.folder / "run" / "steps.csv", 21, job)
        os.killpg(job.pid, signal.SIGINT)
        stopped = self.program.finish(job)
        line = re.search(r"go on with:\n(.+ --resume)\n", stopped.stderr)
        self.assertTrue(line, stopped)
        self.assertTrue(line.group(1).startswith("srun --mpi=pmix -N 2 --ntasks-per-node=2 '--job-name=by hand' "), line.group(1))
        self.assertIn("epoch 60/60", self.program.finish(self.run_line(line.group(1)), 120).check().stderr)


class Stopped(SlurmTest):
    def test_after_two_requeues_without_a_step(self):
        job = self.submit("--setup", "kill -USR2 $$", spec=SIMPLE)  # asked to stop before its ranks start
        self.release(job)
        self.wait(job, "FAILED")
        self.assertIn("requeued twice without a new training step", self.output(job))
        self.assertFalse((self.folder / "sweep" / "journal.log").exists())

    def test_by_a_signal_that_comes_while_the_ranks_start(self):
        """srun does not pass on what it gets before they run."""
        job = self.submit("--setup", "(sleep 0.3; kill -USR2 $$) &", spec=LONG)
        until(lambda: "requeued" in self.output(job), lambda: f"a requeue: {self.output(job)}")
        self.assertIn("asked to stop", self.output(job))

    def test_after_as_many_requeues_as_it_may_have(self):
        job = self.submit("--max-requeues", 0, spec=LONG)
        self.wait_for_lines(30)
        cluster.call("scancel", "--batch", "--signal=USR2", job)
        self.wait(job, "FAILED")
        self.assertIn("requeued 0 times, so not once more; submit it again", self.output(job))


class Refused(SlurmTest):
    def test_a_partition_that_is_not_there(self):
        result = self.submit("--partition", "nowhere", code=1)
        self.assertIn("error: sbatch failed", result.stderr)
        self.assertIn("Invalid partition name", result.stderr)
        self.assertEqual(list((self.folder / "sweep" / "slurm").iterdir()), [])

    def test_where_there_is_no_slurm(self):
        self.assertIn("sbatch: cannot be started: No such file", self.submit(code=1, env={"PATH": "/nonexistent"}).stderr)

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("this user may mount no file system")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        command = self.command("disk/sweep".replace("/", "-"), TWELVE)
        command[command.index("--out") + 1] = disk / "sweep"
        (disk / "sweep" / "slurm").mkdir(parents=True)
        try:
            (disk / "full").write_bytes(b"x" * 100000)
        except OSError:
            pass
        result = self.submit(command=command, code=1)
        self.assertIn("No space left on device", result.stderr)
        self.assertEqual(cluster.call("squeue", "-h").strip(), "")

    def test_ranks_that_cannot_be_shared_out(self):
        result = self.submit("--nodes", 1, "--ntasks-per-node", 3, command=[*self.command("sweep", TWELVE), "--ranks-per-trial", 2], code=2)
        self.assertIn("--ranks-per-trial: 3 ranks", result.stderr)

    def complaint_under_srun(self, *options):
        result = subprocess.run(["srun", "-N", "1", *options, str(self.program.path), "train", "--data", str(self.data), "--out", str(self.folder / "run"),
                                 *tiny()], env=self.program.environment(cluster.environment), capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 2, result.stderr)
        return result.stderr

    def test_srun_without_pmix_names_it(self):
        for plugin in ("none", "pmi2"):
            self.assertIn("srun --mpi=pmix", self.complaint_under_srun(f"--mpi={plugin}", "-n", "2"))

    def test_gpus_that_cannot_be_used_are_told(self):
        self.assertIn("SLURM gave this job 2 GPUs on node n1, but none can be used there", self.complaint_under_srun("-n", "1", "--gpus-per-node=2"))

    def test_what_does_not_train(self):
        for command in ("evaluate", "reproduce"):
            self.assertIn(f"{command}: cannot be submitted; only sweep and train can", self.submit(command=[command, self.folder], code=2).stderr)
        self.assertIn("the command to submit follows --", self.program.run("submit", "--nodes", 2).check(2).stderr)

    def test_an_array_of_a_sweep_that_learns(self):
        spec = TWELVE.replace('sampler = "sobol"', 'sampler = "tpe"')
        self.assertIn("--nodes", self.submit("--array", 3, spec=spec, code=2).stderr)


class Script(SlurmTest):
    def dry_run(self, *options, spec=TWELVE):
        return self.program.run("submit", "--dry-run", *options, "--", *self.command("sw eep's", spec), env=cluster.environment).check().stdout

    def test_is_printed_by_dry_run_and_nothing_is_made(self):
        script = self.dry_run()
        self.assertTrue(script.startswith("#!/bin/bash\n#SBATCH"))
        self.assertIn("\nexport SETUP_WAS_HERE=yes\n", script)
        self.assertFalse((self.folder / "sw eep's").exists())

    @unittest.skipIf(shutil.which("shellcheck") is None, "shellcheck is not installed")
    def test_passes_shellcheck(self):
        for options in ([], ["--array", 3], ["--launcher", "mpirun", "--gpus-per-node", 8, "--image", "im'age.sif"]):
            result = subprocess.run(["shellcheck", "-"], input=self.dry_run(*options), text=True, capture_output=True)
            self.assertEqual(result.stdout, "")

    def test_starts_the_ranks_by_mpirun_where_srun_has_no_pmix(self):
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "srun").write_text("#!/bin/sh\nprintf 'MPI plugin types are...\\n\\tnone\\n\\tpmi2\\n' >&2\n")
        (programs / "srun").chmod(0o755)
        result = self.program.run("submit", "--dry-run", "--", *self.command(), env={"PATH": f"{programs}:{os.environ['PATH']}"}).check()
        self.assertIn("\n  mpirun --bind-to none ", result.stdout)
        self.assertIn("srun has no PMIx here", result.stderr)

    def test_the_command_line_comes_before_the_spec(self):
        self.assertIn("\n#SBATCH --nodes=5\n", self.dry_run("--nodes", 5))

    def test_of_nodes_with_eight_gpus_is_one_that_slurm_takes(self):
        spec = pathlib.Path(__file__).resolve().parents[2] / "examples" / "h100-nodes.toml"
        script = self.program.run("submit", "--dry-run", "--nodes", 1, "--partition", "gpu", "--", "sweep", "--spec", spec, "--data", self.data,
                                  "--out", self.folder / "sweep", "--weights", "gpt2", env=cluster.environment).check().stdout
        for directive in ("nodes=1", "ntasks-per-node=8", "gpus-per-node=8", "cpus-per-task=12", "exclusive", "signal=B:USR2@180"):
            self.assertIn(f"\n#SBATCH --{directive}\n", script)
        result = subprocess.run(["sbatch", "--test-only"], input=script, text=True, capture_output=True, env=os.environ | cluster.environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("gpu1", result.stderr)

    def test_mpirun_starts_the_ranks_where_srun_cannot(self):
        job = self.submit("--launcher", "mpirun", spec=SIMPLE + "[slurm]\nntasks_per_node = 2\n")
        self.wait(job, "COMPLETED")
        self.assertIn("mpirun --bind-to none", (self.folder / "sweep" / "slurm" / f"job-{job}.sh").read_text())

    def test_doctor_shows_each_ranks_node(self):
        told = cluster.call("srun", "--mpi=pmix", "-N", 2, "--ntasks-per-node=2", self.program.path, "doctor", "--tokenizer",
                            self.program.tokenizer)
        for rank, node in enumerate(("n1", "n1", "n2", "n2")):
            self.assertIn(f"rank {rank}: node {node}, local rank {rank % 2}, ", told)

    def test_doctor_shows_eight_ranks_of_a_node_with_eight_gpus(self):
        """The local rank is the number of the rank's device among those that SLURM shows it."""
        on_node = ["srun", "-p", "gpu", "-N", 1, "--ntasks-per-node=8", "--gpus-per-node=8"]
        self.assertEqual(set(cluster.call(*on_node, "printenv", "CUDA_VISIBLE_DEVICES").split()), {"0,1,2,3,4,5,6,7"})
        told = cluster.call(*on_node, "--mpi=pmix", self.program.path, "doctor", "--tokenizer", self.program.tokenizer, timeout=60)
        for rank in range(8):
            self.assertIn(f"rank {rank}: node gpu1, local rank {rank}, ", told)


if __name__ == "__main__":
    main()
