#include "sweeps/reproduction/result_rows.hpp"

#include "sweeps/comparison/comparison.hpp"  // resamples
#include "sweeps/statistics/bca_interval.hpp"

namespace agsweep {

namespace {

constexpr double per_cent = 100;

using ValueOf = std::function<std::optional<double>(const TestedRun&)>;

ValueOf in_result(std::initializer_list<const char*> keys, double scale) {
  return [keys = std::vector(keys), scale](const TestedRun& run) -> std::optional<double> {
    const nlohmann::json* value = &run.trial->result;
    for (const char* key : keys) {
      if (!value->is_object() || !value->contains(key)) return std::nullopt;
      value = &(*value)[key];
    }
    return value->is_number() ? std::optional(value->get<double>() * scale) : std::nullopt;
  };
}

ValueOf in_test(const char* key) {
  return [key](const TestedRun& run) -> std::optional<double> { return run.test.at(key).get<double>() * per_cent; };
}

}  // namespace

std::optional<MeanInterval> ResultRow::mean() const { return measured.empty() ? std::nullopt : std::optional(mean_interval(measured)); }

std::optional<Interval> ResultRow::bca() const {
  if (measured.size() < fewest_for_bca) return std::nullopt;
  return bca_interval(measured, resampled_means(measured, resamples, 42));
}

std::vector<ResultRow> result_rows(const TestedModel& model, std::optional<double> price) {
  const PublishedResult& published = published_of(model.sweep.results.spec.model);
  std::vector<ResultRow> rows;
  const auto add = [&](const char* name, const char* key, int decimals, std::optional<double> before, const ValueOf& value_of) {
    ResultRow row{.name = name, .key = key, .decimals = decimals, .published = before, .measured = {}};
    for (const TestedRun& run : model.runs) {
      if (const auto value = value_of(run)) row.measured.push_back(*value);
    }
    rows.push_back(std::move(row));
  };
  const ValueOf final_train = in_result({"final", "train", "accuracy"}, per_cent);
  const ValueOf final_val = in_result({"final", "val", "accuracy"}, per_cent);
  add("test accuracy (%)", "test_accuracy", 2, per_cent * published.test_accuracy, in_test("accuracy"));
  add("test macro F1 (%)", "test_f1_macro", 2, per_cent * published.test_f1, in_test("f1_macro"));
  add("best val. F1 (%)", "best_val_f1_macro", 2, per_cent * published.best_val_f1, in_result({"best", "val", "f1_macro"}, per_cent));
  add("best epoch", "best_epoch", 1, static_cast<double>(published.best_epoch), in_result({"best", "epoch"}, 1));
  add("epochs trained", "epochs", 1, static_cast<double>(published.epochs), in_result({"epochs_completed"}, 1));
  add("training (min)", "train_minutes", 2, published.train_seconds / 60, in_result({"train_seconds"}, 1.0 / 60));
  add("final train acc. (%)", "final_train_accuracy", 2, per_cent * published.final_train_accuracy, final_train);
  add("final val. acc. (%)", "final_val_accuracy", 2, per_cent * published.final_val_accuracy, final_val);
  add("final gap (points)", "final_gap", 2, per_cent * (published.final_train_accuracy - published.final_val_accuracy),
      [&](const TestedRun& run) -> std::optional<double> {
        const auto train = final_train(run), val = final_val(run);
        return train && val ? std::optional(*train - *val) : std::nullopt;
      });
  if (price) {
    add("cost of a training", "cost", 3, *price * published.train_seconds / 3600, in_result({"train_seconds"}, *price / 3600));
  }
  return rows;
}

}  // namespace agsweep
