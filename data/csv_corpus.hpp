#pragma once

#include <filesystem>

#include "data/text_corpus.hpp"
#include "data/text_table.hpp"

namespace agsweep {

/// Where texts with classes stand, and how.
struct CsvSource {
  std::filesystem::path folder;  // holds train.csv and test.csv (or .tsv), and perhaps classes.txt
  Columns columns = {"1", "2", "3"};
  TableFormat format;
  TextJoin join = TextJoin::space;
};

/// Reads the training and test texts and, where it stands beside them, classes.txt (a class name a line, in label order).
///
/// With classes.txt, a class is one of its names, or its line's number where no name is a number. Without it, the classes are those of
/// train.csv: numbers in their order, else names in that of their bytes; 1 to 4, all of them, have AG News's names.
/// @throws DataError with file and line: fewer than 2 classes or more than 256, a class that is not known, a header that was not asked for;
/// UsageError when the columns make no sense
TextCorpus read_csv_corpus(const CsvSource& source);

}  // namespace agsweep
