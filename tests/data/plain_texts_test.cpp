#include "data/plain_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::error_of;

std::vector<std::string> lines(const std::string& input) {
  std::istringstream stream(input);
  return read_line_texts(stream, "standard input");
}

TEST(LineTexts, AreTrimmedAndKeepTheirPlaces) {
  EXPECT_THAT(lines("\xEF\xBB\xBF one \r\n\n\ttwo"), ElementsAre("one", "", "two"));
  EXPECT_THAT(lines("\n"), ElementsAre(""));
  EXPECT_EQ(error_of([] { lines(""); }), "standard input is empty: expected a text a line");
  EXPECT_THAT(error_of([] { lines("one\rtwo\r"); }), HasSubstr("standard input: its lines end in carriage returns alone"));
  EXPECT_THAT(error_of([] {
                lines(
                    std::string("\xFF\xFE"
                                "a\0",
                                4));
              }),
              HasSubstr("standard input: this is UTF-16"));
}

class TableTexts : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& content, const Columns& columns = {"2", "3"}) {
    write_file_atomically(folder_ / "t.csv", content);
    const std::vector<std::string> classes = {"World", "Sports"};
    const TableColumns wanted{.columns = columns, .with_class = false, .option = "--text-columns", .known_classes = classes};
    return read_table_texts(folder_ / "t.csv", wanted, {}, TextJoin::space);
  }
  std::string error(const std::string& content, const Columns& columns = {"2", "3"}) {
    return error_of([&] { read(content, columns); });
  }
  testing_support::TemporaryFolder folder_;
};

TEST_F(TableTexts, AreTheColumnsAskedForByNumberOrByName) {
  EXPECT_THAT(read("1,a,b\n2,,\n"), ElementsAre("a b", ""));
  EXPECT_THAT(read("what,text\nx,one\ny,two\n", {"text"}), ElementsAre("one", "two"));
}

TEST_F(TableTexts, ComeWithoutAHeaderThatNobodyAskedFor) {
  const std::string told = "t.csv:1: this looks like a header line";
  EXPECT_THAT(error("c,t,d\n1,a,b\n2,c,d\n"), HasSubstr(told));           // numbers under a word
  EXPECT_THAT(error("c,t,d\nWorld,a,b\nSports,c,d\n"), HasSubstr(told));  // the model's classes under a word
  EXPECT_THAT(error("Text\none\ntwo\n", {"1"}), HasSubstr(told));
  EXPECT_THAT(error("Review Text,title_2\none,two\n", {"1", "2"}), HasSubstr(told));
  EXPECT_EQ(error("World,title,other\nSports,b,c\n"), "no error");
  EXPECT_EQ(error("a,One,x\nb,1999,y\n"), "no error");  // a text may be a number
}

TEST(TokenisedTexts, LeaveBlankOnesOutAndCountThoseThatAreNotUtf8) {
  const Tokenizer tokenizer(AGSWEEP_TOKENIZER);
  const TokenisedTexts texts = tokenised({"one", "", "caf\xE9", ""}, tokenizer, 8);
  EXPECT_THAT(texts.blank, ElementsAre(false, true, false, true));
  EXPECT_EQ(texts.split.rows(), 2U);
  EXPECT_EQ(texts.split.offsets.size(), 3U);
  EXPECT_EQ(texts.not_utf8, 1U);
}

}  // namespace
}  // namespace agsweep
