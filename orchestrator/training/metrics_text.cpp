#include "orchestrator/training/metrics_text.hpp"

#include <fmt/format.h>

#include "base/metric.hpp"
#include "base/system.hpp"
#include "base/table.hpp"

namespace agsweep {

namespace {

std::string figure(const nlohmann::json& value) { return fmt::format("{:.4f}", value.get<double>()); }
std::string figure(const nlohmann::json& metrics, Metric metric) { return figure(metrics.at(std::string(metric_key(metric)))); }

std::string class_table(const nlohmann::json& metrics, const std::vector<std::string>& class_names) {
  Table table({"class", "precision", "recall", "F1", "rows"});
  std::size_t index = 0;
  for (const auto& of_class : metrics.at("per_class")) {
    table.add({class_names.at(index++), figure(of_class.at("precision")), figure(of_class.at("recall")), figure(of_class.at("f1")),
               of_class.at("support").dump()});
  }
  return table.text();
}

/// What a training on a device made of it; nothing for one on the CPU, and for a run of before there were devices.
std::string device_text(const nlohmann::json& result) {
  const nlohmann::json memory = result.value("peak_device_memory_bytes", nlohmann::json());
  if (memory.is_null()) return "";
  const nlohmann::json share = result.value("peak_share", nlohmann::json());
  return fmt::format("{}: peak memory {:.0f} MB{}\n", result.at("device_name").get<std::string>(), memory.get<double>() / 1e6,
                     share.is_null() ? "" : fmt::format(", {:.1f} % of its peak speed", 100 * share.get<double>()));
}

}  // namespace

std::string caveats(bool synthetic_corpus, bool random_base) {
  std::string text;
  if (synthetic_corpus) text += "synthetic corpus: these figures say nothing about real news\n";
  if (random_base) text += "random GPT-2, never trained: these figures say nothing about GPT-2\n";
  return text;
}

std::string metrics_text(const nlohmann::json& metrics, const std::vector<std::string>& class_names) {
  Table table({"metric", "value"});
  for (const Metric metric : enum_members<Metric>()) table.add({std::string(metric_label(metric)), figure(metrics, metric)});
  return table.text() + "\n" + class_table(metrics, class_names);
}

std::string result_text(const nlohmann::json& result, const std::vector<std::string>& class_names) {
  const nlohmann::json& best = result.at("best");
  const nlohmann::json& test = result.at("test");
  std::vector<std::string> header = {fmt::format("best epoch {} of {}", best.at("epoch").dump(), result.at("epochs_completed").dump()),
                                     "train", "validation"};
  if (!test.is_null()) header.emplace_back("test");
  Table table(header);
  for (const Metric metric : enum_members<Metric>()) {
    std::vector<std::string> row = {std::string(metric_label(metric)), figure(best.at("train"), metric), figure(best.at("val"), metric)};
    if (!test.is_null()) row.push_back(figure(test, metric));
    table.add(std::move(row));
  }
  std::string text = table.text();
  if (!test.is_null()) text += "\ntest\n" + class_table(test, class_names);
  text += fmt::format("\ntrained {} ({:.0f} tokens/s), evaluated {}; ranks: {}, peak memory of a rank {:.0f} MB\n",
                      duration_text(result.at("train_seconds").get<double>()), result.at("tokens_per_second").get<double>(),
                      duration_text(result.at("eval_seconds").get<double>()), result.at("ranks").dump(),
                      result.at("peak_memory_bytes").get<double>() / 1e6);
  return text + device_text(result);
}

}  // namespace agsweep
