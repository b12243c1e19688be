#include "orchestrator/slurm/submit_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "orchestrator/options/command_line.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::error_of;

SubmitArgs args_of(const AskedOptions& asked) {
  SubmitArgs args;
  fill(submit_options(), asked, args);
  return args;
}

SubmitArgs parsed(const std::vector<std::string>& arguments) {
  return args_of(parse_command_line(options_of(submit_options()), arguments).asked);
}

std::string error_in(const char* table) {
  return error_of<UsageError>([&] { slurm_table("s.toml", fmt::format("[slurm]\n{}\n", table)); });
}

TEST(SubmitOptions, SomeMayBeGivenAgainAndAdd) {
  const SubmitArgs args = parsed({"--setup", "module load a", "--nodes", "3", "--setup=export B='c d'", "--sbatch-option", "exclusive"});
  EXPECT_EQ(args.nodes, 3);
  EXPECT_THAT(args.setup, ElementsAre("module load a", "export B='c d'"));
  EXPECT_THAT(args.sbatch_option, ElementsAre("exclusive"));
  EXPECT_THAT(error_of<UsageError>([] { parsed({"--nodes", "3", "--nodes", "4"}); }), HasSubstr("given twice"));
}

TEST(SlurmTable, HasTheSameOptionsWithUnderscores) {
  const SubmitArgs args = args_of(slurm_table("s.toml",
                                              "trials = 3\n[slurm]\nnodes = 2\nntasks_per_node = 4\ntime = 90\npartition = \"gpu\"\n"
                                              "launcher = \"mpirun\"\nsetup = [\"a\", \"b\"]\nsbatch_option = [\"constraint=h100\"]\n"));
  EXPECT_EQ(args.nodes, 2);
  EXPECT_EQ(args.ntasks_per_node, 4);
  EXPECT_EQ(args.time, "90");
  EXPECT_EQ(args.partition, "gpu");
  EXPECT_EQ(args.launcher, Launcher::mpirun);
  EXPECT_THAT(args.setup, ElementsAre("a", "b"));
  EXPECT_THAT(args.sbatch_option, ElementsAre("constraint=h100"));
}

TEST(SlurmTable, IsEmptyInASpecWithoutIt) { EXPECT_TRUE(slurm_table("s.toml", "trials = 3\n").empty()); }

TEST(SlurmTable, NamesFileLineAndKeyOfWhatIsWrong) {
  EXPECT_THAT(error_in("node = 2"), StartsWith("s.toml:2:1: node: unknown key; did you mean nodes?"));
  EXPECT_THAT(error_in("nodes = 0"), StartsWith("s.toml:2:1: nodes: 0 is out of range [1, 65536]"));
  EXPECT_THAT(error_in("nodes = \"two\""), StartsWith("s.toml:2:1: nodes: two is of the wrong type"));
  EXPECT_THAT(error_in("dry_run = true"), HasSubstr("unknown key"));
  EXPECT_THAT(error_in("setup = 3"), HasSubstr("not a list in brackets"));
}

TEST(SbatchOption, IsAKeyAndAValueOrAFlag) {
  EXPECT_EQ(sbatch_option("constraint=h100=x"), std::pair(std::string("constraint"), std::string("h100=x")));
  EXPECT_EQ(sbatch_option("exclusive"), std::pair(std::string("exclusive"), std::string()));
}

TEST(SbatchOption, ThatAgsweepSetsItselfIsRefused) {
  EXPECT_THAT(error_of<UsageError>([] { sbatch_option("nodes=3"); }), HasSubstr("give it by --nodes"));
  EXPECT_THAT(error_of<UsageError>([] { sbatch_option("open-mode=truncate"); }), HasSubstr("agsweep sets it itself"));
  EXPECT_THAT(error_of<UsageError>([] { sbatch_option("--constraint=h100"); }), HasSubstr("write KEY=VALUE"));
}

}  // namespace
}  // namespace agsweep
