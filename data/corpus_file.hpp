#pragma once

#include <filesystem>

#include "data/corpus.hpp"

namespace agsweep {

/// Writes data.h5: temporary file in the same folder, every return checked, read back and compared, fsync, rename.
/// @throws RunTimeError (a full disk, for one); then no file stands at `path` that did not stand there before
void write_corpus(const std::filesystem::path& path, const Corpus& corpus);

/// Reads and validates data.h5 whole: types, sizes, offsets that ascend and end at the token count, labels below the class
/// count, token ids below the vocabulary, no empty row.
/// @throws DataError that names file and dataset
Corpus read_corpus(const std::filesystem::path& path);

}  // namespace agsweep
