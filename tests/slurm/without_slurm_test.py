"""agsweep submit and its batch script against commands that stand for SLURM's, and answer as a cluster does on a bad day.

usage: without_slurm_test.py AGSWEEP TOKENIZER_DIR
"""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main, tiny  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

RUN_TIME, USAGE, DATA, CHECKPOINTED = 1, 2, 4, 85
PLUGINS = "MPI plugin types are...\n\tpmix\n"
# Each call leaves its arguments and what it saw of SLURM's variables in NAME.calls, takes its next answer from NAME.1, NAME.2, .. (the last
# one again), and exits with what is in NAME.status.
COMMAND = """#!/bin/bash
name=$(basename "$0") folder=$(dirname "$0")
echo "$* $(env | grep -E '^(SBATCH|SQUEUE|SLURM)_' | sort | tr '\\n' ' ')" >>"$folder/$name.calls"
count=$(wc -l <"$folder/$name.calls")
[ -e "$folder/$name.$count" ] || count=$(cd "$folder"; ls "$name".[0-9]* 2>/dev/null | sort -t. -k2 -n | tail -n 1 | sed 's/.*[.]//')
[ -z "$count" ] || cat "$folder/$name.$count"
[ ! -e "$folder/$name.$count.fails" ] || { cat "$folder/$name.$count.fails" >&2; exit 1; }
exit "$(cat "$folder/$name.status" 2>/dev/null || echo 0)"
"""


class WithoutSlurm(SweepTest):
    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name in ("sbatch", "squeue", "scontrol", "srun", "mpirun", "scancel"):
            (self.bin / name).write_text(COMMAND)
            (self.bin / name).chmod(0o755)
        (self.bin / "sleep").write_text("#!/bin/sh\n")  # what the script waits between two questions
        (self.bin / "sleep").chmod(0o755)
        self.path = {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        self.answers("srun", PLUGINS)

    def answers(self, name, *texts, status=0):
        for number, text in enumerate(texts, 1):
            (self.bin / f"{name}.{number}").write_text(text)
        (self.bin / f"{name}.status").write_text(str(status))

    def fails(self, name, number, text):
        (self.bin / f"{name}.{number}").touch()
        (self.bin / f"{name}.{number}.fails").write_text(text)

    def calls(self, name):
        path = self.bin / f"{name}.calls"
        return path.read_text().splitlines() if path.exists() else []

    def submit(self, *options, code=0, env=None, command=None):
        words = command or self.command("sweep", SIMPLE)
        return self.program.run("submit", *options, "--", *words, env=self.path | (env or {})).check(code)

    def job(self, *options, env=None):
        """Runs the batch script as slurmd would. @returns its exit status and what it says"""
        shutil.rmtree(self.folder / "sweep", ignore_errors=True)
        script = self.folder / "spooled"
        script.write_text(self.submit("--dry-run", *options).stdout)
        (self.folder / "sweep" / "slurm").mkdir(parents=True, exist_ok=True)
        for path in self.bin.glob("*.calls"):
            path.unlink()
        result = subprocess.run(["bash", script], env=self.program.environment(self.path | {"SLURM_JOB_ID": 7} | (env or {})), text=True,
                                capture_output=True, timeout=60)
        return result.returncode, result.stderr


class BatchScript(WithoutSlurm):
    def test_puts_a_running_job_back(self):
        self.answers("squeue", "RUNNING\n")
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.assertEqual(self.job()[0], CHECKPOINTED)
        self.assertEqual([call.split(" SLURM_")[0].strip() for call in self.calls("scontrol")], ["requeue 7"])

    def test_leaves_a_cancelled_job_alone_even_if_squeue_is_silent_at_first(self):
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.answers("squeue", "", "", "COMPLETING\n")
        code, said = self.job(env={"SQUEUE_STATES": "PENDING"})
        self.assertEqual(code, CHECKPOINTED, said)
        self.assertIn("the job is COMPLETING, so not requeued by this script", said)
        self.assertEqual(self.calls("scontrol"), [])
        self.assertEqual(len(self.calls("squeue")), 3)
        self.assertNotIn("SQUEUE_", "".join(self.calls("squeue")))

    def test_does_not_requeue_what_squeue_never_tells(self):
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.answers("squeue", "")
        code, said = self.job()
        self.assertEqual(code, CHECKPOINTED)
        self.assertIn("SLURM does not tell the job's state", said)
        self.assertEqual(self.calls("scontrol"), [])

    def test_asks_a_controller_that_does_not_answer_again(self):
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.answers("squeue", "RUNNING\n")
        self.fails("scontrol", 1, "slurm_load_jobs error: Socket timed out on send/recv operation\n")
        self.fails("scontrol", 2, "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n")
        self.answers("scontrol", "", "", "")
        code, said = self.job()
        self.assertEqual((code, len(self.calls("scontrol"))), (CHECKPOINTED, 3), said)
        self.assertRegex(said, r"requeued\n$")

    def test_looks_again_before_it_asks_again(self):
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.answers("squeue", "RUNNING\n", "COMPLETING\n")
        self.answers("scontrol", "")
        self.fails("scontrol", 1, "slurm_load_jobs error: Socket timed out on send/recv operation\n")
        code, said = self.job()
        self.assertEqual((code, len(self.calls("scontrol"))), (CHECKPOINTED, 1), said)

    def test_takes_a_refusal_for_one(self):
        self.answers("srun", PLUGINS, status=CHECKPOINTED)
        self.answers("squeue", "RUNNING\n")
        self.fails("scontrol", 1, "Requested operation is presently disabled for job 7\n")
        code, said = self.job()
        self.assertEqual((code, len(self.calls("scontrol"))), (CHECKPOINTED, 1), said)
        self.assertIn("not requeued by this script", said)

    def test_goes_back_when_mpirun_loses_nodes_that_slurm_takes_and_only_then(self):
        self.answers("mpirun", "", status=205)
        self.answers("squeue", "N/A\n")
        self.assertEqual(self.job("--launcher", "mpirun")[0], 205)
        self.answers("squeue", "2026-01-01T00:00:00\n", "RUNNING\n")
        code, said = self.job("--launcher", "mpirun")
        self.assertEqual((code, len(self.calls("scontrol"))), (CHECKPOINTED, 1), said)

    def test_leaves_a_record_of_a_job_that_was_submitted_by_hand(self):
        self.answers("srun", PLUGINS, status=0)
        self.assertEqual(self.job()[0], 0)
        self.assertEqual((self.folder / "sweep/slurm/job-7.sh").read_text(), (self.folder / "spooled").read_text())

    def test_goes_on_by_the_command_that_made_it_without_its_dry_run(self):
        script = self.submit("--dry-run", "--nodes", 2).stdout
        self.assertNotIn("--dry-run", script)
        self.assertIn("submit --nodes 2 -- sweep ", script)

    def test_gives_the_ranks_its_environment_and_nothing_of_another_jobs_array(self):
        self.answers("srun", PLUGINS, status=0)
        self.job(env={"SLURM_EXPORT_ENV": "NONE", "SLURM_ARRAY_JOB_ID": 3, "SLURM_ARRAY_TASK_ID": 1, "SLURM_CPUS_PER_TASK": 4})
        self.assertNotRegex(self.calls("srun")[0], "SLURM_(EXPORT|ARRAY)")


class Submit(WithoutSlurm):
    def test_goes_before_what_the_environment_says_of_the_same(self):
        self.answers("sbatch", "12\n")
        inherited = {"SBATCH_TIMELIMIT": 5, "SBATCH_ARRAY_INX": "0-3", "SLURM_ARRAY_JOB_ID": 3, "SLURM_RESTART_COUNT": 5, "SBATCH_QOS": "mine",
                     "SBATCH_WAIT": 1, "SLURM_CPUS_PER_TASK": 8}
        self.assertEqual(self.submit("--time", "10:00:00", "--account", "new", env=inherited).stdout, "12\n")
        call = self.calls("sbatch")[0]
        for option in ("--time=10:00:00", "--account=new", "--requeue", "--open-mode=append", "SBATCH_QOS=mine"):
            self.assertIn(option, call)
        self.assertNotRegex(call, "SBATCH_(ARRAY_INX|WAIT)|SLURM_(ARRAY|RESTART|CPUS)")
        self.assertTrue((self.folder / "sweep/slurm/job-12.sh").exists())

    def test_a_time_limit_that_leaves_no_time_to_train_is_refused(self):
        told = self.submit("--time", "00:02:00", code=USAGE).stderr
        self.assertIn("--time: 00:02:00 is not longer than the 120 s before its end at which the job is asked to stop (--signal)", told)
        self.assertEqual(self.calls("sbatch"), [])
        self.answers("sbatch", "12\n")
        self.submit("--time", "2", "--signal", "60")

    def test_sees_jobs_that_a_persons_own_filter_would_hide(self):
        self.answers("sbatch", "12\n")
        self.submit()
        cells = zip(("12", "RUNNING", "None", "59:59", "0"), (64, 24, 128, 24, 12))
        self.answers("squeue", "".join(text.ljust(width) for text, width in cells) + "\n")
        refusal = self.submit(code=RUN_TIME, env={"SQUEUE_PARTITION": "urgent"}).stderr
        self.assertIn("SLURM job 12 is there for it (RUNNING)", refusal)
        self.assertNotIn("SQUEUE_", "".join(self.calls("squeue")))

    def test_tells_how_to_find_a_job_whose_submission_got_no_answer(self):
        self.fails("sbatch", 1, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n")
        self.assertIn("may be in the queue all the same: squeue --me --name agsweep-sweep", self.submit(code=RUN_TIME).stderr)
        self.assertEqual(list((self.folder / "sweep/slurm").iterdir()), [])

    def test_refuses_what_the_job_would_refuse_when_it_starts(self):
        run = self.folder / "run"
        sweep = self.command("sweep", SIMPLE)
        train = ["train", "--data", self.data, "--out", run]
        for command, says in ((["train", "--out", run], "--data is required"),
                              ([*train, "--config", self.folder / "nowhere.toml"], "nowhere.toml"),
                              ([*train, "--model", "gpt2-lora"], "--weights"),
                              ([*train, *tiny("--heads", 3)], "--heads: 3 does not divide"),
                              ([*sweep, "--heads", 3], "--heads: 3 does not divide")):
            with self.subTest(says):
                result = self.program.run("submit", "--", *command, env=self.path)
                self.assertIn(result.code, (USAGE, DATA), result)
                self.assertEqual(self.calls("sbatch"), [])
                self.assertIn(says, result.stderr)

    def test_only_warns_of_a_file_that_the_job_may_make(self):
        self.answers("sbatch", "12\n")
        command = ["train", "--data", self.folder / "later.h5", "--out", self.folder / "run", *tiny()]
        self.assertIn("later.h5 is not there now", self.submit("--setup", "make later.h5", command=command).stderr)

    def test_refuses_what_would_give_no_jobs_number(self):
        self.assertIn("would not answer with the job's id", self.submit("--sbatch-option", "wait", code=USAGE).stderr)


class WaitingJob(WithoutSlurm):
    def test_is_named_by_status_and_by_stop(self):
        sweep = self.sweep("sweep", SIMPLE)
        (sweep / "slurm").mkdir()
        (sweep / "slurm/job-12.sh").touch()
        cells = zip(("12", "PENDING", "BeginTime", "1:00:00", "1"), (64, 24, 128, 24, 12))
        self.answers("squeue", "".join(text.ljust(width) for text, width in cells) + "\n")
        journal = sweep / "journal.log"
        journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-3]))  # there is something left to do
        self.assertIn("\nlock     nobody works on it; SLURM job 12 goes on\n", self.program.run("status", sweep, env=self.path).check().stdout)
        self.assertIn("SLURM job 12 (PENDING) will; end it by scancel 12", self.program.run("stop", sweep, env=self.path).check(RUN_TIME).stderr)


if __name__ == "__main__":
    main()
