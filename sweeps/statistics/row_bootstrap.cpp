#include "sweeps/statistics/row_bootstrap.hpp"

#include <algorithm>  // std::fill, std::sort

#include "base/philox.hpp"

namespace agsweep {

namespace {

/// Rows of each class by truth, by prediction, and by both: all that macro F1 depends on.
class ClassCounts {
 public:
  explicit ClassCounts(std::size_t classes) : of_(classes) {}

  void clear() { std::fill(of_.begin(), of_.end(), OfClass{}); }
  void add(std::uint8_t label, std::uint8_t predicted) {
    ++of_[label].rows;
    ++of_[predicted].rows;
    of_[label].right += label == predicted ? 1 : 0;
  }
  double macro_f1() const {
    double sum = 0;
    std::int32_t present = 0;
    for (const OfClass& one : of_) {
      if (one.rows == 0) continue;
      sum += 2.0 * one.right / one.rows;
      ++present;
    }
    return sum / present;
  }

 private:
  struct OfClass {
    std::int32_t right = 0;
    std::int32_t rows = 0;  // of this class, and predicted as it: 2 right + wrong + missed
  };
  std::vector<OfClass> of_;
};

}  // namespace

double macro_f1(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> predicted, std::size_t classes) {
  ClassCounts counts(classes);
  for (std::size_t row = 0; row < labels.size(); ++row) counts.add(labels[row], predicted[row]);
  return counts.macro_f1();
}

Interval row_interval(const PairedPredictions& pairs, std::size_t resamples, std::uint64_t seed) {
  const std::size_t rows = pairs.labels.size();
  PhiloxStream random(seed, 0);
  std::vector<std::uint32_t> drawn(rows);
  ClassCounts counts(pairs.classes);
  const auto f1 = [&](const std::vector<std::uint8_t>& predicted) {
    counts.clear();
    for (const std::uint32_t row : drawn) counts.add(pairs.labels[row], predicted[row]);
    return counts.macro_f1();
  };
  std::vector<double> differences(resamples);
  for (double& difference : differences) {
    for (std::uint32_t& row : drawn) row = random.below(static_cast<std::uint32_t>(rows));
    for (std::size_t i = 0; i < pairs.first.size(); ++i) difference += f1(pairs.first[i]) - f1(pairs.second[i]);
    difference /= static_cast<double>(pairs.first.size());
  }
  std::sort(differences.begin(), differences.end());
  const std::size_t tail = resamples / 40;  // 2.5 %
  return {differences[tail], differences[resamples - 1 - tail]};
}

}  // namespace agsweep
