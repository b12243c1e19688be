#include "sweeps/aggregate/sweep_results.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "sweeps/journal/journal_record.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/aggregate/sweep_writer.hpp"

namespace agsweep {
namespace {

using testing_support::append_text;
using testing_support::error_of;
using testing_support::grid_spec;
using testing_support::SweepWriter;
using testing_support::TemporaryFolder;
using testing_support::write_text;

constexpr const char* asha = "[scheduler]\nkind = \"asha\"\n";

std::string error_in(const std::filesystem::path& folder) {
  return error_of<DataError>([&] { read_sweep(folder); });
}

TEST(SweepResults, HaveWhatTheJournalSaysOfEachTrial) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.125, 0.25, 0.375, 0.5, 0.625}, "", asha),
                     {.epochs = 3, .data_sha256 = "abc", .train_limit = 64});
  writer.run({0.5});
  writer.run({0.6});
  writer.run({0.7, 0.9, 0.8});
  const std::int64_t failed = writer.begin();
  writer.fail(failed, "the loss is not finite");
  writer.begin();
  const SweepResults sweep = read_sweep(writer.save());

  EXPECT_EQ(sweep.spec.model, "scratch");
  EXPECT_EQ(sweep.epochs, 3);
  EXPECT_EQ(sweep.data_sha256, "abc");
  EXPECT_EQ(sweep.train_limit, 64);
  EXPECT_TRUE(sweep.maximise());
  EXPECT_FALSE(sweep.closed);
  ASSERT_EQ(sweep.trials.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const SweepTrial& read = sweep.trials[i].trial;
    const SweepTrial& known = writer.state().trials()[i];
    EXPECT_EQ(read.phase, known.phase) << i;
    EXPECT_EQ(read.values, known.values) << i;
    EXPECT_EQ(read.best_epoch, known.best_epoch) << i;
    EXPECT_EQ(read.configuration, known.configuration) << i;
    EXPECT_EQ(read.seed, 42) << i;
    EXPECT_EQ(sweep.trials[i].parameters.at("lr"), ParameterValue(0.125 * static_cast<double>(i + 1))) << i;
  }
  EXPECT_EQ(sweep.trials[0].trial.phase, TrialPhase::paused);
  EXPECT_EQ(sweep.trials[2].trial.phase, TrialPhase::complete);
  EXPECT_EQ(sweep.trials[2].trial.best_epoch, 2);
  EXPECT_EQ(sweep.trials[3].trial.error, "the loss is not finite");
}

TEST(SweepResults, AreThoseOfAnEndedSweepWhenNoTrialRunsOrIsPaused) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2}, "", asha), {});
  writer.run({0.5});
  writer.run({0.4});
  EXPECT_FALSE(read_sweep(writer.save()).closed);
  writer.close();
  const SweepResults sweep = read_sweep(writer.save());
  EXPECT_TRUE(sweep.closed);
  EXPECT_EQ(sweep.trials[1].trial.phase, TrialPhase::pruned);
}

TEST(SweepResults, TakeTheEarliestLowestLossAsTheBest) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1}, "metric = \"val.loss\""), {});
  writer.run({0.5, 0.25, 0.25});
  const SweepResults sweep = read_sweep(writer.save());
  EXPECT_FALSE(sweep.maximise());
  EXPECT_EQ(sweep.trials[0].trial.best_epoch, 2);
}

TEST(SweepResults, AddWhatResultsSayAndNameADamagedOne) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2, 0.3}), {});
  for (int i = 0; i < 3; ++i) writer.result(writer.run({0.1, 0.2, 0.3}), fmt::format("h{}", i), 10);
  const auto result = [&](const char* trial) { return folder / "s" / "trials" / trial / "result.json"; };
  const std::string whole = read_file(result("0001"));
  write_text(result("0001"), whole.substr(0, 20));
  EXPECT_THAT(error_in(writer.save()), ::testing::StartsWith(result("0001").string() + ": not an object of JSON"));
  write_text(result("0001"), whole);
  std::filesystem::remove(result("0002"));

  const SweepResults sweep = read_sweep(writer.save());
  EXPECT_EQ(sweep.trials[0].config_hash, "h0");
  EXPECT_EQ(sweep.trials[0].seconds, 10.5);
  EXPECT_EQ(sweep.trials[0].result.at("status"), "done");
  EXPECT_EQ(sweep.trials[2].config_hash, "");
  EXPECT_TRUE(sweep.trials[2].result.is_null());
  EXPECT_EQ(sweep.trials[2].trial.value(), 0.3);
}

TEST(SweepResults, AreReadWhereverTheLastAppendWasCutOff) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2}), {});
  writer.run({0.1, 0.2, 0.3});
  writer.save();
  const std::size_t before = read_file(folder / "s" / "journal.log").size();
  writer.begin();
  writer.save();
  const std::string journal = read_file(folder / "s" / "journal.log");
  for (std::size_t bytes = before; bytes <= journal.size(); bytes += 5) {
    write_text(folder / "s" / "journal.log", journal.substr(0, bytes));
    const SweepResults sweep = read_sweep(folder / "s");
    ASSERT_GE(sweep.trials.size(), 1U) << bytes;
    ASSERT_LE(sweep.trials.size(), 2U) << bytes;
    EXPECT_EQ(sweep.trials[0].trial.value(), 0.3) << bytes;
  }
  EXPECT_EQ(read_sweep(folder / "s").trials.size(), 2U);
}

TEST(SweepResults, OfASweepThatHasOnlyItsFirstLineAreEmpty) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1}), {});
  writer.save();
  const std::string journal = read_file(folder / "s" / "journal.log");
  write_text(folder / "s" / "journal.log", journal.substr(0, journal.find('\n') + 1));
  EXPECT_TRUE(read_sweep(folder / "s").trials.empty());
}

TEST(SweepResults, AreNoneWhereAFileIsMissingOrDamagedWhichIsNamed) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1}), {});
  writer.run({0.1});
  writer.save();
  const std::string journal = read_file(folder / "s" / "journal.log");
  const auto without = [&](std::string_view word) {
    std::string rest;
    for (std::size_t begin = 0; begin < journal.size();) {
      const std::size_t end = journal.find('\n', begin) + 1;
      const std::string line = journal.substr(begin, end - begin);
      if (line.find(word) == std::string::npos) rest += line;
      begin = end;
    }
    write_text(folder / "s" / "journal.log", rest);
    return error_in(folder / "s");
  };
  using ::testing::AllOf;
  using ::testing::HasSubstr;
  EXPECT_THAT(without("agsweep:epochs"), AllOf(HasSubstr("journal.log"), HasSubstr("agsweep:epochs is missing")));
  EXPECT_THAT(without("agsweep:data_sha256"), HasSubstr("agsweep:data_sha256 is missing"));
  EXPECT_THAT(without("agsweep:train_limit"), HasSubstr("agsweep:train_limit is missing"));

  write_text(folder / "s" / "journal.log", journal);
  write_text(folder / "s" / "sweep.resolved.toml", "name = \"s\"\n" + grid_spec({0.1, 0.2}));
  EXPECT_THAT(error_in(folder / "s"), AllOf(HasSubstr("journal.log"), HasSubstr("parameters are not those of sweep.resolved.toml")));
  write_text(folder / "s" / "sweep.resolved.toml", "name = \"s\"\n" + grid_spec({0.1}, "metric = \"val.loss\""));
  EXPECT_THAT(error_in(folder / "s"), HasSubstr("direction is not that of val.loss"));
  write_text(folder / "s" / "sweep.resolved.toml", "name = \"s\"\nmodel = \"scratch\"\ntrials = 2\n[space]\n");
  EXPECT_THAT(error_in(folder / "s"), HasSubstr("sweep.resolved.toml:4:2: space: the table is empty"));

  std::filesystem::remove(folder / "s" / "sweep.resolved.toml");
  EXPECT_THAT(error_in(folder / "s"), HasSubstr("sweep.resolved.toml: cannot read"));
  writer.save();
  std::filesystem::remove(folder / "s" / "journal.log");
  EXPECT_THAT(error_in(folder / "s"), HasSubstr("journal.log: cannot read"));
}

/// Part k of a sweep of five configurations in two parts, each trial's value its learning rate.
std::filesystem::path write_part(const std::filesystem::path& folder, int part, const char* data = "d0", const char* more = "") {
  SweepWriter writer(folder / fmt::format("part-{}", part),
                     grid_spec({0.1, 0.2, 0.3, 0.4, 0.5}, fmt::format("part = \"{}/2\"\n{}", part, more)),
                     {.epochs = 1, .data_sha256 = data});
  while (!writer.state().finished()) writer.run({0.1 * static_cast<double>(part + 1)});
  return writer.save();
}

TEST(SweepResults, OfASweepInPartsAreThoseOfOneSweep) {
  const TemporaryFolder folder;
  write_part(folder / "s", 0);
  write_part(folder / "s", 1);
  const SweepResults sweep = read_sweep(folder / "s");
  EXPECT_EQ(sweep.spec.parts, 1);
  EXPECT_TRUE(sweep.closed);
  ASSERT_EQ(sweep.trials.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(sweep.trials[i].number, static_cast<std::int64_t>(i));
    EXPECT_EQ(sweep.trials[i].trial.configuration, static_cast<std::int64_t>(i));
    EXPECT_EQ(sweep.trials[i].folder, trial_folder(folder / "s" / fmt::format("part-{}", i % 2), static_cast<std::int64_t>(i / 2)));
  }
}

TEST(SweepResults, OfPartsThatHaveNotBegunAreMissingAlone) {
  const TemporaryFolder folder;
  write_part(folder / "s", 1);
  const SweepResults sweep = read_sweep(folder / "s");
  ASSERT_EQ(sweep.trials.size(), 2U);
  EXPECT_EQ(sweep.spec.own_trials(), 5);
}

TEST(SweepResults, OfPartsOfWhichOneHasGoneOnWithMoreSeedsAreThoseOfTheLongerSweep) {
  for (const int ahead : {0, 1}) {
    const TemporaryFolder folder;
    for (const int part : {0, 1}) write_part(folder / "s", part, "d0", part == ahead ? "seeds = [42, 43]\n" : "");
    const SweepResults sweep = read_sweep(folder / "s");
    EXPECT_EQ(sweep.spec.seeds.size(), 2U);
    EXPECT_EQ(counts_of(sweep).planned(), 10);
    EXPECT_EQ(counts_of(sweep).ended(), ahead == 0 ? 3 * 2 + 2 : 3 + 2 * 2);
    EXPECT_FALSE(sweep.closed);
  }
}

TEST(SweepResults, OfPartsOfDifferentSweepsAreRefused) {
  const TemporaryFolder folder;
  write_part(folder / "s", 0);
  write_part(folder / "s", 1, "d1");
  EXPECT_THAT(error_in(folder / "s"), ::testing::HasSubstr("another data.h5"));
  SweepWriter third(folder / "s" / "part-1", grid_spec({0.1, 0.2, 0.3, 0.4, 0.5}, "part = \"1/3\"\n"), {.epochs = 1});
  third.run({0.5});
  third.save();
  EXPECT_THAT(error_in(folder / "s"), ::testing::HasSubstr("a part of another sweep"));
}

TEST(SweepResults, HaveEndedWithTheLastConfigurationThatSomebodyAskedFor) {
  for (const bool deterministic : {false, true}) {  // which takes none
    const TemporaryFolder folder;
    SweepWriter writer(folder / "s", grid_spec({0.1}), {.epochs = 1, .deterministic = deterministic});
    writer.run({0.5});
    const std::filesystem::path& path = writer.save();
    EXPECT_TRUE(read_sweep(path).closed);
    append_text(path / "journal.log", waiting_line("optuna", {{"lr", 0.5}}, "") + "\n");
    EXPECT_EQ(read_sweep(path).waiting, deterministic ? 0 : 1);
    EXPECT_EQ(read_sweep(path).closed, deterministic);
  }
}

}  // namespace
}  // namespace agsweep
