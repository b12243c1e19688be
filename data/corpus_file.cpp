#include "data/corpus_file.hpp"

#include <fstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "data/corpus_image.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// Of everything in the corpus, in the order of the file.
std::string content_sha256(const Corpus& corpus) {
  Sha256 hash;
  const auto add = [&](const auto& values) { hash.update(std::as_bytes(std::span(values))); };
  const auto& info = corpus.info;
  for (const std::string& name : info.class_names) add(name + '\n');
  add(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", info.tokenizer_sha256, info.source_sha256, info.max_length, info.seed, to_word(info.join),
                  info.synthetic));
  for (const Split* split : {&corpus.train, &corpus.val, &corpus.test}) {
    add(split->tokens);
    add(split->offsets);
    add(split->labels);
    add(split->source_rows);
  }
  return hash.hex();
}

void check_same(const Corpus& found, const Corpus& written, const fs::path& path) {
  const bool same_rows =
      found.train.rows() == written.train.rows() && found.val.rows() == written.val.rows() && found.test.rows() == written.test.rows();
  if (!same_rows || content_sha256(found) != content_sha256(written))
    throw RunTimeError("{}: read back, the file is not what was written", path.string());
}

}  // namespace

void write_corpus(const fs::path& path, const Corpus& corpus) {
  const std::string image = corpus_image(corpus, path.string());
  write_file_atomically(
      path, image, [&](const fs::path& temporary) { check_same(corpus_from_image(read_file(temporary), path.string()), corpus, path); });
}

Corpus read_corpus(const fs::path& path) {
  // Before all of it is read, once here and once for its SHA-256: a pipe gives its bytes only once, and a device has no end.
  std::error_code not_there;
  const fs::file_status status = fs::status(path, not_there);
  if (fs::is_regular_file(status)) {
    std::string begin(8, '\0');
    if (std::ifstream(path, std::ios::binary).read(begin.data(), 8) && !is_hdf5(begin)) {
      throw DataError("{}: this is not an HDF5 file", path.string());
    }
  } else if (fs::exists(status) && !fs::is_directory(status)) {
    throw DataError("{}: cannot read: it is no regular file", path.string());
  }
  return corpus_from_image(read_file(path), path.string());
}

}  // namespace agsweep
