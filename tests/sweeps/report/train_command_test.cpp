#include "sweeps/report/train_command.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_sweep;
using testing_support::made_up_trial;

ReportedSweep one_trial() {
  SweepResults sweep = made_up_sweep({made_up_trial(7, TrialPhase::complete, {.5}, 43)}, 9);
  sweep.spec.model = "gpt2-lora";
  return reported_sweep(std::move(sweep), "sweep1");
}

TEST(TrainCommand, HasFixedOptionsTheConfigurationAndItsSeed) {
  ReportedSweep sweep = one_trial();
  sweep.results.spec.fixed = {{.key = "batch_size", .value = std::int64_t{64}, .origin = ""},
                              {.key = "rslora", .value = true, .origin = ""}};
  sweep.results.trials[0].parameters["x"] = 1.2345678901234567e-3;
  EXPECT_EQ(train_command(sweep, sweep.results.trials[0]),
            "agsweep train --model gpt2-lora --data data.h5 --out RUN --batch-size 64 --rslora on --epochs 9 --x 0.0012345678901234567 "
            "--metric val.f1_macro --seed 43");
}

TEST(TrainCommand, FixedEpochsStandOnce) {
  ReportedSweep sweep = one_trial();
  sweep.results.spec.fixed = {{.key = "epochs", .value = std::int64_t{9}, .origin = ""}};
  const std::string command = train_command(sweep, sweep.results.trials[0]);
  EXPECT_EQ(command.find("--epochs"), command.rfind("--epochs"));
}

TEST(TrainCommand, HasWhatTheBitsDependOnAsTheTrialHadIt) {
  ReportedSweep sweep = one_trial();
  sweep.results.trials[0].result = {{"shards", 16}, {"precision", "bf16"}, {"reduction", "tree"}};
  EXPECT_NE(train_command(sweep, sweep.results.trials[0]).find(" --shards 16 --precision bf16 --reduction tree "), std::string::npos);
  sweep.results.spec.fixed = {{.key = "shards", .value = std::int64_t{4}, .origin = ""}};
  EXPECT_EQ(train_command(sweep, sweep.results.trials[0]).find("--shards 16"), std::string::npos);
}

TEST(TrainCommand, QuotesWhatAShellWouldReadOtherwise) {
  ReportedSweep sweep = one_trial();
  sweep.recorded.data = "/my corpora/it's $HOME.h5";
  EXPECT_NE(train_command(sweep, sweep.results.trials[0]).find("--data '/my corpora/it'\\''s $HOME.h5' "), std::string::npos);
}

}  // namespace
}  // namespace agsweep
