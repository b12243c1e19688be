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

TEST(DataTable, InMarkdownHasItsMarksEscaped) {
  EXPECT_EQ(markdown_text(sample(), "Best_of"),
            "Best\\_of\n\n"
            "| trial | value | lr | seconds | error |\n"
            "| :-- | --: | --: | --: | --: |\n"
            "| 0 | 0.1235 | 1.235e-05 | 1234.6 |  |\n"
            "| 10 |  | 0.1 | 0.3 | a\\|b\\_c, \"50%\" \\& \\<d\\> \\[e\\] \\\\x^\\~\\$\\#{} |\n");
}

TEST(DataTable, InLatexHasItsSpecialCharactersEscaped) {
  EXPECT_EQ(latex_text(sample(), "50 %"),
            "\\begin{table}\n\\centering\n\\caption{50 \\%}\n\\begin{tabular}{lrrrr}\n\\hline\n"
            "trial & value & lr & seconds & error \\\\\n\\hline\n"
            "0 & 0.1235 & 1.235e-05 & 1234.6 &  \\\\\n"
            "10 &  & 0.1 & 0.3 & a\\textbar{}b\\_c, \"50\\%\" \\& \\textless{}d\\textgreater{} {[}e] "
            "\\textbackslash{}x\\textasciicircum{}\\textasciitilde{}\\$\\#\\{\\} \\\\\n"
            "\\hline\n\\end{tabular}\n\\end{table}\n");
}

}  // namespace
}  // namespace agsweep
