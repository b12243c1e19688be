#pragma once

#include <string>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// How a sweep was done and what came of it, in sentences that a paper's appendix can take: Markdown under a heading, in which [@key] cites
/// an entry of bibliography().
std::string methods_text(const ReportedSweep& sweep);

}  // namespace agsweep
