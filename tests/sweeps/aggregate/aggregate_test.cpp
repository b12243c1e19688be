#include "sweeps/aggregate/aggregate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/aggregate/aggregate_format.hpp"
#include "sweeps/aggregate/trial_cells.hpp"  // significant
#include "sweeps/aggregate/trial_tables.hpp"
#include "sweeps/aggregate/value_error.hpp"
#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::made_up_sweep;
using testing_support::made_up_trial;
using enum TrialPhase;

SweepResults named(const char* folder, SweepResults sweep) {
  sweep.folder = folder;
  return sweep;
}

std::string header(const std::vector<SweepResults>& sweeps) {
  const std::string csv = formatted(aggregate(sweeps), {.format = AggregateFormat::csv});
  return csv.substr(0, csv.find('\n'));
}

std::vector<std::string> captions(const Aggregate& all) {
  std::vector<std::string> captions;
  for (const Section& section : sections_of(all)) captions.push_back(section.caption);
  return captions;
}

TEST(Aggregate, HasTheColumnsOfResultsAndWhatSeveralSweepsNeed) {
  const SweepResults one = made_up_sweep({made_up_trial(0, complete, {0.5})});
  EXPECT_EQ(header({one}), "trial,state,value,x,seed,epochs,best_epoch,seconds,config_hash,error,rank,mean,low_95,high_95,rows_95");
  EXPECT_EQ(header({named("a", one), named("b", one)}),
            "sweep,trial,state,value,x,seed,epochs,best_epoch,seconds,config_hash,error,rank,mean,low_95,high_95,rows_95");
  SweepResults longer = one;
  longer.epochs = 50;
  EXPECT_EQ(header({named("a", one), named("b", longer)}),
            "sweep,trial,state,value,x,seed,epochs,best_epoch,seconds,config_hash,error,ranking,rank,mean,low_95,high_95,rows_95");
}

TEST(Aggregate, GivesARowToEachTrialInTheOrderOfItsRank) {
  SweepResults sweep = made_up_sweep({made_up_trial(3, failed, {0.9}), made_up_trial(4, complete, {0.5, 0.4}, 1, "h4"),
                                      made_up_trial(5, running, {}), made_up_trial(6, complete, {0.7, 0.8}, 1)});
  sweep.trials[0].trial.error = "not finite, at step 7";
  sweep.trials[1].result = nlohmann::json::object();
  sweep.trials[1].seconds = 12.5;
  EXPECT_EQ(formatted(aggregate({sweep}), {.format = AggregateFormat::csv}),
            "trial,state,value,x,seed,epochs,best_epoch,seconds,config_hash,error,rank,mean,low_95,high_95,rows_95\n"
            "3,complete,0.8,6,1,2,2,,,,1,0.8,,,\n"
            "1,complete,0.5,4,1,2,1,12.5,h4,,2,0.5,,,\n"
            "2,running,,5,42,0,,,,,,,,,\n"
            "0,failed,,3,42,1,,,,\"not finite, at step 7\",,,,,\n");
}

TEST(Aggregate, FillsAParameterThatASweepDoesNotTryFromItsFixedOptions) {
  SweepResults tries = named("a", made_up_sweep({made_up_trial(3, complete, {0.5})}));
  SweepResults fixes = named("b", made_up_sweep({made_up_trial(4, complete, {0.6})}));
  fixes.spec.space[0].key = "y";
  fixes.trials[0].parameters = {{"y", std::int64_t{4}}};
  fixes.spec.fixed = {{.key = "x", .value = std::int64_t{8}, .origin = ""}};
  const DataTable rows = trial_rows(aggregate({tries, fixes}));
  EXPECT_EQ(rows.columns[4].name, "x");
  EXPECT_EQ(rows.columns[5].name, "y");
  EXPECT_EQ(rows.rows[0][4], Cell(std::int64_t{8}));
  EXPECT_EQ(rows.rows[0][5], Cell(std::int64_t{4}));
  EXPECT_EQ(rows.rows[1][5], std::nullopt);
}

TEST(Aggregate, SaysWhyThereAreSeveralRankings) {
  SweepResults other = named("b", made_up_sweep({made_up_trial(0, complete, {0.5})}));
  other.train_limit = 2000;
  other.data_sha256 = "another corpus";
  const Aggregate all = aggregate({named("a", made_up_sweep({made_up_trial(0, complete, {0.5})})), other});
  ASSERT_EQ(all.rankings.size(), 2U);
  EXPECT_THAT(all.remarks, Contains("2 rankings: the sweeps differ in train-limit, corpus, so their values cannot be compared"));
  EXPECT_THAT(captions(all), ElementsAre("Trials by best val.f1_macro of 9 epochs on all rows of corpus d0",
                                         "Trials by best val.f1_macro of 9 epochs on 2000 rows of corpus another corp"));
}

TEST(Aggregate, ReportsDuplicatesWithTheValuesThatDiffer) {
  const Aggregate all = aggregate({named("a", made_up_sweep({made_up_trial(0, complete, {0.5, 0.25}, 7, "h")})),
                                   named("b", made_up_sweep({made_up_trial(0, complete, {0.5, 0.125}, 7, "h")})),
                                   named("c", made_up_sweep({made_up_trial(0, complete, {0.5, 0.25}, 7, "h")}))});
  EXPECT_THAT(all.remarks, Contains("b trial 0 repeats a trial 0 (same config_hash, seed 7) and does not count; their values differ from "
                                    "epoch 2 on: 0.125 and 0.25"));
  EXPECT_THAT(all.remarks, Contains("c trial 0 repeats a trial 0 (same config_hash, seed 7) and does not count"));
  const nlohmann::ordered_json json = aggregate_json(all);
  EXPECT_EQ(json["duplicates"][0],
            nlohmann::ordered_json::parse(
                R"({"copy": {"sweep": "b", "trial": 0}, "counts": {"sweep": "a", "trial": 0}, "differs_at_epoch": 2})"));
  EXPECT_TRUE(json["duplicates"][1]["differs_at_epoch"].is_null());
  EXPECT_EQ(json["rankings"][0]["configurations"].size(), 1U);
  EXPECT_EQ(json["rankings"][0]["trials"].size(), 3U);
}

TEST(Aggregate, ShowsMeansOnlyWhereAConfigurationHasSeveralSeeds) {
  const auto sections = [](std::vector<TrialResults> trials) { return captions(aggregate({made_up_sweep(std::move(trials))})).size(); };
  EXPECT_EQ(sections({made_up_trial(0, complete, {0.5}, 1), made_up_trial(1, complete, {0.5}, 1)}), 1U);
  EXPECT_EQ(sections({made_up_trial(0, complete, {0.5}, 1), made_up_trial(0, complete, {0.5}, 2)}), 2U);
}

TEST(Aggregate, NamesTheSweepOfAConfigurationWhereThereAreSeveral) {
  const SweepResults one = made_up_sweep({made_up_trial(0, complete, {0.5}, 1), made_up_trial(0, complete, {0.5}, 2)});
  const auto columns = [](const std::vector<SweepResults>& sweeps) { return sections_of(aggregate(sweeps)).at(1).paper_columns; };
  EXPECT_THAT(columns({one}), ElementsAre("rank", "x", "seeds", "mean", "seeds_95", "rows_95"));
  EXPECT_THAT(columns({named("a", one), named("b", one)}), ElementsAre("rank", "sweep", "x", "seeds", "mean", "seeds_95", "rows_95"));
}

TEST(Aggregate, RemarksWhatTheNumbersLeaveOpen) {
  const Aggregate all = aggregate({named("a", made_up_sweep({made_up_trial(0, complete, {0.5}, 1), made_up_trial(0, complete, {0.5}, 2),
                                                             made_up_trial(1, complete, {0.5}, 1), made_up_trial(1, running, {0.5}, 2)}))});
  EXPECT_THAT(all.remarks, ElementsAre("a: 1 trial has not ended; the ranking may still change",
                                       "a: 3 complete trials have no readable result.json, so seconds and config_hash are not known",
                                       "a: complete configurations have 1 to 2 seeds each, so the best may be best by fewer of them",
                                       "a: importance left out: 2 configurations have reached epoch 1, and 20 are needed"));
}

TEST(Aggregate, ShowsAPersonNoErrorColumnUnlessATrialFailed) {
  SweepResults sweep = made_up_sweep({made_up_trial(0, complete, {0.5}, 1, "0123456789abcdef")});
  EXPECT_THAT(formatted(aggregate({sweep}), {.format = AggregateFormat::table}),
              AllOf(HasSubstr("0123456789ab\n"), Not(HasSubstr("error"))));
  sweep.trials[0].trial.phase = failed;
  sweep.trials[0].trial.error = std::string(59, 'e') + "\xC3\xA4 and more";
  EXPECT_THAT(formatted(aggregate({sweep}), {.format = AggregateFormat::table}), HasSubstr(" " + std::string(59, 'e') + "..\n"));
}

/// 20 of 25 rows right, and so many trained parameters.
nlohmann::json sized_result(std::int64_t parameters) {
  return {{"params_trainable", parameters},
          {"peak_memory_bytes", 1000 * parameters},
          {"best", {{"epoch", 1}, {"val", {{"confusion", {{10, 5}, {0, 10}}}}}}}};
}

SweepResults sized_sweep() {
  SweepResults sweep =
      made_up_sweep({made_up_trial(0, complete, {0.7}), made_up_trial(1, complete, {0.8}), made_up_trial(2, complete, {0.75}),
                     made_up_trial(3, complete, {0.9}), made_up_trial(4, pruned, {0.95})});
  const std::vector<std::int64_t> parameters = {100, 50, 50, 4000, 1};
  for (std::size_t i = 0; i < parameters.size(); ++i) sweep.trials[i].result = sized_result(parameters[i]);
  return sweep;
}

TEST(Aggregate, ListsTheConfigurationsThatNoOtherBeatsInBoth) {
  const Aggregate all = aggregate({sized_sweep()});
  EXPECT_EQ(
      formatted(all, {.format = AggregateFormat::csv, .pareto = ParetoCost::parameters, .columns = {"rank", "x", "parameters", "value"}}),
      "rank,x,parameters,value\n2,1,50,0.8\n1,3,4000,0.9\n");
  EXPECT_THAT(formatted(all, {.format = AggregateFormat::table, .pareto = ParetoCost::memory}),
              AllOf(HasSubstr("Unbeaten by memory and best val.f1_macro"), HasSubstr("2 of 4 complete"), HasSubstr("4,000,000  0.9000")));
  EXPECT_EQ(pareto_sections(all, ParetoCost::seconds).front().table.rows.size(), 0U);  // no time is known
  const std::string json = formatted(all, {.format = AggregateFormat::json, .pareto = ParetoCost::parameters});
  EXPECT_EQ(nlohmann::json::parse(json)["rankings"][0]["pareto"]["configurations"].size(), 4U);
}

TEST(Aggregate, PrintsTheColumnsAndRowsThatWereAskedFor) {
  const Aggregate all = aggregate({sized_sweep()});
  const AggregateView view{.format = AggregateFormat::markdown, .columns = {"value", "x"}, .top = 1};
  EXPECT_THAT(formatted(all, view), HasSubstr("| Validation macro F1 | X |\n| --: | --: |\n| 0.9000 | 3 |\n"));
  EXPECT_EQ(formatted(all, {.format = AggregateFormat::csv, .columns = {"trial", "rank"}, .top = 2}), "trial,rank\n3,1\n1,2\n");
  try {
    formatted(all, {.columns = {"vlaue"}});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no table has vlaue, did you mean value?"));
  }
  EXPECT_THROW(formatted(all, {.format = AggregateFormat::json, .top = 1}), UsageError);
}

TEST(Aggregate, TellsTheSamplingErrorOfEachValue) {
  const Aggregate all = aggregate({sized_sweep()});
  const std::string error = fmt::format("{:.4f}", *row_half_width(all.sweeps[0], all.sweeps[0].trials[0]));
  EXPECT_THAT(formatted(all, {.format = AggregateFormat::table}), HasSubstr("0.9000  ± " + error));
  EXPECT_THAT(formatted(all, {.format = AggregateFormat::latex}), HasSubstr("0.9000 & $\\pm$ " + error + " \\\\\n"));
  EXPECT_EQ(aggregate_json(all)["rankings"][0]["configurations"][0]["rows_95"],
            significant(*row_half_width(all.sweeps[0], all.sweeps[0].trials[3])));
}

TEST(ValueError, TellsTheBestFromTheNextOnlyBeyondTheirErrors) {
  SweepResults sweep = sized_sweep();
  EXPECT_EQ(tied_with_best({&sweep, 1}, aggregate({sweep}).rankings[0].ranking), 4U);  // of 25 rows: ± 0.16 each
  for (TrialResults& trial : sweep.trials) trial.result["best"]["val"]["confusion"] = {{100000, 5000}, {5000, 100000}};
  EXPECT_EQ(tied_with_best({&sweep, 1}, aggregate({sweep}).rankings[0].ranking), 1U);
  for (TrialResults& trial : sweep.trials) trial.result = nullptr;
  EXPECT_EQ(tied_with_best({&sweep, 1}, aggregate({sweep}).rankings[0].ranking), 0U);
}

TEST(ValueError, OfTheLossIsTheOneStoredWithIt) {
  SweepResults sweep = sized_sweep();
  sweep.spec.metric = Metric::loss;
  EXPECT_FALSE(row_half_width(sweep, sweep.trials[0]));
  sweep.trials[0].result["best"]["val_loss_standard_error"] = 0.01;
  EXPECT_NEAR(row_half_width(sweep, sweep.trials[0]).value(), 0.0196, 1e-4);
  sweep.trials[0].result["best"]["val_loss_standard_error"] = "lost";
  EXPECT_FALSE(row_half_width(sweep, sweep.trials[0]));
}

TEST(ValueError, IsNotThatOfAnEarlierEpoch) {
  SweepResults sweep = made_up_sweep({made_up_trial(0, running, {0.5, 0.75})});
  sweep.trials[0].result = sized_result(1);
  EXPECT_FALSE(row_half_width(sweep, sweep.trials[0]));
}

TEST(Aggregate, OfSweepsWithoutTrialsIsEmptyInEachFormat) {
  const Aggregate all = aggregate({made_up_sweep({}, 0)});
  for (const AggregateFormat format :
       {AggregateFormat::table, AggregateFormat::csv, AggregateFormat::json, AggregateFormat::markdown, AggregateFormat::latex}) {
    EXPECT_NE(formatted(all, {.format = format}), "");
  }
  EXPECT_EQ(trial_rows(all).rows.size(), 0U);
}

}  // namespace
}  // namespace agsweep
