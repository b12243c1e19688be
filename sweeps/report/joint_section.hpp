#pragma once

#include <vector>

#include "sweeps/report/section.hpp"

namespace agsweep {

/// What several sweeps say together: one ranking for each set of sweeps that can be compared, and why there are several.
ReportSection joint_section(const std::vector<ReportedSweep>& sweeps);

}  // namespace agsweep
