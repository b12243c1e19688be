#include "sweeps/reproduction/reproduction_page.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/reproduction/result_rows.hpp"
#include "tests/sweeps/reproduction/sample_reproduction.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::sample_reproduction;

const nlohmann::json inference = nlohmann::json::parse(R"({"startup_seconds": 0.1, "rows_per_second": 900, "resident_bytes": 5e8,
    "device_bytes": 0, "device": "a CPU", "threads": 2, "batches": [{"rows": 1, "calls": 100, "p50": 0.001, "p95": 0.002, "p99": 0.003}]})");

ReproductionFacts facts() { return {.inference = {{"scratch", inference}}, .command = "agsweep reproduce --data data.h5", .price = 2.0}; }

TEST(ReproductionPage, ShowsPublishedBesideMeasured) {
  const std::string html = reproduction_page(sample_reproduction(8), facts()).html;
  for (const char* text : {"<td>test accuracy (%)</td><td class=\"n\">91.95</td>", "± ", "agsweep reproduce --data data.h5", "supported",
                           "McNemar", "1.00 ms", "cost of a training", "docs/claims.md"}) {
    EXPECT_THAT(html, HasSubstr(text));
  }
  EXPECT_THAT(html, Not(HasSubstr("Not the real experiment")));
}

TEST(ReproductionPage, MarksEveryTableOfWhatIsNotTheRealExperiment) {
  Reproduced reproduced = sample_reproduction(2);
  reproduced.rows = {360, 40, 80};
  for (auto& [name, arm] : reproduced.arms) arm.sweep.recorded.synthetic = true;
  const std::string html = reproduction_page(reproduced, facts()).html;
  std::size_t tables = 0, marks = 0;
  for (std::size_t at = 0; (at = html.find("<table>", at)) != std::string::npos; ++at) ++tables;
  for (std::size_t at = 0; (at = html.find("Not the real experiment: synthetic corpus; 360 of 108000", at)) != std::string::npos; ++at)
    ++marks;
  EXPECT_GE(marks, tables);  // the two of inference share one, and the page has one on top
  EXPECT_THAT(html, HasSubstr("So no verdict is given"));
}

TEST(ReproductionPage, OfOneSeedSaysThatItCannotTell) {
  const std::string html = reproduction_page(sample_reproduction(1), facts()).html;
  EXPECT_THAT(html, HasSubstr("One seed cannot tell what another would have given"));
  EXPECT_THAT(html, HasSubstr("400 test rows alone leave an accuracy of 97.0 % open by ± 1.67 points"));
  EXPECT_THAT(html, Not(HasSubstr("± nan")));
}

TEST(ReproductionPage, DrawsCurvesAndConfusionOfEachModel) {
  std::vector<std::string> names;
  for (const Figure& figure : reproduction_page(sample_reproduction(2), facts()).figures) names.push_back(figure.name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("scratch-accuracy", "scratch-loss", "gpt2-lora-accuracy", "gpt2-lora-loss",
                                                   "scratch-confusion", "gpt2-lora-confusion"));
}

TEST(ReproductionPage, DrawsLearningCurvesWithAllClaims) {
  Reproduced reproduced = sample_reproduction(2);
  reproduced.plan.claims = ClaimScope::all;
  TestedModel few = testing_support::sample_arm("scratch-100-rows", "scratch", {{.test_f1 = 0.5}, {.test_f1 = 0.6}});
  few.sweep.results.train_limit = 100;
  reproduced.arms.emplace("scratch-100-rows", std::move(few));
  const Page page = reproduction_page(reproduced, facts());
  const auto found = std::find_if(page.figures.begin(), page.figures.end(), [](const Figure& one) { return one.name == "few-examples"; });
  ASSERT_NE(found, page.figures.end());
  EXPECT_THAT(found->csv, HasSubstr("scratch,100,0.55,"));
  EXPECT_THAT(page.html, HasSubstr("scratch-100-rows"));
}

TEST(ReproductionJson, HasResultsVerdictsAndDeviations) {
  const nlohmann::ordered_json json = reproduction_json(sample_reproduction(2), facts());
  EXPECT_EQ(json.at("results").at("scratch").at("test_accuracy").at("published"), 91.95);
  EXPECT_EQ(json.at("results").at("scratch").at("test_accuracy").at("measured").size(), 2);
  EXPECT_EQ(json.at("verdicts").size(), 5);
  EXPECT_EQ(json.at("verdicts")[0].at("missing"), "needs 8 seeds, has 2");
  EXPECT_TRUE(json.at("real_experiment").get<bool>());
}

TEST(ResultRows, HaveABcaIntervalFromTenSeeds) {
  const auto rows_of = [](std::size_t seeds) { return result_rows(sample_reproduction(seeds).arms.at("scratch"), std::nullopt); };
  EXPECT_FALSE(rows_of(9)[0].bca().has_value());
  EXPECT_TRUE(rows_of(10)[0].bca().has_value());
}

}  // namespace
}  // namespace agsweep
