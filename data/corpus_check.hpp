#pragma once

#include <string>

#include "data/corpus.hpp"

namespace agsweep {

/// Checks that the parts of a corpus fit each other: offsets that ascend from 0 to the token count, no empty row nor one above
/// max_length, token ids below the vocabulary, labels below the class count, source rows that ascend.
/// @param name  the file's, for errors. @throws DataError that names file, dataset and row
void check_corpus(const Corpus& corpus, const std::string& name);

}  // namespace agsweep
