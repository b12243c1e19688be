#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// A part of the page under one heading.
struct ReportSection {
  std::string title;                 // a text
  std::string before = {};           // HTML above the figures
  std::vector<Figure> figures = {};  // side by side where there is room
  bool small = false;                // the figures are small multiples, more of them side by side
  std::string beside = {};           // HTML next to a single figure
  std::string after = {};            // HTML below them
};

/// What a report's reader may choose.
struct ReportOptions {
  std::optional<double> price;  // of a device-hour, in whatever currency
};

// The sections of one sweep, in the order of the page. What has nothing to show says why.
ReportSection overview_section(const ReportedSweep& sweep);
ReportSection best_section(const ReportedSweep& sweep);
ReportSection ranking_section(const ReportedSweep& sweep);
ReportSection curves_section(const ReportedSweep& sweep);
ReportSection parameters_section(const ReportedSweep& sweep);
ReportSection heat_map_section(const ReportedSweep& sweep);
ReportSection space_section(const ReportedSweep& sweep);
ReportSection pairs_section(const ReportedSweep& sweep);
ReportSection importance_section(const ReportedSweep& sweep);
ReportSection rungs_section(const ReportedSweep& sweep);
ReportSection budget_section(const ReportedSweep& sweep);
ReportSection pareto_section(const ReportedSweep& sweep);
ReportSection confusion_section(const ReportedSweep& sweep);
ReportSection embedding_section(const ReportedSweep& sweep);
ReportSection gap_section(const ReportedSweep& sweep);
ReportSection timeline_section(const ReportedSweep& sweep);
ReportSection cost_section(const ReportedSweep& sweep, const ReportOptions& options);
ReportSection failures_section(const ReportedSweep& sweep);

/// What the metrics must not be taken for: made-up corpora, weights that were never trained. Empty where there is nothing to warn of.
std::vector<std::string> warnings_of(const ReportedSweep& sweep);

}  // namespace agsweep
