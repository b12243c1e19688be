#include "orchestrator/world/start_command.hpp"

#include <gtest/gtest.h>

#include <fmt/ranges.h>

#include "base/file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using Starter = ProcessOrigin::Starter;
using Words = std::vector<std::string>;

const Words train = {"bin/agsweep", "train", "--out", "a run"};
const std::string unknown = "the command you started with, and --resume";

/// A /proc of a few processes; this one is 9.
class StartCommand : public testing::Test {
 protected:
  void process(int pid, int parent, const Words& words, const std::string& name = "bash", const std::string& environment = "") {
    const std::filesystem::path folder = proc_ / std::to_string(pid);
    std::filesystem::create_directories(folder);
    std::string line;
    for (const std::string& word : words) line += word + '\0';
    write_file_atomically(folder / "cmdline", line);
    write_file_atomically(folder / "stat", fmt::format("{} ({} (1)) S {} 1 1", pid, name, parent));
    write_file_atomically(folder / "comm", name + "\n");
    write_file_atomically(folder / "environ", environment);
  }

  std::string command(Starter starter, const Words& own = train) {
    return resume_command({.proc = proc_.path(), .pid = 9, .starter = starter}, own);
  }

  testing_support::TemporaryFolder proc_;
};

const std::string of_rank = std::string("A=1\0OMPI_COMM_WORLD_RANK=0\0", 27);

TEST_F(StartCommand, IsTheOwnLineOfALoneProgram) {
  process(9, 5, train);
  process(5, 1, {"bash"});
  EXPECT_EQ(command(Starter::person), "bin/agsweep train --out 'a run' --resume");
}

TEST_F(StartCommand, AddsNoSecondResume) {
  EXPECT_EQ(command(Starter::person, {"agsweep", "train", "--resume", "--out", "run"}), "agsweep train --resume --out run");
  EXPECT_EQ(command(Starter::mpirun, {"agsweep", "train", "--resume"}), "the command you started with");
}

TEST_F(StartCommand, HasWhatWasPutBeforeTheProgram) {
  process(9, 5, train);
  process(5, 4, {"timeout", "8h", "bin/agsweep", "train", "--out", "a run"});
  process(4, 1, {"bash"});
  EXPECT_EQ(command(Starter::person), "timeout 8h bin/agsweep train --out 'a run' --resume");
}

TEST_F(StartCommand, HasMpirunWithItsOptions) {
  process(9, 7, train, "agsweep", of_rank);
  process(7, 5, {"mpirun", "-n", "4", "--oversubscribe", "-x", "A=$B", "bin/agsweep", "train", "--out", "a run"}, "mpirun");
  process(5, 1, {"bash"});
  EXPECT_EQ(command(Starter::mpirun), "mpirun -n 4 --oversubscribe -x 'A=$B' bin/agsweep train --out 'a run' --resume");
}

TEST_F(StartCommand, SeesThroughAWrapperThatMpirunWasGiven) {
  process(9, 8, train, "agsweep", of_rank);
  process(8, 7, {"bash", "bind.sh", "bin/agsweep", "train", "--out", "a run"}, "bash", of_rank);
  process(7, 1, {"mpirun", "bind.sh", "bin/agsweep", "train", "--out", "a run"}, "mpirun");
  EXPECT_EQ(command(Starter::mpirun), "mpirun bind.sh bin/agsweep train --out 'a run' --resume");
}

TEST_F(StartCommand, SaysSoWhereAScriptStandsBetween) {
  process(9, 8, train, "agsweep", of_rank);
  process(8, 7, {"timeout", "1h", "bin/agsweep", "train", "--out", "a run"}, "timeout", of_rank);
  process(7, 1, {"mpirun", "train.sh"}, "mpirun");
  EXPECT_EQ(command(Starter::mpirun), unknown);
}

TEST_F(StartCommand, SaysSoOfAJobOfSeveralPrograms) {
  process(9, 7, train, "agsweep", of_rank);
  process(7, 1, {"mpirun", "-n", "1", "bin/agsweep", "train", "--out", "a run", ":", "-n", "1", "bin/agsweep", "train", "--out", "a run"},
          "mpirun");
  EXPECT_EQ(command(Starter::mpirun), unknown);
}

TEST_F(StartCommand, FindsSrunWhichIsNoParentOfItsTasks) {
  process(9, 7, {"/opt/bin/agsweep", "train", "--out", "a run"});
  process(7, 1, {"slurmstepd: [1.0]"}, "slurmstepd");
  process(5, 4, {"srun", "-n", "2", "agsweep", "train", "--out", "a run"}, "srun");
  process(6, 5, {"srun", "-n", "2", "agsweep", "train", "--out", "a run"}, "srun");
  process(4, 1, {"salloc", "-N", "2", "srun", "-n", "2", "agsweep", "train", "--out", "a run"}, "salloc");
  process(3, 1, {"srun", "agsweep", "train", "--out", "another"}, "srun");
  EXPECT_EQ(command(Starter::srun, {"/opt/bin/agsweep", "train", "--out", "a run"}),
            "salloc -N 2 srun -n 2 agsweep train --out 'a run' --resume");
  process(2, 1, {"srun", "-n", "8", "agsweep", "train", "--out", "a run"}, "srun");
  EXPECT_EQ(command(Starter::srun), unknown);
}

TEST_F(StartCommand, OfABatchJobIsTheSubmission) {
  process(9, 1, train);
  EXPECT_EQ(resume_command({.proc = proc_.path(), .pid = 9, .in_batch_job = true}, train), unknown);
  EXPECT_EQ(resume_command({.proc = proc_.path(), .pid = 9, .in_batch_job = true, .submitted_as = "agsweep submit -- train"}, train),
            "agsweep submit -- train");
}

}  // namespace
}  // namespace agsweep
