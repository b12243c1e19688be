#include "sweeps/report/setup_rows.hpp"

#include <algorithm>  // std::find, std::minmax_element, std::nth_element
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"  // grouped_text
#include "sweeps/report/trial_sessions.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

using TextOf = std::function<std::string(const TrialResults&)>;

/// The texts of all trials, each once; empty ones are left out.
std::string each_once(const ReportedSweep& sweep, const TextOf& text_of) {
  std::vector<std::string> texts;
  for (const TrialResults& trial : sweep.results.trials) {
    const std::string text = text_of(trial);
    if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::string text_value(const TrialResults& trial, std::initializer_list<const char*> keys) {
  const nlohmann::json value = result_value(trial, keys);
  return value.is_string() ? value.get<std::string>() : "";
}

std::vector<double> numbers(const ReportedSweep& sweep, std::initializer_list<const char*> keys) {
  std::vector<double> all;
  for (const TrialResults& trial : sweep.results.trials) {
    if (const std::optional<double> number = result_number(trial, keys)) all.push_back(*number);
  }
  return all;
}

/// "813,312", or "200,000 to 813,312".
std::string range_text(const std::vector<double>& all) {
  if (all.empty()) return "";
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  return *low == *high ? grouped_text(*low) : fmt::format("{} to {}", grouped_text(*low), grouped_text(*high));
}

std::string parameters_text(const ReportedSweep& sweep) {
  std::string all = range_text(numbers(sweep, {"params_total"})), trained = range_text(numbers(sweep, {"params_trainable"}));
  if (trained.empty() || trained == all) return all;
  return fmt::format("{} trained of {}", trained, all);
}

std::string throughput_text(const ReportedSweep& sweep) {
  std::vector<double> rates = numbers(sweep, {"tokens_per_second"});
  if (rates.empty()) return "";
  const auto middle = rates.begin() + std::ssize(rates) / 2;
  std::nth_element(rates.begin(), middle, rates.end());
  const double median = *middle;
  return fmt::format("{} tokens/s a trial (median; {})", grouped_text(median), range_text(rates));
}

std::string memory_text(const ReportedSweep& sweep) {
  const std::vector<double> host = numbers(sweep, {"peak_memory_bytes"}), device = numbers(sweep, {"peak_device_memory_bytes"});
  if (host.empty()) return "";
  constexpr double giga = 1e9;
  const auto most = [](const std::vector<double>& all) { return *std::max_element(all.begin(), all.end()) / giga; };
  std::string text = fmt::format("up to {:.3g} GB a rank", most(host));
  if (!device.empty()) text += fmt::format(", {:.3g} GB of the device", most(device));
  return text;
}

/// Each trains a trial at a time.
std::string groups_text(const ReportedSweep& sweep) {
  std::set<std::pair<std::filesystem::path, std::int64_t>> seen;  // each part of a sweep numbers its own
  for (const TrialResults& trial : sweep.results.trials) {
    for (const TrialSession& session : sessions_of(trial)) seen.emplace(trial.folder.parent_path(), session.group);
  }
  const std::int64_t groups = sweep.workers > 0 ? sweep.workers : std::ssize(seen);
  return groups > 0 ? fmt::format("{}, a trial each at a time", groups) : "";
}

}  // namespace

std::string versions_text(const ReportedSweep& sweep) {
  return each_once(sweep, [](const TrialResults& trial) {
    const std::string version = text_value(trial, {"versions", "agsweep"}), commit = text_value(trial, {"versions", "commit"});
    return version.empty() || commit.empty() ? version : fmt::format("{}, commit {}", version, commit.substr(0, 12));
  });
}

std::vector<std::pair<std::string, std::string>> setup_rows(const ReportedSweep& sweep) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto add = [&rows](const char* name, std::string text) {
    if (!text.empty()) rows.emplace_back(name, std::move(text));
  };
  add("agsweep", versions_text(sweep));
  add("Ranks", each_once(sweep, [](const TrialResults& trial) {
        const std::optional<double> of_trial = result_number(trial, {"ranks"});
        return of_trial ? fmt::format("{} a trial", counted(static_cast<std::int64_t>(*of_trial), "rank")) : "";
      }));
  add("Groups", groups_text(sweep));
  add("Device", each_once(sweep, [](const TrialResults& trial) { return text_value(trial, {"device_name"}); }));
  add("Precision", each_once(sweep, [](const TrialResults& trial) { return text_value(trial, {"precision"}); }));
  add("Parameters", parameters_text(sweep));
  add("Throughput", throughput_text(sweep));
  add("Peak memory", memory_text(sweep));
  return rows;
}

}  // namespace agsweep
