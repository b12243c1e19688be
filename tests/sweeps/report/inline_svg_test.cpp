#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sweeps/report/figure.hpp"
#include "sweeps/report/palette.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Figure small_figure() {
  return {.name = "small",
          .title = "a <title>",
          .program = "set xlabel 'a<b & \"c\"' textcolor rgb '" + std::string(ink.light) + "'\nplot '-' with points pt 7 lc rgb '" +
                     std::string(series_colours[1].light) + "' title 't'\n1 1\n2 2\ne\n"};
}

TEST(InlineSvg, ColoursAreThePagesVariables) {
  const std::string svg = inline_svg(figure_svg(small_figure()), "small", "t");
  EXPECT_THAT(svg, HasSubstr("var(--ink)"));
  EXPECT_THAT(svg, HasSubstr("var(--s2)"));
  EXPECT_THAT(svg, HasSubstr("var(--grid)"));
  EXPECT_THAT(svg, Not(HasSubstr("rgb(")));
  EXPECT_THAT(svg, Not(HasSubstr("black")));
}

TEST(InlineSvg, LoadsNothingAndNamesNoFont) {
  const std::string svg = inline_svg(figure_svg(small_figure()), "small", "t");
  EXPECT_THAT(svg, Not(HasSubstr("http")));
  EXPECT_THAT(svg, Not(HasSubstr("font-family")));
  EXPECT_THAT(svg, Not(HasSubstr("xlink")));
}

TEST(InlineSvg, IdsDifferBetweenFigures) {
  const std::string file = figure_svg(small_figure());
  const std::string first = inline_svg(file, "one", "t"), second = inline_svg(file, "two", "t");
  EXPECT_THAT(first, HasSubstr("id='one-Pt6'"));
  EXPECT_THAT(first, HasSubstr("href='#one-Pt6'"));
  EXPECT_THAT(second, HasSubstr("href='#two-Pt6'"));
  EXPECT_THAT(second, Not(HasSubstr("'gp")));
}

TEST(InlineSvg, RefusesWhatIsNoDrawing) {
  for (const char* junk : {"", "no drawing", "<svg width=\"3\">"}) EXPECT_THROW(inline_svg(junk, "small", "t"), RunTimeError) << junk;
}

TEST(InlineSvg, SaysWhatItShows) {
  EXPECT_THAT(inline_svg(figure_svg(small_figure()), "small", "a \"b\" <c>"),
              StartsWith("<svg class=\"plot\" viewBox=\"0 0 480 310\" role=\"img\" aria-label=\"a &quot;b&quot; &lt;c&gt;\">"));
}

TEST(InlineSvg, ColoursOfCellsStay) {
  Figure figure = small_figure();
  figure.program = "plot '-' using 1:2:(0.4):(0.4):3 with boxxyerror lc rgb variable\n1 1 4456533\ne\n";
  EXPECT_THAT(inline_svg(figure_svg(figure), "small", "t"), HasSubstr("#440055"));
}

TEST(FigureFiles, HaveTheSameBytesEachTime) {
  EXPECT_EQ(figure_svg(small_figure()), figure_svg(small_figure()));
  const std::string pdf = figure_pdf(small_figure());
  EXPECT_THAT(pdf, StartsWith("%PDF-"));
  EXPECT_EQ(pdf.find("CreationDate"), std::string::npos);
  EXPECT_EQ(pdf, figure_pdf(small_figure()));
}

TEST(SequentialColour, GrowsBrighterFromEndToEnd) {
  EXPECT_EQ(sequential_colour(0), "#440154");
  EXPECT_EQ(sequential_colour(1), "#fde725");
  EXPECT_EQ(sequential_colour(-1), sequential_colour(0));
  EXPECT_FALSE(is_bright(0));
  EXPECT_TRUE(is_bright(1));
}

}  // namespace
}  // namespace agsweep
