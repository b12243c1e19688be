// schedule_json: reads one call a line, prints each one's answer as JSON, for rungs_parity_test.py and median_parity_test.py.
//   rungs MIN_EPOCHS ETA EPOCHS    the rungs
//   median MIN_EPOCHS EPOCHS       null; a new scheduler, for the calls that follow
//   report TRIAL EPOCH SCORE       "go_on" or "stop"
//   retire TRIAL FAILED            null
#include <iostream>
#include <memory>
#include <string>

#include "base/json.hpp"
#include "sweeps/schedule/asha.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace {

nlohmann::json answer(const std::string& call, std::unique_ptr<agsweep::Scheduler>& scheduler) {
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::cin >> first >> second;
  if (call == "rungs") {
    std::int64_t epochs = 0;
    std::cin >> epochs;
    return agsweep::asha_rungs(first, second, epochs);
  }
  if (call == "report") {
    double score = 0;
    std::cin >> score;
    return scheduler->report(first, second, score) == agsweep::Verdict::go_on ? "go_on" : "stop";
  }
  if (call == "retire")
    scheduler->retire(first, second != 0);
  else
    scheduler = agsweep::make_scheduler({.kind = agsweep::SchedulerKind::median, .min_epochs = first}, second);
  return nullptr;
}

}  // namespace

int main() {
  std::unique_ptr<agsweep::Scheduler> scheduler;
  std::string call;
  while (std::cin >> call) std::cout << answer(call, scheduler) << '\n';
}
