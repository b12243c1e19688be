// asha_choice_json: simulates one ASHA sweep a line of JSON {workers, eta, min_epochs, trials: [{scores, seconds, delay, fails_in,
// fails_after}]} and prints {chosen, epochs}: the best complete trial, and how many epochs all trained. For asha_choice_parity_test.py.
#include <algorithm>
#include <string>

#include "base/json.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/sweeps/schedule/asha_simulation.hpp"

namespace {

nlohmann::json outcome_of(const std::string& line) {
  const nlohmann::json sweep = nlohmann::json::parse(line);
  std::vector<agsweep::SimulatedTrial> trials;
  for (const nlohmann::json& trial : sweep["trials"]) {
    trials.push_back({.scores = trial["scores"],
                      .seconds = trial["seconds"],
                      .delay = trial["delay"],
                      .fails_in = trial["fails_in"],
                      .fails_after = trial["fails_after"]});
  }
  const auto scheduler = agsweep::make_scheduler(
      {.kind = agsweep::SchedulerKind::asha, .eta = sweep["eta"], .min_epochs = sweep["min_epochs"]}, std::ssize(trials.at(0).scores));
  const auto events = agsweep::simulate_sweep(*scheduler, trials, sweep["workers"]);
  const auto is_report = [](const agsweep::SimulatedEvent& event) { return event.kind == agsweep::SimulatedEvent::Kind::report; };
  return {{"chosen", agsweep::best_complete(events, trials).value()}, {"epochs", std::count_if(events.begin(), events.end(), is_report)}};
}

}  // namespace

int main() { return agsweep::testing_support::answer_lines(outcome_of); }
