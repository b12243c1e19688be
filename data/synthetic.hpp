#pragma once

#include <cstdint>

#include "data/text_corpus.hpp"

namespace agsweep {

/// A corpus of made-up news of AG News's four classes, for trying the program without data: the same for the same arguments.
///
/// Classes share most of their words, and some texts tell about two topics, so that no model reaches every label.
/// @param rows  training and validation rows, 40 .. 10,000,000; a fifth as many test rows come on top
/// @throws UsageError when rows is out of range
TextCorpus synthetic_corpus(std::int64_t rows, std::uint64_t seed);

}  // namespace agsweep
