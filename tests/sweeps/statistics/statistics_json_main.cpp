// statistics_json: reads JSON lines {"what": .., ..}, answers each with one, for the parity tests.
#include <string>

#include "base/json.hpp"
#include "sweeps/statistics/bca_interval.hpp"
#include "sweeps/statistics/expected_best.hpp"
#include "sweeps/statistics/functional_anova.hpp"
#include "sweeps/statistics/holm.hpp"
#include "sweeps/statistics/mcnemar.hpp"
#include "sweeps/statistics/mean_interval.hpp"
#include "sweeps/statistics/rank_correlation.hpp"
#include "sweeps/statistics/row_bootstrap.hpp"
#include "sweeps/statistics/sign_flip.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/sweeps/statistics/space_from_json.hpp"

namespace {

using nlohmann::json;
using namespace agsweep;

json number_or_null(std::optional<double> number) { return number ? json(*number) : json(); }

json answer(const json& question) {
  const auto what = question.at("what").get<std::string>();
  if (what == "mean_interval") {
    const MeanInterval interval = mean_interval(question.at("values").get<std::vector<double>>());
    return {interval.mean, number_or_null(interval.half_width)};
  }
  if (what == "rank_correlation") {
    const auto first = question.at("first").get<std::vector<double>>();
    const auto second = question.at("second").get<std::vector<double>>();
    return {number_or_null(spearman(first, second)), number_or_null(kendall_tau_b(first, second))};
  }
  if (what == "expected_best") {
    json curve = json::array();
    for (const ExpectedBest& best : expected_best(question.at("scores").get<std::vector<double>>())) {
      curve.push_back({best.mean, best.standard_deviation});
    }
    return curve;
  }
  if (what == "bca_interval") {
    const auto values = question.at("values").get<std::vector<double>>();
    const std::vector<double> means = resampled_means(values, question.at("resamples").get<std::size_t>(), 1);
    const Interval interval = bca_interval(values, means);
    return {{"means", means}, {"low", interval.low}, {"high", interval.high}};
  }
  if (what == "sign_flip") return sign_flip_p(question.at("differences").get<std::vector<double>>());
  if (what == "holm") return holm_adjusted(question.at("p").get<std::vector<double>>());
  if (what == "mcnemar") return mcnemar_p(question.at("first").get<std::int64_t>(), question.at("second").get<std::int64_t>());
  if (what == "macro_f1") {
    return macro_f1(question.at("labels").get<std::vector<std::uint8_t>>(), question.at("predicted").get<std::vector<std::uint8_t>>(),
                    question.at("classes").get<std::size_t>());
  }
  if (what == "row_interval") {
    const Interval interval = row_interval({.classes = question.at("classes").get<std::size_t>(),
                                            .labels = question.at("labels").get<std::vector<std::uint8_t>>(),
                                            .first = question.at("first").get<std::vector<std::vector<std::uint8_t>>>(),
                                            .second = question.at("second").get<std::vector<std::vector<std::uint8_t>>>()},
                                           question.at("resamples").get<std::size_t>(), 1);
    return {interval.low, interval.high};
  }
  const FunctionalAnova anova =
      functional_anova(testing_support::space_from_json(question.at("space")), question.at("points").get<std::vector<Point>>(),
                       question.at("scores").get<std::vector<double>>(), question.at("seed").get<std::uint64_t>());
  json parameters = json::array();
  for (const Importance& importance : anova.parameters) parameters.push_back({importance.mean, importance.low, importance.high});
  return {{"parameters", parameters}, {"interactions", anova.interactions}};
}

}  // namespace

int main() {
  return testing_support::answer_lines([](const std::string& line) { return answer(json::parse(line)); });
}
