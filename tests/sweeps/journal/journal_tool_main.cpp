// journal_tool: write FILE max|min writes a journal with trials of every kind; dump FILE prints what it says as JSON; report FILE TRIAL
// EPOCH VALUE appends a report. For parity_test.py.
#include <iostream>

#include "sweeps/journal/distribution.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/sweeps/journal/sample_journal.hpp"

namespace {

using namespace agsweep;

void lock_held() {}

nlohmann::json external_value(const Parameter& parameter, double number) {
  return std::visit([](const auto& of_type) { return nlohmann::json(of_type); }, value_at(parameter, number));
}

nlohmann::json dump(const Study& study) {
  nlohmann::json trials = nlohmann::json::array();
  for (const StudyTrial& trial : study.trials) {
    nlohmann::json params = nlohmann::json::object();
    for (std::size_t i = 0; i < study.space.size(); ++i) params[study.space[i].key] = external_value(study.space[i], trial.point[i]);
    nlohmann::json reports = nlohmann::json::array();
    for (const EpochValue& report : trial.reports) reports.push_back({report.epoch, report.value});
    trials.push_back({{"params", params},
                      {"state", static_cast<int>(trial.state)},
                      {"reports", reports},
                      {"value", trial.value ? nlohmann::json(*trial.value) : nlohmann::json()},
                      {"attributes", trial.attributes},
                      {"datetime_start", trial.datetime_start},
                      {"datetime_complete", trial.datetime_complete}});
  }
  nlohmann::json distributions = nlohmann::json::object();
  for (const Parameter& parameter : study.space) distributions[parameter.key] = distribution_json(parameter);
  return {{"name", study.name},
          {"maximise", study.maximise},
          {"attributes", study.attributes},
          {"distributions", distributions},
          {"trials", trials},
          {"foreign_trials", study.in_journal.numbers().total() - static_cast<std::int64_t>(study.trials.size())}};
}

}  // namespace

int main(int argc, char** argv) {
  return testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.size() < 2) return false;
    const std::string& command = words[0];
    const std::filesystem::path path = words[1];
    if (command == "dump") {
      std::cout << dump(read_study(path)) << '\n';
    } else if (command == "write" && words.size() == 3) {
      OpenedJournal opened = open_journal(path, lock_held);
      for (const auto& group : testing_support::sample_groups(words[2] == "max")) opened.journal.append(group);
      opened.journal.append(std::vector{metric_name_line(testing_support::worker, "val.f1_macro")});
    } else if (command == "report" && words.size() == 5) {
      OpenedJournal opened = open_journal(path, lock_held);
      opened.journal.append(std::vector{report_line("agsweep-n2-1-1", std::stoll(words[2]), std::stoll(words[3]), std::stod(words[4]))});
    } else {
      return false;
    }
    return true;
  });
}
