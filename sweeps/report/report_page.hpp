#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweeps/report/reported_sweep.hpp"
#include "sweeps/report/section.hpp"  // ReportOptions

namespace agsweep {

/// A report, whole.
struct Report {
  std::string html;             // one page that loads nothing
  std::vector<Figure> figures;  // in the order of the page
  std::string methods;          // Markdown, which cites
  std::string bibliography;     // BibTeX of what it cites
};

/// Several sweeps have a chapter each, after what they say together. The same sweeps give the same bytes.
/// @param sweeps  at least one; their names differ
/// @throws RunTimeError as run_gnuplot
Report make_report(const std::vector<ReportedSweep>& sweeps, const ReportOptions& options);

/// Writes NAME.svg, NAME.pdf and NAME.csv of each figure, methods.md and methods.bib, making the folder. @throws RunTimeError
void write_figures(const Report& report, const std::filesystem::path& folder);

}  // namespace agsweep
