#include "sweeps/report/hover.hpp"

#include <fmt/format.h>

#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr int most = 3000;  // of a figure

/// As gnuplot reads a text in a data block, in double quotes: signs that it gives a meaning there, or in the script that it makes, give way
/// to those that look like them.
std::string quoted(std::string_view text) {
  std::string safe = "\"";
  for (const char character : text) {
    switch (character) {
      case '"':
      case '\'':
        safe += "\xE2\x80\x99";
        break;
      case '\\':
        safe += '/';
        break;
      default:
        safe += static_cast<unsigned char>(character) < ' ' || character == '\x7f' ? ' ' : character;
    }
  }
  return safe + "\"";
}

}  // namespace

void Hover::add(double x, double y, std::string_view text) {
  if (++count_ <= most) rows_ += fmt::format("{} {} {}\n", x, y, quoted(text));
}

std::string Hover::data() const { return rows_.empty() ? "" : "$hover << EOD\n" + rows_ + "EOD\n"; }

std::string Hover::plot(double size) const {
  if (rows_.empty()) return "";
  return fmt::format(", $hover using 1:2:3 with labels hypertext point pt 5 ps {} lc rgb '#ff000000' notitle", size);
}

std::string trial_hover(const ReportedSweep& sweep, const TrialResults& trial, double value) {
  std::string text = fmt::format("trial {}: ", trial.number);
  for (const Parameter& parameter : sweep.results.spec.space)
    text += fmt::format("{} {}, ", parameter.key, parameter_text(parameter, trial));
  return text + fmt::format("{} {}", metric_label(sweep.results.spec.metric), metric_text(value));
}

std::string with_titles(std::string svg) {
  constexpr std::string_view start = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'";
  constexpr std::string_view end = "')\" onmouseout=\"gnuplot_svg.hideHypertext()\"><title> </title>";
  for (std::size_t at = svg.find(start); at != std::string::npos; at = svg.find(start, at)) {
    const std::size_t stop = svg.find(end, at);
    if (stop == std::string::npos) break;
    const std::string text = svg.substr(at + start.size(), stop - at - start.size());
    svg.replace(at, stop + end.size() - at, "<g><title>" + text + "</title>");
  }
  return svg;
}

}  // namespace agsweep
