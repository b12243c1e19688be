#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// One record of a CSV file.
struct CsvRecord {
  std::vector<std::string> fields;  // unquoted: "" inside quotes is one quote
  std::uint32_t number = 0;         // records from 0
  std::size_t line = 0;             // from 1, where the record starts
};

/// How a table's fields are told apart.
struct CsvDialect {
  char delimiter = ',';
  bool quotes = true;  // false: a double quote is a character like any other, and a field ends at its line's end
};

/// Reads CSV as AG News writes it: fields plain or in double quotes, "" for a quote, line breaks inside quotes, LF or CRLF.
///
/// Every record must have as many columns as the first. Blank lines are tolerated at the end alone.
class CsvReader {
 public:
  /// @param content      the whole file as utf8_text() gives it; must outlive the reader
  /// @param name         stands before every error: `train.csv:1042: expected 3 columns, found 2`
  /// @param min_columns  the first record has at least so many
  /// @throws DataError when the file holds no record, or its lines end in carriage returns alone
  CsvReader(std::string_view content, std::string name, std::size_t min_columns, CsvDialect dialect = {});

  /// Reads the next record; false at the end of the file. @throws DataError with the line on which the record starts
  bool next(CsvRecord& record);

 private:
  enum class After { field, record };
  After read_field(std::string& field);
  After read_quoted(std::string& field);
  After read_plain(std::string& field);
  /// Takes CRLF, LF or the end of the file; false when neither stands here.
  bool take_record_end();
  [[noreturn]] void fail(std::string_view what) const;

  std::string_view content_;
  std::string name_;
  CsvDialect dialect_;
  std::size_t columns_;
  bool columns_known_ = false;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::uint32_t records_ = 0;
};

/// Without ASCII white space at its ends.
std::string_view trimmed(std::string_view text);

/// A whole text as a number: "-1", "2.0". Words for infinities and the like are none.
std::optional<double> number_in(std::string_view text);

}  // namespace agsweep
