// metrics_json: reads lines "classes count count ..." (row-major [true][predicted]), prints each one's metrics as JSON, for parity_test.py.
#include <iostream>

#include "base/json.hpp"
#include "workers/metrics/metrics.hpp"

int main() {
  std::size_t classes = 0;
  while (std::cin >> classes) {
    agsweep::ConfusionMatrix confusion(classes);
    for (std::int64_t& count : confusion.counts()) std::cin >> count;
    const agsweep::Metrics metrics = agsweep::metrics_of(confusion, 0);
    nlohmann::json line = {{"accuracy", metrics.accuracy},         {"f1_macro", metrics.f1_macro},
                           {"f1_weighted", metrics.f1_weighted},   {"precision_macro", metrics.precision_macro},
                           {"recall_macro", metrics.recall_macro}, {"per_class", nlohmann::json::array()}};
    for (const agsweep::ClassMetrics& one : metrics.per_class)
      line["per_class"].push_back({one.precision, one.recall, one.f1, one.support});
    std::cout << line << '\n';
  }
}
