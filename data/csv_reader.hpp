#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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

/// Reads CSV as AG News writes it: commas, fields plain or in double quotes, "" for a quote, line breaks inside quotes, LF or CRLF.
///
/// Every record must have as many columns as the first. Blank lines are tolerated at the end alone, and so is a byte order mark at the
/// start.
class CsvReader {
 public:
  /// @param content      the whole file; must outlive the reader
  /// @param name         stands before every error: `train.csv:1042: expected 3 columns, found 2`
  /// @param min_columns  the first record has at least so many
  /// @throws DataError when the file holds no record
  CsvReader(std::string_view content, std::string name, std::size_t min_columns);

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
  std::size_t columns_;
  bool columns_known_ = false;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::uint32_t records_ = 0;
};

/// Without ASCII white space at its ends.
std::string_view trimmed(std::string_view text);

/// What a model reads of a record: its text columns (from 1) joined by a space, trimmed. The record has them all.
std::string record_text(const CsvRecord& record, std::span<const int> text_columns);

}  // namespace agsweep
