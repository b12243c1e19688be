#include "orchestrator/prediction/prediction_text.hpp"

#include <algorithm>  // std::max_element
#include <cmath>      // std::exp
#include <span>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/table.hpp"  // tsv_row

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

/// The next row of logits, taken off their front.
RowClass next_class(std::span<const float>& logits, std::size_t classes) {
  RowClass row{.probabilities = softmax(logits.first(classes))};
  row.best = static_cast<std::size_t>(std::max_element(row.probabilities.begin(), row.probabilities.end()) - row.probabilities.begin());
  logits = logits.subspan(classes);
  return row;
}

}  // namespace

std::string class_table(const Prediction& prediction, const std::vector<bool>& blank, const std::vector<std::string>& class_names) {
  std::vector<std::string> cells = {"class"};
  cells.insert(cells.end(), class_names.begin(), class_names.end());
  std::string text = tsv_row(cells);
  std::span<const float> logits = prediction.logits;
  for (const bool without_class : blank) {
    cells.assign(class_names.size() + 1, "");
    if (!without_class) {
      const RowClass row = next_class(logits, prediction.classes);
      cells[0] = class_names[row.best];
      for (std::size_t i = 0; i < row.probabilities.size(); ++i) cells[i + 1] = fmt::format("{:.4f}", row.probabilities[i]);
    }
    text += tsv_row(cells);
  }
  return text;
}

std::string class_json_lines(const Prediction& prediction, const std::vector<bool>& blank, const std::vector<std::string>& class_names) {
  std::string text;
  std::span<const float> logits = prediction.logits;
  for (const bool without_class : blank) {
    nlohmann::json line = {{"class", nullptr}, {"probabilities", nullptr}};
    if (!without_class) {
      const RowClass row = next_class(logits, prediction.classes);
      line["class"] = class_names[row.best];
      for (std::size_t i = 0; i < row.probabilities.size(); ++i) line["probabilities"][class_names[i]] = row.probabilities[i];
    }
    text += line.dump() + "\n";
  }
  return text;
}

}  // namespace agsweep
