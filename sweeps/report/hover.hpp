#pragma once

#include <string>
#include <string_view>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// Texts that a reader sees where the pointer rests on a mark of a figure: SVG's titles, on points that are not seen. They are the last of
/// a figure's plots, on top of all others.
class Hover {
 public:
  /// @param x, y  in the plot's numbers. @param text  one line; so many marks that a page would be slow are left out
  void add(double x, double y, std::string_view text);
  /// gnuplot's data block, before `plot`.
  std::string data() const;
  /// What follows the plots, with a comma before it; empty where there is no text.
  /// @param size  of the points, in gnuplot's units
  std::string plot(double size = 1) const;

 private:
  std::string rows_;
  int count_ = 0;
};

/// "trial 7: lr 1.2e-3, lora_rank 8: 0.9412"
std::string trial_hover(const ReportedSweep& sweep, const TrialResults& trial, double value);

/// gnuplot's own scripts for such texts, which need a file of its, give way to SVG's titles. @param svg  of run_gnuplot
std::string with_titles(std::string svg);

}  // namespace agsweep
