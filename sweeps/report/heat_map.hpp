#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>  // std::pair
#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// The two parameters of the heat map, across and up: the learning rate and the adapters' rank where both are in the space, else the two
/// most important ones (the more important across), and the first two where importance is not known.
/// @param sweep  its space has two parameters at least
std::pair<std::size_t, std::size_t> heat_map_parameters(const ReportedSweep& sweep);

/// The budgets that a heat map is drawn for, longest first, so that none mixes values of trials that trained for different times: under
/// ASHA the last four rungs that a trial has reached, else the longest that one has. Empty where no trial has a value.
std::vector<std::int64_t> heat_map_epochs(const SweepResults& sweep);

/// The best value up to an epoch among the trials of each cell of two parameters, with the number of trials that reached it. A parameter
/// with many numbers is cut into six parts that are equally wide on its own scale. Hovering over a cell tells its best trial.
/// @param sweep  as above
/// @param epoch  of heat_map_epochs()
Figure heat_map(const ReportedSweep& sweep, std::int64_t epoch);

}  // namespace agsweep
