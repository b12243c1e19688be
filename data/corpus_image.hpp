#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/corpus.hpp"

namespace agsweep {

/// The root attribute format_version: what the writer writes and the reader reads.
inline constexpr std::uint32_t corpus_format_version = 1;

/// The bytes of data.h5, made in memory: HDF5 never writes to the disk itself, since it may close a file cleanly on a full one.
/// The same corpus gives the same bytes. @throws RunTimeError
std::string corpus_image(const Corpus& corpus, const std::string& name);

/// Whether a file that begins with these bytes, 8 or more, may be HDF5.
bool is_hdf5(std::string_view begin);

/// The corpus in the bytes of a data.h5, checked as read_corpus says.
/// @param name  the file's, for errors. @throws DataError
Corpus corpus_from_image(std::string_view image, const std::string& name);

}  // namespace agsweep
