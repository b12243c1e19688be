#include "orchestrator/embedding/embedding_files.hpp"

#include <algorithm>  // std::replace_if
#include <bit>        // std::endian

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// A cell of a file whose cells are parted by tabs, and which knows no quotes.
std::string tsv_cell(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

}  // namespace

void write_npy(const fs::path& path, std::span<const float> values, std::size_t width) {
  static_assert(std::endian::native == std::endian::little);
  const std::string magic("\x93NUMPY\x01\x00", 8);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", values.size() / width, width);
  constexpr std::size_t alignment = 64;  // of the data, by padding the header, whose last byte is a line feed
  const std::size_t before = magic.size() + 2;
  header.append(alignment - (before + header.size() + 1) % alignment, ' ');
  header += '\n';
  std::string content = magic;
  content += static_cast<char>(header.size() & 0xFF);
  content += static_cast<char>(header.size() >> 8);
  content += header;
  content.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file_atomically(path, content);
}

void write_projector(const fs::path& folder, const HiddenStates& embedding) {
  make_folder(folder);
  std::string vectors;
  std::string metadata = "row\tclass\tpredicted\n";
  for (std::size_t row = 0; row < embedding.rows(); ++row) {
    const auto own = std::span(embedding.hidden).subspan(row * embedding.width, embedding.width);
    vectors += fmt::format("{:.9g}\n", fmt::join(own, "\t"));
    metadata += fmt::format("{}\t{}\t{}\n", row, tsv_cell(embedding.class_names[embedding.labels[row]]),
                            tsv_cell(embedding.class_names[embedding.predicted[row]]));
  }
  write_file_atomically(folder / "vectors.tsv", vectors);
  write_file_atomically(folder / "metadata.tsv", metadata);
  write_file_atomically(folder / "projector_config.pbtxt",
                        fmt::format("embeddings {{\n  tensor_name: \"last hidden states\"\n  tensor_shape: {}\n"
                                    "  tensor_shape: {}\n  tensor_path: \"vectors.tsv\"\n"
                                    "  metadata_path: \"metadata.tsv\"\n}}\n",
                                    embedding.rows(), embedding.width));
}

nlohmann::json plane_json(const PlaneView& view, const HiddenStates& embedding) {
  nlohmann::json points = nlohmann::json::array();
  for (std::size_t row = 0; row < embedding.rows(); ++row) {
    points.push_back({view.points[row][0], view.points[row][1], embedding.labels[row], embedding.predicted[row]});
  }
  return {{"split", embedding.split}, {"variance_shares", view.share}, {"points", std::move(points)}};
}

}  // namespace agsweep
