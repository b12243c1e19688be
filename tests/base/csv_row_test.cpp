#include "base/csv_row.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

std::string row(const std::vector<std::string>& cells) { return csv_row(cells); }

TEST(CsvRow, SeparatesCellsByCommas) { EXPECT_EQ(row({"a", "", "c"}), "a,,c\n"); }

TEST(CsvRow, QuotesWhatWouldBeReadOtherwise) {
  EXPECT_EQ(row({"a,b", "say \"no\"", "two\nlines", "cr\r"}), "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\"cr\r\"\n");
}

}  // namespace
}  // namespace agsweep
