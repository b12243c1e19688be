#include "sweeps/journal/journal_line.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(ParseJournalLine, ReadsPythonsNumbersThatAreNoJson) {
  const auto line = parse_journal_line(R"({"a": NaN, "b": [Infinity,-Infinity, 1], "c": "NaN \" Infinity"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(*line, JournalLine::parse(R"({"a": null, "b": [null, null, 1], "c": "NaN \" Infinity"})"));
}

TEST(ParseJournalLine, RefusesWhatIsNoObject) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv, " "sv, "3"sv, "[]"sv, "{"sv, "{}}"sv, "{\"a\": 1e999}"sv, "{\"a\": nan}"sv,
                                      "{\"a\": \"\xFF\"}"sv, "{}\0"sv, "\0\0\0"sv, "\"\\"sv}) {
    EXPECT_FALSE(parse_journal_line(text)) << text;
  }
}

TEST(ParseJournalLine, RefusesDeepNestingWithoutExhaustingTheStack) {
  const auto nested = [](std::size_t levels) { return "{\"a\":" + std::string(levels, '[') + std::string(levels, ']') + "}"; };
  EXPECT_TRUE(parse_journal_line(nested(60)));
  EXPECT_FALSE(parse_journal_line(nested(70)));
  EXPECT_FALSE(parse_journal_line(nested(100'000)));
}

}  // namespace
}  // namespace agsweep
