#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// A part of the page under one heading.
struct Section {
  std::string title;                 // a text
  std::string before = {};           // HTML above the figures
  std::vector<Figure> figures = {};  // side by side where there is room
  std::string beside = {};           // HTML next to a single figure
  std::string after = {};            // HTML below them
};

/// What a report's reader may choose.
struct ReportOptions {
  std::optional<double> price;  // of a device-hour, in whatever currency
};

// The sections of one sweep, in the order of the page. What has nothing to show says why.
Section overview_section(const ReportedSweep& sweep);
Section best_section(const ReportedSweep& sweep);
Section ranking_section(const ReportedSweep& sweep);
Section curves_section(const ReportedSweep& sweep);
Section parameters_section(const ReportedSweep& sweep);
Section heat_map_section(const ReportedSweep& sweep);
Section importance_section(const ReportedSweep& sweep);
Section rungs_section(const ReportedSweep& sweep);
Section budget_section(const ReportedSweep& sweep);
Section confusion_section(const ReportedSweep& sweep);
Section gap_section(const ReportedSweep& sweep);
Section cost_section(const ReportedSweep& sweep, const ReportOptions& options);
Section failures_section(const ReportedSweep& sweep);

/// What the metrics must not be taken for: made-up corpora, weights that were never trained. Empty where there is nothing to warn of.
std::vector<std::string> warnings_of(const ReportedSweep& sweep);

}  // namespace agsweep
