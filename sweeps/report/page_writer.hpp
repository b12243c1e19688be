#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/section.hpp"

namespace agsweep {

/// A page that loads nothing, and its figures in their order.
struct Page {
  std::string html;
  std::vector<Figure> figures;
};

/// Puts a page together from the top, and numbers its figures.
class PageWriter {
 public:
  void add(std::string_view html) { body_ += html; }
  /// @param id  of the place in the page. @throws RunTimeError as run_gnuplot
  void add(const ReportSection& section, const std::string& id);
  /// @param title  a text
  Page page(const std::string& title) &&;

 private:
  void add(const Figure& figure);

  std::string body_;
  std::vector<Figure> figures_;
};

}  // namespace agsweep
