#pragma once

#include <string>
#include <utility>  // std::pair
#include <vector>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// What the trials' result.json say of the programs, the machine and the model that they ran with: {name, value}, those that are known.
std::vector<std::pair<std::string, std::string>> setup_rows(const ReportedSweep& sweep);

/// "0.1.0, commit 0123456789ab"; several where trials ran with several; empty where no trial has recorded one.
std::string versions_text(const ReportedSweep& sweep);

}  // namespace agsweep
