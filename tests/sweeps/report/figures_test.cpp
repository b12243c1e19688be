#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "sweeps/report/budget_figure.hpp"
#include "sweeps/report/confusion_figure.hpp"
#include "sweeps/report/curve_figures.hpp"
#include "sweeps/report/embedding_figure.hpp"
#include "sweeps/report/heat_map.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/importance_figure.hpp"
#include "sweeps/report/methods.hpp"
#include "sweeps/report/parameter_figure.hpp"
#include "sweeps/report/pareto_figure.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/space_figures.hpp"
#include "sweeps/report/warmup.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::made_up_sweep;
using testing_support::made_up_trial;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

ReportedSweep three_trials() {
  return reported_sweep(made_up_sweep({made_up_trial(10, TrialPhase::complete, {.25, .5}), made_up_trial(20, TrialPhase::pruned, {.75}),
                                       made_up_trial(30, TrialPhase::failed, {.875}), made_up_trial(40, TrialPhase::running, {}),
                                       made_up_trial(50, TrialPhase::complete, {.625, .5})},
                                      2),
                        "sweep1");
}

/// Two parameters: lr on a log scale, and a whole number.
ReportedSweep rates_and_ranks(const std::vector<std::pair<Point, double>>& trials) {
  SweepResults sweep = made_up_sweep({}, 1);
  sweep.spec.space = {{.key = "lr", .scale = Scale::log, .low = 1e-6, .high = 1},
                      {.key = "lora_rank", .values = {std::int64_t{2}, std::int64_t{4}, std::int64_t{8}}}};
  for (const auto& [point, value] : trials) {
    TrialResults trial = made_up_trial(std::ssize(sweep.trials), TrialPhase::complete, {value});
    trial.number = std::ssize(sweep.trials);
    trial.trial.point = point;
    for (std::size_t i = 0; i < 2; ++i) trial.parameters[sweep.spec.space[i].key] = value_at(sweep.spec.space[i], point[i]);
    sweep.trials.push_back(trial);
  }
  return reported_sweep(std::move(sweep), "sweep1");
}

TEST(BestFirst, PutsCompleteTrialsFirstAndLeavesOutTheFailed) {
  const ReportedSweep sweep = three_trials();
  std::vector<std::int64_t> numbers;
  for (const TrialResults* trial : best_first(sweep.results)) numbers.push_back(trial->number);
  EXPECT_THAT(numbers, ElementsAre(4, 0, 1));
  EXPECT_EQ(best_trial(sweep)->number, 4);
}

TEST(BestFirst, TheBestSoFarStandsForASweepWithoutAnEnd) {
  const ReportedSweep sweep =
      reported_sweep(made_up_sweep({made_up_trial(1, TrialPhase::running, {.25}), made_up_trial(2, TrialPhase::paused, {.5})}, 3), "s");
  EXPECT_EQ(best_trial(sweep)->number, 1);
  EXPECT_EQ(best_trial(reported_sweep(made_up_sweep({}), "s")), nullptr);
}

TEST(ParameterFigure, HasEachTrialsOwnValue) {
  const Figure figure = parameter_figure(three_trials(), 0);
  EXPECT_THAT(lines_of(figure.csv),
              ElementsAre("trial,x,seed,epochs,best_epoch,val.f1_macro", "4,50,42,2,1,0.625", "0,10,42,2,2,0.5", "1,20,42,1,1,0.75"));
  EXPECT_THAT(figure.program, HasSubstr("title '2 epochs'"));
  EXPECT_THAT(figure.program, HasSubstr("title '1 epoch'"));
  EXPECT_EQ(figure.name, "sweep1-by-x");
}

TEST(ParameterAxis, IsLogarithmicForLogScalesOnly) {
  const Parameter rate{.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2};
  const Parameter dropout{.key = "dropout", .scale = Scale::range, .low = 0, .high = .5};
  EXPECT_THAT(parameter_axis('x', rate, {}), HasSubstr("set logscale x\n"));
  EXPECT_THAT(parameter_axis('x', rate, {}), HasSubstr("'1e-3' 0.001 0"));
  EXPECT_THAT(parameter_axis('x', dropout, {}), Not(HasSubstr("logscale")));
  EXPECT_EQ(parameter_label(rate), "lr (log scale)");
}

TEST(ParameterAxis, ReachesValuesOutsideTheBounds) {
  const Parameter dropout{.key = "dropout", .scale = Scale::range, .low = 0, .high = 1};
  EXPECT_THAT(parameter_axis('x', dropout, std::vector<double>{3.0}), HasSubstr("set xrange [-0.15000000000000002:3.15]"));
}

TEST(ParameterAxis, NamesEachValue) {
  const Parameter alpha{.key = "lora_alpha", .values = {std::string("r"), std::string("it's")}};
  EXPECT_THAT(parameter_axis('x', alpha, {}), HasSubstr("set xtics ('r' 0 0, 'it’s' 1 0)"));
}

TEST(MetricCurves, HasEachEpoch) {
  EXPECT_THAT(lines_of(metric_curves(three_trials()).csv),
              ElementsAre("trial,epoch,val.f1_macro", "4,1,0.625", "4,2,0.5", "0,1,0.25", "0,2,0.5", "1,1,0.75"));
}

TEST(LossCurves, CompareEvaluatedLossesAlone) {
  ReportedSweep sweep = three_trials();
  EXPECT_TRUE(trials_with_curves(sweep).empty());
  sweep.epochs[0] = {.train = {{1, .1}, {2, .2}}, .val = {{3, .3}, {4, .4}}};
  sweep.results.trials[0].result = {{"best", {{"epoch", 2}, {"train", {{"loss", 2.5}, {"accuracy", .25}}}}}};
  EXPECT_THAT(lines_of(loss_curves(sweep).csv), ElementsAre("trial,epoch,train_loss,val_loss", "0,1,,3", "0,2,2.5,4"));
  EXPECT_THAT(lines_of(optimised_loss_curves(sweep).csv), ElementsAre("trial,epoch,optimised_train_loss", "0,1,1", "0,2,2"));
  EXPECT_THAT(lines_of(gap_curves(sweep, sweep.results.trials[0]).csv),
              ElementsAre("trial,epoch,running_train_accuracy,train_accuracy,val_accuracy", "0,1,0.1,,0.3", "0,2,0.2,0.25,0.4"));
}

TEST(BestCurves, EnlargeTheSecondHalfAndShowTheSamplingError) {
  EXPECT_FALSE(best_curves(three_trials()).has_value());  // two epochs
  SweepResults sweep = made_up_sweep(
      {made_up_trial(10, TrialPhase::complete, {.1, .2, .625, .75}), made_up_trial(20, TrialPhase::complete, {.1, .3, .5, .7})}, 4);
  sweep.trials[0].result = {{"best", {{"epoch", 4}, {"val", {{"confusion", {{30, 10}, {10, 30}}}}}}}};
  const Figure figure = *best_curves(reported_sweep(sweep, "sweep1"));
  EXPECT_THAT(lines_of(figure.csv), ElementsAre("trial,epoch,val.f1_macro", "0,3,0.625", "0,4,0.75", "1,3,0.5", "1,4,0.7"));
  EXPECT_THAT(figure.program, HasSubstr("set object 1 rectangle"));
  EXPECT_THAT(figure_svg(figure), HasSubstr("<title>trial 1, epoch 4: 0.7000</title>"));
}

TEST(HeatMap, TakesRateAndRankWhereBothAreThere) {
  const ReportedSweep sweep = rates_and_ranks({{{1e-3, 0}, .5}});
  EXPECT_EQ(heat_map_parameters(sweep), (std::pair<std::size_t, std::size_t>{0, 1}));
}

TEST(HeatMap, TakesTheMostImportantOtherwise) {
  ReportedSweep sweep = rates_and_ranks({{{1e-3, 0}, .5}});
  sweep.results.spec.space[0].key = "dropout";
  EXPECT_EQ(heat_map_parameters(sweep), (std::pair<std::size_t, std::size_t>{0, 1}));  // not known: the first two
  sweep.ranked.importances.front().shares = FunctionalAnova{.parameters = {{.mean = .2}, {.mean = .7}}};
  EXPECT_EQ(heat_map_parameters(sweep), (std::pair<std::size_t, std::size_t>{1, 0}));
}

TEST(HeatMap, KeepsTheBestOfACellAndCounts) {
  // A cell of lr is a decade.
  const Figure figure = heat_map(rates_and_ranks({{{2e-6, 0}, .5}, {{3e-6, 0}, .75}, {{4e-6, 1}, .25}, {{1, 2}, .125}}), 1);
  EXPECT_THAT(lines_of(figure.csv), ElementsAre("column,row,best_trial,lr,lora_rank,epochs,trials,val.f1_macro", "0,0,1,3e-06,2,1,2,0.75",
                                                "0,1,2,4e-06,4,1,1,0.25", "5,2,3,1,8,1,1,0.125"));
}

TEST(HeatMap, ComparesTrialsAtOneBudgetOnly) {
  ReportedSweep sweep = rates_and_ranks({{{2e-6, 0}, .5}, {{3e-6, 0}, .75}, {{1, 2}, .125}});
  sweep.results.spec.scheduler = {.kind = SchedulerKind::asha, .eta = 3, .min_epochs = 1};
  sweep.results.epochs = 9;
  sweep.results.trials[1].trial.phase = TrialPhase::pruned;  // after an epoch
  sweep.results.trials[0].trial.values = {.5, .25, .875};
  sweep.results.trials[0].trial.best_epoch = 3;
  EXPECT_THAT(heat_map_epochs(sweep.results), ElementsAre(9, 3, 1));  // the complete ones have a value at each
  EXPECT_THAT(lines_of(heat_map(sweep, 9).csv), ElementsAre("column,row,best_trial,lr,lora_rank,epochs,trials,val.f1_macro",
                                                            "0,0,0,2e-06,2,9,1,0.875", "5,2,2,1,8,9,1,0.125"));
  EXPECT_THAT(lines_of(heat_map(sweep, 1).csv)[1], "0,0,1,3e-06,2,1,2,0.75");
  EXPECT_EQ(heat_map(sweep, 1).name, "sweep1-heat-map-1");
}

TEST(SpaceFigures, ShowEachTrialAndGreyThoseThatTrainedForAShorterTime) {
  ReportedSweep sweep = rates_and_ranks({{{2e-6, 0}, .5}, {{3e-6, 1}, .75}});
  sweep.results.epochs = 2;
  sweep.results.trials[1].trial.phase = TrialPhase::pruned;
  EXPECT_THAT(lines_of(parallel_figure(sweep, 2).csv),
              ElementsAre("trial,lr,lora_rank,compared,val.f1_macro", "1,3e-06,4,false,0.75", "0,2e-06,2,true,0.5"));
  EXPECT_THAT(parallel_figure(sweep, 2).caption, HasSubstr("grey: trials that have not trained for as long"));
  const std::vector<Figure> pairs = pair_figures(sweep, 2);
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].name, "sweep1-pair-lr-lora-rank");
  EXPECT_THAT(figure_svg(pairs[0]), HasSubstr("<title>trial 1: lr 3e-6, lora_rank 4, macro F1 0.7500</title>"));
}

TEST(SpaceFigures, SayWhereTheyLeaveTrialsOut) {
  EXPECT_THAT(parallel_figure(rates_and_ranks({{{2e-6, 0}, .5}}), 1).caption, Not(HasSubstr("Only")));
  ReportedSweep sweep = rates_and_ranks({{{2e-6, 0}, .5}});
  sweep.results.trials.resize(301, sweep.results.trials[0]);
  EXPECT_THAT(parallel_figure(sweep, 1).caption, HasSubstr("Only the best 300 of the 301 trials are drawn"));
}

TEST(ParetoFigure, MarksWhatNoOtherBeats) {
  ReportedSweep sweep = rates_and_ranks({{{2e-6, 0}, .5}, {{3e-6, 1}, .75}, {{4e-6, 2}, .625}});
  EXPECT_FALSE(pareto_figure(sweep, ParetoCost::parameters).has_value());  // no cost is known
  for (std::size_t i = 0; i < 3; ++i) sweep.results.trials[i].result = {{"params_trainable", 1000 * (i + 1)}};
  EXPECT_THAT(
      lines_of(pareto_figure(sweep, ParetoCost::parameters)->csv),
      ElementsAre("rank,trial,parameters,val.f1_macro,unbeaten", "3,0,1000,0.5,true", "1,1,2000,0.75,true", "2,2,3000,0.625,false"));
}

TEST(Hover, IsATextThatNeitherGnuplotNorHtmlReadsAsTheirOwn) {
  Hover hover;
  hover.add(1, 2, "a \"b\" 'c' <d> & \\ %s $x @y `z`\n");
  const Figure figure{.name = "x", .title = "x", .program = hover.data() + "plot 1 notitle" + hover.plot() + "\n"};
  EXPECT_THAT(figure_svg(figure), HasSubstr("<title>a ’b’ ’c’ &lt;d> &amp; / %s $x @y `z` </title>"));
  EXPECT_THAT(figure_svg(figure), Not(HasSubstr("onmousemove")));
  EXPECT_THAT(inline_svg(figure_svg(figure), "x", "x"), HasSubstr("<title>a ’b’"));
}

TEST(Warmup, IsTheLongestOfTheTrials) {
  ReportedSweep sweep = three_trials();
  EXPECT_FALSE(warmup_epochs(sweep));
  sweep.recorded.batch_size = 10;
  sweep.recorded.warmup_steps = 25;
  sweep.results.trials[0].result = {{"train_rows", 95}};  // 10 steps an epoch
  EXPECT_EQ(warmup_epochs(sweep), 2.5);
  EXPECT_THAT(warmup_warning(sweep, 2), HasSubstr("still rising (its warm-up takes 2.5 epochs)"));
  EXPECT_EQ(warmup_warning(sweep, 3), "");
}

TEST(BudgetFigure, ExpectsTheMeanOfOneTrialAndTheBestOfMany) {
  const std::vector<std::string> lines = lines_of(budget_figure(three_trials())->csv);
  ASSERT_EQ(lines.size(), 3U);                     // two complete ones: .5 and .625
  EXPECT_THAT(lines[1], HasSubstr("1,0.5625,"));   // their mean
  EXPECT_THAT(lines[2], HasSubstr("2,0.59375,"));  // 3/4 of the better, 1/4 of the other
}

TEST(BudgetFigure, AndTheMethodsSayWhichConfigurationsNobodyDrew) {
  ReportedSweep sweep = three_trials();
  sweep.results.spec.sampler = SamplerKind::random;
  for (TrialResults& trial : sweep.results.trials) trial.trial.configuration = trial.number;
  EXPECT_THAT(budget_figure(sweep)->caption, Not(HasSubstr("as a guide")));
  EXPECT_THAT(methods_text(sweep), HasSubstr("Configurations came from this sampler: random, seed 42 [@bergstra2012random]."));
  sweep.results.spec.first_trials.resize(1);
  EXPECT_THAT(budget_figure(sweep)->caption, HasSubstr("as a guide"));
  EXPECT_THAT(methods_text(sweep), HasSubstr("; but 1 of the 5 were given one by one."));
  sweep.results.spec.first_trials.resize(5);
  EXPECT_THAT(methods_text(sweep), HasSubstr("Its configurations were given one by one, not drawn."));
}

TEST(Methods, SayWhetherTheTestSplitWasRead) {
  const testing_support::TemporaryFolder folder;
  ReportedSweep sweep = three_trials();
  sweep.results.trials[1].folder = folder.path();
  EXPECT_THAT(methods_text(sweep), HasSubstr("the test split was not read"));
  write_file_atomically(folder / "test.json", "{}");
  EXPECT_THAT(methods_text(sweep), HasSubstr("the test split was read for one trial"));
}

TEST(BudgetFigure, CountsEpochsUnderAScheduler) {
  ReportedSweep sweep = three_trials();
  sweep.results.spec.scheduler.kind = SchedulerKind::asha;
  EXPECT_FALSE(budget_figure(sweep).has_value());
  sweep.spent = {{.trial = 0, .value = .25}, {.trial = 2, .value = .875}, {.trial = 1, .value = .75}, {.trial = 0, .value = .5}};
  // Trial 2 failed: it spent an epoch, and is nobody's best.
  EXPECT_THAT(lines_of(budget_figure(sweep)->csv), ElementsAre("epochs,trial,val.f1_macro", "1,0,0.25", "3,1,0.75"));
}

TEST(ConfusionFigure, HasEachCount) {
  ReportedSweep sweep = three_trials();
  TrialResults& trial = sweep.results.trials[0];
  EXPECT_FALSE(confusion_figure(sweep, trial).has_value());
  trial.result = {{"best", {{"val", {{"confusion", {{3, 1}, {0, 0}}}}}}}};
  sweep.recorded.class_names = {"a", "b,c"};
  EXPECT_THAT(lines_of(confusion_figure(sweep, trial)->csv),
              ElementsAre("true,predicted,rows", "a,a,3", "a,\"b,c\",1", "\"b,c\",a,0", "\"b,c\",\"b,c\",0"));
}

TEST(ConfusionFigure, IsLeftOutForADamagedMatrix) {
  const ReportedSweep sweep = three_trials();
  for (const char* confusion : {"[]", "[[1, 2]]", "[[1, \"2\"], [3, 4]]", "[1, 2]", "7", "[[1, 2.5], [3, 4]]"}) {
    TrialResults trial = sweep.results.trials[0];
    trial.result["best"]["val"]["confusion"] = nlohmann::json::parse(confusion);
    EXPECT_FALSE(confusion_figure(sweep, trial).has_value()) << confusion;
  }
}

TEST(ConfusionFigure, LeavesOutNamesAndCountsThatHaveNoRoom) {
  ReportedSweep sweep = three_trials();
  TrialResults& trial = sweep.results.trials[0];
  trial.result = {{"best", {{"val", {{"confusion", std::vector<std::vector<int>>(77, std::vector<int>(77, 5))}}}}}};
  const Figure figure = *confusion_figure(sweep, trial);
  EXPECT_THAT(figure.program, Not(HasSubstr("set label")));
  EXPECT_THAT(figure.program, HasSubstr("'class 4'"));
  EXPECT_THAT(figure.program, Not(HasSubstr("'class 5'")));
  EXPECT_LT(figure.height, 700);
  EXPECT_EQ(lines_of(figure.csv).size(), 1 + 77 * 77);
}

TEST(EmbeddingFigure, HasEachRowAndIsLeftOutWithoutAFile) {
  const testing_support::TemporaryFolder folder;
  ReportedSweep sweep = three_trials();
  sweep.recorded.class_names = {"a", "b,c"};
  TrialResults& trial = sweep.results.trials[0];
  trial.folder = folder.path();
  EXPECT_FALSE(embedding_figure(sweep, trial).has_value());
  for (const char* damaged :
       {"", "{", "[]", "{\"split\": \"val\"}", R"({"split": "val", "variance_shares": [0.5, 0.25], "points": [[1, 2]]})"}) {
    write_file_atomically(folder / "embedding.json", damaged);
    EXPECT_THROW(embedding_figure(sweep, trial), DataError) << damaged;
  }
  write_file_atomically(folder / "embedding.json",
                        R"({"split": "val", "variance_shares": [0.5, 0.25], "points": [[1.5, -2, 0, 1], [0.5, 1, 1, 1]]})");
  const Figure figure = *embedding_figure(sweep, trial);
  EXPECT_THAT(lines_of(figure.csv), ElementsAre("x,y,class,predicted", "1.5,-2,a,\"b,c\"", "0.5,1,\"b,c\",\"b,c\""));
  EXPECT_THAT(figure.program, HasSubstr("component 1 (50 % of variance)"));
  EXPECT_THAT(figure_svg(figure), HasSubstr("</svg>"));
}

TEST(ImportanceFigure, HasTheLargestShareFirst) {
  HyperparameterImportance importance;
  importance.space = {{.key = "a"}, {.key = "b"}};
  importance.shares = FunctionalAnova{.parameters = {{.mean = .25, .low = .125, .high = .5}, {.mean = .625, .low = .5, .high = .75}}};
  EXPECT_THAT(lines_of(importance_figure("sweep1", importance).csv),
              ElementsAre("parameter,share,low,high", "b,0.625,0.5,0.75", "a,0.25,0.125,0.5"));
}

}  // namespace
}  // namespace agsweep
