#include "sweeps/aggregate/data_table.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

DataTable sample() {
  return {.columns = {{"trial"}, {"value", Digits::measured}, {"lr"}, {"seconds", Digits::seconds}, {"error"}},
          .rows = {{std::int64_t{0}, 0.123456789012, 1.23456789012e-5, 1234.56, std::nullopt},
                   {std::int64_t{10}, std::nullopt, 0.1, 1.0 / 3, std::string("a|b_c, \"50%\" & <d>\n[e] \\x^~$#{}")}}};
}

TEST(DataTable, InCsvHasNineDigitsWholeParametersAndQuotedTexts) {
  EXPECT_EQ(csv_text(sample()),
            "trial,value,lr,seconds,error\n"
            "0,0.123456789,1.23456789012e-05,1234.56,\n"
            "10,,0.1,0.333333333,\"a|b_c, \"\"50%\"\" & <d>\n[e] \\x^~$#{}\"\n");
}

TEST(DataTable, AsTextIsAlignedAndHasARowALine) {
  EXPECT_EQ(plain_text(sample(), "Caption"),
            "Caption\n"
            "trial   value         lr  seconds                            error\n"
            "0      0.1235  1.235e-05   1234.6\n"
            "10                   0.1      0.3  a|b_c, \"50%\" & <d> [e] \\x^~$#{}\n");
}

TEST(DataTable, InMarkdownHasLabelsAndItsMarksEscaped) {
  EXPECT_EQ(markdown_text(sample(), "Best_of"),
            "Best\\_of\n\n"
            "| Trial | Value | Learning rate | Time (s) | Error |\n"
            "| --: | --: | --: | --: | :-- |\n"
            "| 0 | 0.1235 | 1.235e-5 | 1234.6 |  |\n"
            "| 10 |  | 0.1 | 0.3 | a\\|b\\_c, \"50%\" \\& \\<d\\> \\[e\\] \\\\x^\\~\\$\\#{} |\n");
}

TEST(DataTable, InLatexHasBooktabsALabelAndItsSpecialCharactersEscaped) {
  EXPECT_EQ(latex_text(sample(), "50 % ± 1", "trials"),
            "\\begin{table}\n\\centering\n\\caption{50 \\% $\\pm$ 1}\n\\label{tab:trials}\n\\begin{tabular}{rrrrl}\n\\toprule\n"
            "Trial & Value & Learning rate & Time (s) & Error \\\\\n\\midrule\n"
            "0 & 0.1235 & $1.235\\times10^{-5}$ & 1234.6 &  \\\\\n"
            "10 &  & 0.1 & 0.3 & a\\textbar{}b\\_c, \"50\\%\" \\& \\textless{}d\\textgreater{} {[}e] "
            "\\textbackslash{}x\\textasciicircum{}\\textasciitilde{}\\$\\#\\{\\} \\\\\n"
            "\\bottomrule\n\\end{tabular}\n\\end{table}\n");
}

TEST(DataTable, HasTheColumnsThatAreChosen) {
  const DataTable chosen = with_columns(sample(), {"lr", "none", "trial"});
  EXPECT_EQ(csv_text(chosen), "lr,trial\n1.23456789012e-05,0\n0.1,10\n");
}

}  // namespace
}  // namespace agsweep
