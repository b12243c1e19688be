#pragma once

#include <cstddef>
#include <utility>  // std::pair

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// The two parameters of the heat map, across and up: the learning rate and the adapters' rank where both are in the space, else the two
/// most important ones (the more important across), and the first two where importance is not known.
/// @param sweep  its space has two parameters at least
std::pair<std::size_t, std::size_t> heat_map_parameters(const ReportedSweep& sweep);

/// The best value among the trials of each cell of two parameters, with the number of trials. A parameter with many numbers is cut into six
/// parts that are equally wide on its own scale.
/// @param sweep  as above; one of its trials has a value
Figure heat_map(const ReportedSweep& sweep);

}  // namespace agsweep
