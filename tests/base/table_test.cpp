#include "base/table.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(Table, AlignsNamesToTheLeftAndFiguresToTheRight) {
  Table table({"class", "f1"});
  table.add({"World", "91.95"});
  table.add({"Sci/Tech", "9.1"});
  EXPECT_EQ(table.text(),
            "class        f1\n"
            "World     91.95\n"
            "Sci/Tech    9.1\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"x", "n"});
  table.add({"Ökö", "1"});
  table.add({"abc", "2"});
  EXPECT_EQ(table.text(), "x    n\nÖkö  1\nabc  2\n");
}

TEST(Table, LeavesNoSpacesAtALinesEnd) {
  Table table({"name", ""});
  table.add({"a", ""});
  EXPECT_EQ(table.text(), "name\na\n");
}

TEST(Table, KeepsACellInItsLine) {
  Table table({"class", "f1"});
  table.add({"two\nlines\x1b[2J", "1"});
  EXPECT_EQ(table.text(), "class          f1\ntwo lines [2J   1\n");
}

TEST(CutToWidth, LeavesWholeCharacters) {
  EXPECT_EQ(cut_to_width("Ökö", 3), "Ökö");
  EXPECT_EQ(cut_to_width("Ökö", 2), "Ök");
  EXPECT_EQ(cut_to_width("Ökö", 1), "Ö");
  EXPECT_EQ(cut_to_width("Ökö", 0), "");
}

std::string row(const std::vector<std::string>& cells) { return csv_row(cells); }

TEST(TsvRow, HasNoTabOrLineBreakInACell) {
  EXPECT_EQ(tsv_row(std::vector<std::string>{"sport\tnews", "", "two\r\nlines é"}), "sport news\t\ttwo  lines é\n");
}

TEST(CsvRow, SeparatesCellsByCommas) { EXPECT_EQ(row({"a", "", "c"}), "a,,c\n"); }

TEST(CsvRow, QuotesWhatWouldBeReadOtherwise) {
  EXPECT_EQ(row({"a,b", "say \"no\"", "two\nlines", "cr\r"}), "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\"cr\r\"\n");
}

}  // namespace
}  // namespace agsweep
