#include <fmt/format.h>

#include "base/table.hpp"
#include "sweeps/comparison/comparison.hpp"

namespace agsweep {

namespace {

std::string p_text(double p) { return p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", p); }

nlohmann::ordered_json interval_json(const MeanInterval& interval) {
  nlohmann::ordered_json json = {{"mean", interval.mean}, {"half_width", nullptr}};
  if (interval.half_width) json["half_width"] = *interval.half_width;
  return json;
}

}  // namespace

std::string mean_text(const MeanInterval& interval, int decimals) {
  const std::string mean = fmt::format("{:.{}f}", interval.mean, decimals);
  return interval.half_width ? fmt::format("{} ± {:.{}f}", mean, *interval.half_width, decimals) : mean;
}

std::string comparison_text(const Comparison& comparison) {
  Table seeds({"seed", comparison.first, comparison.second, "difference", "McNemar p", "Holm"});
  for (const SeedPair& pair : comparison.seeds) {
    seeds.add({fmt::format("{}", pair.seed), fmt::format("{:.4f}", pair.first), fmt::format("{:.4f}", pair.second),
               fmt::format("{:+.4f}", pair.difference()), p_text(pair.mcnemar_p), p_text(pair.mcnemar_holm_p)});
  }
  const Verdict verdict = verdict_of(comparison);
  Table means({"mean over seeds", "macro F1 on test (95 % t)"});
  means.add({comparison.first, mean_text(comparison.first_f1)});
  means.add({comparison.second, mean_text(comparison.second_f1)});
  means.add({"difference", mean_text(comparison.difference)});
  if (comparison.bca) means.add({"  BCa over seeds", fmt::format("{:+.4f} .. {:+.4f}", comparison.bca->low, comparison.bca->high)});
  means.add({"  over test rows", fmt::format("{:+.4f} .. {:+.4f}", comparison.over_rows.low, comparison.over_rows.high)});
  if (verdict.p) means.add({"  sign-flip p", p_text(*verdict.p)});

  std::string text;
  for (const std::string& remark : comparison.remarks) text += remark + "\n";
  text += seeds.text() + "\n" + means.text() + "\n";
  text += fmt::format("{}: {}\n{}: {}\n", comparison.first, budget_text(comparison.first_tuning), comparison.second,
                      budget_text(comparison.second_tuning));
  text +=
      fmt::format("{} test rows: their sampling alone leaves an accuracy open by ± {:.4f}\n", comparison.rows, comparison.sampling_error);
  return text + fmt::format("verdict: {}\n", verdict_text(comparison, verdict));
}

nlohmann::ordered_json to_json(const Comparison& comparison) {
  const Verdict verdict = verdict_of(comparison);
  nlohmann::ordered_json json = {{"first", comparison.first},
                                 {"second", comparison.second},
                                 {"first_f1_macro", interval_json(comparison.first_f1)},
                                 {"second_f1_macro", interval_json(comparison.second_f1)},
                                 {"difference", interval_json(comparison.difference)},
                                 {"bca", nullptr},
                                 {"over_rows", {comparison.over_rows.low, comparison.over_rows.high}},
                                 {"sign_flip_p", *verdict.p},
                                 {"test_rows", comparison.rows},
                                 {"sampling_error", comparison.sampling_error},
                                 {"first_tuning", nlohmann::json(comparison.first_tuning)},
                                 {"second_tuning", nlohmann::json(comparison.second_tuning)},
                                 {"verdict", to_word(verdict.outcome)},
                                 {"missing", verdict.missing},
                                 {"remarks", comparison.remarks}};
  if (comparison.bca) json["bca"] = {comparison.bca->low, comparison.bca->high};
  for (const SeedPair& pair : comparison.seeds) {
    json["seeds"].push_back({{"seed", pair.seed},
                             {"first", pair.first},
                             {"second", pair.second},
                             {"only_first", pair.only_first},
                             {"only_second", pair.only_second},
                             {"mcnemar_p", pair.mcnemar_p},
                             {"mcnemar_holm_p", pair.mcnemar_holm_p}});
  }
  return json;
}

}  // namespace agsweep
