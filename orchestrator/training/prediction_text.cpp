#include "orchestrator/training/prediction_text.hpp"

#include <algorithm>  // std::max_element
#include <cmath>      // std::exp
#include <span>

#include <fmt/ranges.h>  // fmt::join
#include <nlohmann/json.hpp>

namespace agsweep {

namespace {

struct RowClass {
  std::size_t best = 0;
  std::vector<double> probabilities;
};

std::vector<double> softmax(std::span<const float> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> probabilities;
  double sum = 0;
  for (const float logit : logits) sum += probabilities.emplace_back(std::exp(logit - largest));
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

std::vector<RowClass> classes_of(const Prediction& prediction) {
  std::vector<RowClass> rows;
  for (std::span<const float> logits = prediction.logits; !logits.empty(); logits = logits.subspan(prediction.classes)) {
    RowClass row{.probabilities = softmax(logits.first(prediction.classes))};
    row.best = static_cast<std::size_t>(std::max_element(row.probabilities.begin(), row.probabilities.end()) - row.probabilities.begin());
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string class_table(const Prediction& prediction, const std::vector<std::string>& class_names) {
  std::string text = fmt::format("class\t{}\n", fmt::join(class_names, "\t"));
  for (const RowClass& row : classes_of(prediction)) {
    text += fmt::format("{}\t{:.4f}\n", class_names[row.best], fmt::join(row.probabilities, "\t"));
  }
  return text;
}

std::string class_json_lines(const Prediction& prediction, const std::vector<std::string>& class_names) {
  std::string text;
  for (const RowClass& row : classes_of(prediction)) {
    nlohmann::json by_class;
    for (std::size_t i = 0; i < row.probabilities.size(); ++i) by_class[class_names[i]] = row.probabilities[i];
    text += nlohmann::json{{"class", class_names[row.best]}, {"probabilities", by_class}}.dump() + "\n";
  }
  return text;
}

}  // namespace agsweep
