#include "sweeps/report/figure.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"

#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"  // with_titles
#include "sweeps/report/palette.hpp"

namespace agsweep {

namespace {

/// What all figures share: two thin axes, a light grid, and the key above.
std::string common_style() {
  return fmt::format(
      "set encoding utf8\n"
      "set border 3 lc rgb '{muted}' lw 0.8\n"
      "set tics nomirror out scale 0.4,0.2 textcolor rgb '{muted}'\n"
      "set grid xtics ytics lc rgb '{grid}' lt 1 lw 0.8\n"
      "set format '%g'\n"
      "set key outside top left horizontal Left reverse samplen 1 width -0.5 textcolor rgb '{ink}'\n"
      "set style fill solid 1 noborder\n",
      fmt::arg("muted", muted.light), fmt::arg("grid", grid.light), fmt::arg("ink", ink.light));
}

/// cairo writes the time of day into a PDF's information; the field gives way to spaces, so that all offsets stay.
std::string without_date(std::string pdf) {
  const std::size_t start = pdf.rfind("/CreationDate (");
  const std::size_t end = start == std::string::npos ? start : pdf.find(')', start);
  if (end != std::string::npos) pdf.replace(start, end + 1 - start, std::string(end + 1 - start, ' '));
  return pdf;
}

}  // namespace

std::string figure_svg(const Figure& figure) {
  const std::string terminal = fmt::format(
      "set terminal svg noenhanced size {},{} dynamic font 'Helvetica,13' linewidth 1.4 background '{}'\n"
      "small = ',11'\nsmaller = ',9'\n",
      figure.width, figure.height, paper.light);
  return with_titles(run_gnuplot(terminal + common_style() + figure.program));
}

std::string figure_pdf(const Figure& figure) {
  constexpr double pixels_per_inch = 100;  // 4.8 inches across, 9 point text: a column of a paper and a half
  const std::string terminal = fmt::format(
      "set terminal pdfcairo noenhanced size {}in,{}in font 'Helvetica,9' fontscale 1 linewidth 1.4\n"
      "small = ',7.6'\nsmaller = ',6.2'\n",
      figure.width / pixels_per_inch, figure.height / pixels_per_inch);
  return without_date(run_gnuplot(terminal + common_style() + figure.program));
}

void write_figures(std::span<const Figure> figures, const std::filesystem::path& folder) {
  make_folder(folder);
  for (const Figure& figure : figures) {
    write_file_atomically(folder / (figure.name + ".svg"), figure_svg(figure));
    write_file_atomically(folder / (figure.name + ".pdf"), figure_pdf(figure));
    write_file_atomically(folder / (figure.name + ".csv"), figure.csv);
  }
}

}  // namespace agsweep
