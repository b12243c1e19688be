#include "sweeps/schedule/rungs.hpp"

#include "base/error.hpp"

namespace agsweep {

std::vector<std::int64_t> asha_rungs(std::int64_t min_epochs, std::int64_t eta, std::int64_t epochs) {
  if (eta < 2) throw UsageError("scheduler.eta: {} is out of range: 2 or more", eta);
  if (min_epochs < 1 || min_epochs > epochs)
    throw UsageError("scheduler.min_epochs: {} is out of range [1, epochs = {}]", min_epochs, epochs);

  std::vector<std::int64_t> rungs;
  for (std::int64_t rung = min_epochs; rung < epochs; rung *= eta) {
    rungs.push_back(rung);
    if (rung > epochs / eta) break;  // rung * eta > epochs, and might overflow
  }
  rungs.push_back(epochs);
  return rungs;
}

}  // namespace agsweep
