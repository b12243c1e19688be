#include "base/utf8_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using std::string_view_literals::operator""sv;
using testing_support::error_of;

TEST(Utf8Text, LeavesAByteOrderMarkOutAndAllElseAsItStands) {
  EXPECT_EQ(utf8_text("\xEF\xBB\xBFWorld\n", "f"), "World\n");
  EXPECT_EQ(utf8_text("\xEF\xBB\xBF", "f"), "");
  EXPECT_EQ(utf8_text("W\xEF\xBB\xBF\xFF\xFE\0"sv, "f"), "W\xEF\xBB\xBF\xFF\xFE\0"sv);
  EXPECT_EQ(utf8_text("", "f"), "");
  for (const auto zeros : {"\0\0\0"sv, "a\0b\n"sv, "\0abc"sv, "a\0\0b"sv}) EXPECT_EQ(utf8_text(zeros, "f"), zeros);
}

TEST(Utf8Text, NamesUtf16AndUtf32WithAndWithoutAMark) {
  for (const auto text : {"\xFF\xFEW\0"sv, "\xFE\xFF\0W"sv, "W\0o\0"sv, "\0W\0o"sv, "I\0\x19\x20m\0 \0"sv, "W\0"sv}) {
    EXPECT_EQ(error_of<DataError>([&] { utf8_text(text, "train.csv"); }),
              "train.csv: this is UTF-16, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8");
  }
  for (const auto text : {"\xFF\xFE\0\0W\0\0\0"sv, "\0\0\xFE\xFF\0\0\0W"sv}) {
    EXPECT_THAT(error_of<DataError>([&] { utf8_text(text, "f"); }), testing::HasSubstr("UTF-32"));
  }
}

TEST(RequireLineFeeds, RefusesCarriageReturnsThatEndLines) {
  for (const char* text : {"", "one", "one\r", "one\r\r", "one\r\ntwo\r\n", "one\rtwo\n", "one\ntwo\r"}) require_line_feeds(text, "f");
  for (const char* text : {"one\rtwo", "one\rtwo\r", "\rtwo"}) {
    EXPECT_EQ(error_of<DataError>([&] { require_line_feeds(text, "t.csv"); }),
              R"(t.csv: its lines end in carriage returns alone, not in line feeds; convert it: tr '\r' '\n')");
  }
}

TEST(Utf8Text, ReadsAFile) {
  const testing_support::TemporaryFolder folder;
  write_file_atomically(folder / "a", "\xEF\xBB\xBFone\ntwo");
  EXPECT_EQ(read_text(folder / "a"), "one\ntwo");
}

}  // namespace
}  // namespace agsweep
