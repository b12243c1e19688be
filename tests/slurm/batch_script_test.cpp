#include "slurm/batch_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

// What the script does is tested on a cluster, by slurm_test.py; here is what it says.

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::error_of;

BatchJob small_job() {
  BatchJob job;
  job.name = "agsweep-one";
  job.folder = "/data/one";
  job.started = "/home/me";
  job.options = {{"nodes", "2"}, {"ntasks-per-node", "4"}};
  job.signal_lead = 120;
  job.most_requeues = 7;
  job.command = {"/opt/agsweep", "sweep", "--spec", "one.toml", "--data", "data.h5"};
  job.submitted_as = {"agsweep", "submit", "--nodes", "2", "--", "sweep"};
  return job;
}

TEST(BatchScript, AsksForARequeueThatKeepsTheOutput) {
  const std::string script = batch_script(small_job());
  EXPECT_TRUE(script.starts_with("#!/bin/bash\n#SBATCH --job-name=agsweep-one\n"));
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --output=/data/one/slurm/job-%j.out\n"));
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --open-mode=append\n#SBATCH --requeue\n#SBATCH --signal=B:USR2@120\n"));
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --nodes=2\n#SBATCH --ntasks-per-node=4\n"));
  EXPECT_THAT(script, HasSubstr("\nmost_requeues=7\n"));
  EXPECT_THAT(script, HasSubstr("\nrm -f \"$folder/stopped\"\n"));
  EXPECT_THAT(script, HasSubstr("\nif [ -s \"$folder/stopped\" ]; then\n"));
}

TEST(BatchScript, StartsTheCommandInItsFolderSoThatItGoesOn) {
  const std::string script = batch_script(small_job());
  EXPECT_THAT(script, HasSubstr("\nout=/data/one\nfolder=$out\n"));
  EXPECT_THAT(script, HasSubstr("\ncd -- /home/me ||"));
  EXPECT_THAT(script, HasSubstr("\n  srun --mpi=pmix --kill-on-bad-exit=1 \\\n    /opt/agsweep sweep \\\n    --spec one.toml \\\n"
                                "    --data data.h5 \\\n    --out \"$folder\" --resume &\n"));
}

TEST(BatchScript, TellsTheProgramWhatAPersonTyped) {
  BatchJob job = small_job();
  job.submitted_as = {"agsweep", "submit", "--", "sweep", "--out", "my sweep"};
  EXPECT_THAT(batch_script(job), HasSubstr(R"(
export AGSWEEP_SUBMITTED_AS='agsweep submit -- sweep --out '\''my sweep'\'''  #)"));
}

TEST(BatchScript, AnArraysTasksHaveAPartEach) {
  BatchJob job = small_job();
  job.array = 3;
  const std::string script = batch_script(job);
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --array=0-2\n"));
  EXPECT_THAT(script, HasSubstr("/slurm/job-%A_%a.out\n"));
  EXPECT_THAT(script, HasSubstr("\nfolder=$out/part-$SLURM_ARRAY_TASK_ID\n"));
  EXPECT_THAT(script, HasSubstr("--part \"$SLURM_ARRAY_TASK_ID/3\""));
}

TEST(BatchScript, SetUpComesBeforeTheLaunch) {
  BatchJob job = small_job();
  job.setup = {"module load openmpi/4.1", "export A='b c'"};
  job.launcher = Launcher::mpirun;
  const std::string script = batch_script(job);
  EXPECT_THAT(script, HasSubstr("\n  mpirun --bind-to none \\\n"));
  EXPECT_THAT(script, HasSubstr("\nmodule load openmpi/4.1\nexport A='b c'\n[ -z "));
}

TEST(BatchScript, TellsSrunOfTheCpusOfATask) {
  BatchJob job = small_job();
  EXPECT_THAT(batch_script(job), Not(HasSubstr("cpus-per-task")));
  job.cpus_per_task = 6;
  EXPECT_THAT(batch_script(job), HasSubstr("\n#SBATCH --cpus-per-task=6\n"));
  EXPECT_THAT(batch_script(job), HasSubstr("|| export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n"));
}

TEST(BatchScript, QuotesPathsForSbatchAndForTheShell) {
  BatchJob job = small_job();
  job.folder = "/data/it's \"50 %\" é";
  job.options = {{"comment", "a # b"}, {"exclusive", ""}};
  const std::string script = batch_script(job);
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --output=\"/data/it's \\\"50 %%\\\" é/slurm/job-%j.out\"\n"));
  EXPECT_THAT(script, HasSubstr("\nout='/data/it'\\''s \"50 %\" é'\n"));
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --comment=\"a # b\"\n#SBATCH --exclusive\n"));
}

TEST(BatchScript, HasItsOptionsForACommandLineToo) {
  BatchJob job = small_job();
  job.options = {{"comment", "a # b"}, {"exclusive", ""}};
  EXPECT_THAT(sbatch_words(job), testing::ElementsAre("--job-name=agsweep-one", "--output=/data/one/slurm/job-%j.out", "--open-mode=append",
                                                      "--signal=B:USR2@120", "--comment=a # b", "--requeue"));
}

TEST(BatchScript, RefusesWhatSbatchCannotBeTold) {
  BatchJob job = small_job();
  job.folder = "/data/a\\b";
  EXPECT_THAT(error_of<RunTimeError>([&] { batch_script(job); }), HasSubstr("backslash"));
  job.folder = "/data/a\nb";
  EXPECT_THAT(error_of<RunTimeError>([&] { batch_script(job); }), HasSubstr("control character"));
  job = small_job();
  job.options = {{"comment", "a\nrm -r /"}};
  EXPECT_THAT(error_of<RunTimeError>([&] { batch_script(job); }), HasSubstr("control character"));
  job = small_job();
  job.submitted_as.emplace_back("a\nrm -r /");  // would end the comment
  EXPECT_THAT(error_of<RunTimeError>([&] { batch_script(job); }), HasSubstr("control character"));
}

TEST(JobName, HasNoCharacterThatALogWouldChange) { EXPECT_EQ(job_name("agsweep-it's é; 1.5"), "agsweep-it_s_____1.5"); }

}  // namespace
}  // namespace agsweep
