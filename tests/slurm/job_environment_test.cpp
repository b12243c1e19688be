#include "slurm/job_environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>  // setenv
#include <map>
#include <string>

namespace agsweep {
namespace {

/// SLURM's variables until the end of the scope.
class Variables {
 public:
  explicit Variables(std::map<std::string, std::string> values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() {
    for (const auto& [name, value] : values_) ::unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

TEST(JobEnvironment, IsEmptyOutsideAJob) {
  const JobEnvironment job = job_environment();
  EXPECT_EQ(job.id, "");
  EXPECT_EQ(job.nodes, 0);
}

TEST(JobEnvironment, OfAJobThatWasRequeued) {
  const Variables set({{"SLURM_JOB_ID", "77"},
                       {"SLURM_RESTART_COUNT", "2"},
                       {"SLURMD_NODENAME", "n1"},
                       {"SLURM_JOB_NUM_NODES", "3"},
                       {"SLURM_NTASKS", "12"},
                       {"SLURM_GPUS_ON_NODE", "4"}});
  const JobEnvironment job = job_environment();
  EXPECT_EQ(job.id, "77");
  EXPECT_EQ(job.requeues, 2);
  EXPECT_EQ(job.node, "n1");
  EXPECT_EQ(job.nodes, 3);
  EXPECT_EQ(job.tasks, 12);
  EXPECT_EQ(job.gpus_on_node, 4);
}

TEST(JobEnvironment, NamesATaskOfAnArrayAsSqueueDoes) {
  const Variables set({{"SLURM_JOB_ID", "81"}, {"SLURM_ARRAY_JOB_ID", "80"}, {"SLURM_ARRAY_TASK_ID", "0"}});
  EXPECT_EQ(job_environment().id, "80_0");
}

}  // namespace
}  // namespace agsweep
