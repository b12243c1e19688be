#pragma once

#include <filesystem>
#include <vector>

#include "data/text_corpus.hpp"

namespace agsweep {

/// Reads train.csv, test.csv and, where it stands beside them, classes.txt (a class name a line, in label order).
///
/// A class is a number from 1 or a name; label = number - 1, or the name's place. The names are those of classes.txt; without it
/// AG News's four where train.csv has numbers, else the sorted names in train.csv.
/// @param columns  from 1: the class's, then those whose texts are joined by a space
/// @throws DataError with file and line; UsageError when the columns make no sense
TextCorpus read_csv_corpus(const std::filesystem::path& folder, const std::vector<int>& columns);

}  // namespace agsweep
