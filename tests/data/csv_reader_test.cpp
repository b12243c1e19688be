#include "data/csv_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view content, std::size_t min_columns = 3) {
  CsvReader reader(content, "train.csv", min_columns);
  Rows rows;
  for (CsvRecord record; reader.next(record);) rows.push_back(record.fields);
  return rows;
}

std::string error_of(std::string_view content) {
  return testing_support::error_of([&] { rows_of(content); });
}

TEST(CsvReader, ReadsQuotedFieldsWithQuotesCommasAndLineBreaks) {
  EXPECT_THAT(rows_of("\"3\",\"A \"\"B\"\", C\",\"first\nsecond\"\n\"4\",\"\",\"\"\"\"\n"),
              ElementsAre(ElementsAre("3", "A \"B\", C", "first\nsecond"), ElementsAre("4", "", "\"")));
}

TEST(CsvReader, ReadsPlainFieldsAndMixedOnes) {
  EXPECT_THAT(rows_of("1,\"a\",b c\n2,,\n"), ElementsAre(ElementsAre("1", "a", "b c"), ElementsAre("2", "", "")));
}

TEST(CsvReader, KeepsBackslashesEntitiesAndBytesAsTheyStand) {
  const std::string_view content{"\"1\",\"a\\b\",\"&lt;\0\xff\r\"\n", 20};
  EXPECT_THAT(rows_of(content), ElementsAre(ElementsAre("1", "a\\b", std::string("&lt;\0\xff\r", 7))));
}

TEST(CsvReader, TakesLinesThatEndWithCarriageReturnAndLineFeed) {
  EXPECT_THAT(rows_of("1,\"a\",b\r\n2,\"c\",\"d\r\ne\"\r\n"), ElementsAre(ElementsAre("1", "a", "b"), ElementsAre("2", "c", "d\r\ne")));
}

TEST(CsvReader, RefusesLinesThatEndWithCarriageReturnsAlone) {
  EXPECT_THAT(error_of("1,a,b\r2,c,d\r"), HasSubstr("train.csv: its lines end in carriage returns alone"));
  EXPECT_THAT(error_of("\"1\",\"a\",\"b\"\r\"2\",\"c\",\"d\""), HasSubstr("carriage returns alone"));
}

TEST(CsvReader, TakesCarriageReturnsInsideQuotesOfALineThatDoesNotEnd) {
  EXPECT_THAT(rows_of("1,\"a\rb\",c"), ElementsAre(ElementsAre("1", "a\rb", "c")));
}

TEST(CsvReader, ToleratesAMissingLastLineBreakAndBlankLinesAtTheEnd) {
  const auto one_row = ElementsAre(ElementsAre("1", "a", "b"));
  EXPECT_THAT(rows_of("1,a,b"), one_row);
  EXPECT_THAT(rows_of("1,a,b\n\n\r\n"), one_row);
  EXPECT_THAT(rows_of("1,a,\"b\""), one_row);
  EXPECT_THAT(rows_of("1,a,\n"), ElementsAre(ElementsAre("1", "a", "")));
  EXPECT_THAT(rows_of("1,a,"), ElementsAre(ElementsAre("1", "a", "")));
}

TEST(CsvReader, TakesAnotherDelimiterAndQuotesAsTheyStand) {
  const auto rows = [](std::string_view content, CsvDialect dialect) {
    CsvReader reader(content, "train.tsv", 2, dialect);
    Rows all;
    for (CsvRecord record; reader.next(record);) all.push_back(record.fields);
    return all;
  };
  EXPECT_THAT(rows("1\ta,b\n2\t\"c\td\"\n", {.delimiter = '\t'}), ElementsAre(ElementsAre("1", "a,b"), ElementsAre("2", "c\td")));
  EXPECT_THAT(rows("1\t\"a\" b\r\n2\tc\"\n", {.delimiter = '\t', .quotes = false}),
              ElementsAre(ElementsAre("1", "\"a\" b"), ElementsAre("2", "c\"")));
  EXPECT_THAT(rows("1;a\n", {.delimiter = ';'}), ElementsAre(ElementsAre("1", "a")));
}

TEST(CsvReader, KnowsNumbers) {
  EXPECT_EQ(number_in("-1"), -1);
  EXPECT_EQ(number_in("2.0"), 2);
  for (const char* text : {"", "1a", "nan", "inf", "-", "1 "}) EXPECT_EQ(number_in(text), std::nullopt) << text;
}

TEST(CsvReader, NumbersRecordsFromZeroAndGivesTheLineOnWhichEachStarts) {
  CsvReader reader("1,\"a\n\n\",b\n2,c,\"d\n\"\n3,e,f\n", "train.csv", 3);
  std::vector<std::size_t> lines;
  std::vector<std::uint32_t> numbers;
  for (CsvRecord record; reader.next(record);) lines.push_back(record.line), numbers.push_back(record.number);
  EXPECT_THAT(lines, ElementsAre(1, 4, 6));
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2));
}

TEST(CsvReader, NamesFileAndLineOfARecordWithTooFewOrTooManyColumns) {
  EXPECT_EQ(error_of("1,a,b\n2,\"c\nd\",e\n3,f\n"), "train.csv:4: expected 3 columns, found 2");
  EXPECT_EQ(error_of("1,a,b\n2,c,d,e\n"), "train.csv:2: expected 3 columns, found 4");
  EXPECT_EQ(error_of("1,a\n"), "train.csv:1: expected 3 columns, found 2");
  EXPECT_EQ(error_of("1,a,b\n\n2,c,d\n"), "train.csv:2: expected 3 columns, found 1");
}

TEST(CsvReader, HoldsEveryRecordToTheColumnsOfTheFirst) {
  EXPECT_EQ(error_of("1,a,b,c\n2,d,e\n"), "train.csv:2: expected 4 columns, found 3");
}

TEST(CsvReader, RefusesBrokenQuotes) {
  EXPECT_EQ(error_of("1,a,b\n2,\"c,d\n3,e,f\n"), "train.csv:2: a quoted field is not closed before the end of the file");
  EXPECT_EQ(error_of("1,a,b\n2,\"c\"d,e\n"), "train.csv:2: a closing quote is followed by neither a comma nor the end of the line");
  EXPECT_EQ(error_of("1,a,b\n2,c\"d,e\n"), "train.csv:2: a quote stands inside a field that is not quoted");
}

TEST(CsvReader, RefusesAFileWithoutRecords) {
  EXPECT_EQ(error_of(""), "train.csv: the file is empty");
  EXPECT_EQ(error_of("\n\r\n"), "train.csv: the file is empty");
}

}  // namespace
}  // namespace agsweep
