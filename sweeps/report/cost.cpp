#include "sweeps/report/cost.hpp"

#include <algorithm>  // std::find

#include "sweeps/report/trial_sessions.hpp"

namespace agsweep {

namespace {

void add(Cost& cost, std::int64_t epochs, double seconds, double ranks) {
  ++cost.trials;
  cost.epochs += epochs;
  cost.seconds += seconds;
  cost.device_seconds += seconds * ranks;
}

double usual_ranks(const ReportedSweep& sweep) {
  for (const TrialResults& trial : sweep.results.trials) {
    if (const auto ranks = result_number(trial, {"ranks"})) return *ranks;
  }
  return 1;
}

/// A trial's ranks: where its sessions had different ones, on average over their time.
double ranks_of(const TrialResults& trial, double usual) {
  const double last = result_number(trial, {"ranks"}).value_or(usual);
  double seconds = 0, device_seconds = 0;
  for (const TrialSession& session : sessions_of(trial)) {
    seconds += session.seconds();
    device_seconds += session.seconds() * (session.ranks > 0 ? static_cast<double>(session.ranks) : last);
  }
  return seconds > 0 ? device_seconds / seconds : last;
}

}  // namespace

CostTable cost_table(const ReportedSweep& sweep) {
  CostTable table;
  const double usual = usual_ranks(sweep);
  for (const TrialPhase phase : {TrialPhase::complete, TrialPhase::pruned, TrialPhase::paused, TrialPhase::running, TrialPhase::failed}) {
    Cost cost;
    for (const TrialResults& trial : sweep.results.trials) {
      if (trial.trial.phase != phase) continue;
      const double seconds = seconds_of(sweep, trial);
      const double ranks = ranks_of(trial, usual);
      add(cost, trial.trial.epochs(), seconds, ranks);
      add(table.total, trial.trial.epochs(), seconds, ranks);
      if (seconds == 0) ++table.untimed;
    }
    if (cost.trials > 0) table.rows.push_back({.phase = phase, .cost = cost});
  }
  for (const TrialResults& trial : sweep.results.trials) {
    const nlohmann::json device = result_value(trial, {"device_name"});
    if (!device.is_string()) continue;
    const auto name = device.get<std::string>();
    if (std::find(table.devices.begin(), table.devices.end(), name) == table.devices.end()) table.devices.push_back(name);
  }
  return table;
}

double device_hours(const Cost& cost) { return cost.device_seconds / 3600; }

}  // namespace agsweep
