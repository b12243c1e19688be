#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/corpus.hpp"
#include "data/csv_corpus.hpp"  // CsvSource

namespace agsweep {

struct PrepareOptions {
  CsvSource source;                 // not used for a synthetic corpus
  std::int64_t synthetic_rows = 0;  // above 0: generate so many training and validation rows instead
  std::filesystem::path tokenizer;  // folder of encoder.json and vocab.bpe
  std::int64_t max_length = 128;    // tokens a row, at least 1
  double val_fraction = 0.1;        // 0 .. 1
  std::uint64_t seed = 42;          // of the split, and of a synthetic corpus
  bool skip_empty = false;          // leave texts without tokens out instead of refusing them
  int threads = 1;
  /// Called on the calling thread now and then; may be empty.
  std::function<void(std::size_t rows_done, std::size_t rows)> progress;
};

struct SplitReport {
  std::size_t rows = 0;
  std::vector<std::size_t> class_rows;  // [classes]
  std::size_t tokens = 0;
  std::size_t longest = 0;   // tokens of the longest row
  std::size_t cut_rows = 0;  // rows that had more than max_length tokens
  double mean_length() const { return rows == 0 ? 0.0 : static_cast<double>(tokens) / static_cast<double>(rows); }
};

struct PrepareReport {
  SplitReport train;
  SplitReport val;
  SplitReport test;
  std::size_t skipped_train = 0;  // rows without tokens, before the validation rows are taken
  std::size_t skipped_test = 0;
  // Rows whose text stands in the other split too, to the byte.
  std::size_t val_in_train = 0;
  std::size_t test_in_train = 0;
  std::size_t test_in_val = 0;
  std::string classes_from;        // where the classes' names are from, for a person
  std::size_t not_utf8_train = 0;  // rows whose text is no UTF-8
  std::size_t not_utf8_test = 0;
  std::vector<std::string> warnings;  // what a person should look at, a line each
  std::size_t text_bytes = 0;         // tokenised
  double tokenize_seconds = 0.0;      // wall time
  double megabytes_per_second() const { return static_cast<double>(text_bytes) / 1e6 / tokenize_seconds; }
};

struct Prepared {
  Corpus corpus;
  PrepareReport report;
};

/// Makes the corpus of data.h5: reads or generates texts, tokenises them, takes validation rows from the training rows.
/// @throws DataError (file and line), UsageError
Prepared prepare_corpus(const PrepareOptions& options);

}  // namespace agsweep
